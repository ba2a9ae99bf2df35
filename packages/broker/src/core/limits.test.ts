import { expect, it } from 'vitest'
import { defaultLimits, drainMs, leaseMs, leaseRenewalMs, lookMs } from './limits.js'

const syncEventMs = 180_000

it('an attempt ends before its lease does, and a lease is renewed well before it lapses', () => {
  expect(defaultLimits.attemptMs).toBeLessThan(leaseMs)
  expect(leaseRenewalMs * 2).toBeLessThan(leaseMs)
})

it('P4 a lease outlives the minute in which the timers of a hidden tab fire once, and the look of a watcher', () => {
  expect(60_000 + lookMs).toBeLessThan(leaseMs)
})

it('all that a drain has begun ends before the browser ends a sync event: headers, request and session probe', () => {
  expect(drainMs + 3 * defaultLimits.attemptMs).toBeLessThan(syncEventMs)
})
