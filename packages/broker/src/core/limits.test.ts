import { expect, it } from 'vitest'
import { defaultLimits, drainMs, leaseMs, leaseRenewalMs, lookMs } from './limits.js'

const syncEventMs = 180_000

it('an attempt ends before its lease does, and a lease is renewed well before it lapses', () => {
  expect(defaultLimits.attemptMs).toBeLessThan(leaseMs)
  expect(leaseRenewalMs * 2).toBeLessThan(leaseMs)
})

it('P4 a lease is longer than the minute between timers of a hidden tab plus the watcher’s interval', () => {
  expect(60_000 + lookMs).toBeLessThan(leaseMs)
})

it('a drain ends its headers, request and session probe before the browser ends a sync event', () => {
  expect(drainMs + 3 * defaultLimits.attemptMs).toBeLessThan(syncEventMs)
})
