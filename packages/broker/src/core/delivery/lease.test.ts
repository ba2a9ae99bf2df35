import { describe, expect, it } from 'vitest'
import { sendingEntry } from '../fixtures/entry.fixture.js'
import { leaseMs, leaseRenewalMs, lookMs } from '../limits.js'
import type { Clock } from '../platform.js'
import { createLeaseWatch } from './lease.js'
import { watchForExpiry } from './recover-entries.js'

function startWatch() {
  let at = 0
  const clock: Clock = { now: () => 0, monotonic: () => at, after: () => () => {} }
  const watch = createLeaseWatch(clock)
  return {
    clock,
    watch,
    pass(ms: number) {
      at += ms
    },
    /** Looks at a sign as often as a watcher does, and once more at the end. */
    watchFor(ms: number, sign = 'sign', everyMs = lookMs): boolean {
      for (const until = at + ms; at < until; at = Math.min(at + everyMs, until)) watch('it', sign)
      return watch('it', sign)
    },
  }
}

describe('a watch', () => {
  it("P4 finds silence once it was watched for a lease's whole time, on the watcher's own clock", () => {
    const { watchFor } = startWatch()

    expect(watchFor(leaseMs - 1)).toBe(false)
    expect(watchFor(1)).toBe(true)
  })

  it('begins anew with every sign of life', () => {
    const { watchFor } = startWatch()
    watchFor(leaseMs - 1)

    expect(watchFor(leaseMs - 1, 'another')).toBe(false)
    expect(watchFor(1, 'another')).toBe(true)
  })

  it('counts little of a time in which it did not look: it may have slept, and the other beside it', () => {
    const { watch, watchFor, pass } = startWatch()
    watchFor(leaseMs - leaseRenewalMs - 1)

    pass(8 * 3_600_000)

    expect(watch('it', 'sign')).toBe(false)
  })

  it('P4 finds silence also where its own timers fire once a minute, later', () => {
    const { watchFor } = startWatch()

    expect(watchFor(4 * 60_000, 'sign', 60_000)).toBe(false)
    expect(watchFor(60_000, 'sign', 60_000)).toBe(true)
  })
})

it('where no lock tells, each lease is watched for itself: its fence and its renewals (P4)', () => {
  const { clock, pass } = startWatch()
  const lapsed = watchForExpiry(clock)
  const renewed = sendingEntry({ id: 'renewed' })
  let renewals = 0
  for (let ms = 0; ms < leaseMs; ms += leaseRenewalMs) {
    lapsed(sendingEntry())
    lapsed({ ...renewed, lease: { ...renewed.lease, renewals: renewals++ } })
    pass(leaseRenewalMs)
  }

  expect(lapsed({ ...renewed, lease: { ...renewed.lease, renewals } })).toBe(false)
  expect(lapsed(sendingEntry({ fence: 2 }))).toBe(false)
  expect(lapsed(sendingEntry({ id: 'other' }))).toBe(false)
})
