import { describe, expect, it } from 'vitest'
import {
  after,
  delivered,
  healthy,
  http408,
  http500,
  miss,
  retry,
  timeout,
  unreachable,
} from '../fixtures/origin-health.fixture.js'
import { backoffCapMs, retryAfterCapMs } from '../limits.js'
import type { OriginRow } from '../rows/rows.js'
import {
  allowedRequests,
  countsAgainstEntry,
  isWakeReason,
  strongest,
  type WakeReason,
} from './circuit-breaker.js'
import type { Outcome } from './outcome.js'

const told = (retryAfterMs: number) =>
  retry({ httpStatus: 429, rests: 'origin', retryAfterMs, counts: false })
const probes: readonly WakeReason[] = ['none', 'slowTimer', 'timer', 'capture', 'signal']

describe('an origin that fails', () => {
  it('rests when three lanes failed with no success between', () => {
    expect(after([http500, http500]).rest).toBeUndefined()
    expect(after([http500, http500, http500]).rest?.kind).toBe('failing')
    expect(after([http500, http500, delivered, http500, http500]).rest).toBeUndefined()
  })

  it('goes on for all others where one lane fails for ever', () => {
    const row = after(
      Array.from({ length: 50 }, () => http500),
      { lane: 'one' },
    )

    expect(allowedRequests(row, 'none', 0, 5)).toBe(Number.POSITIVE_INFINITY)
  })

  it('counts timeouts as failures of their lanes', () => {
    expect(after([timeout, timeout, timeout]).rest?.kind).toBe('failing')
  })

  it('is tried by one entry when its rest is over, whatever woke the executor, and not before', () => {
    const row = after([http500, http500, http500], { now: 1_000 })

    expect(row.rest).toEqual({ kind: 'failing', rounds: 0, until: 1_500 })
    for (const probe of probes) {
      expect(allowedRequests(row, probe, 1_499, 0)).toBe(0)
      expect(allowedRequests(row, probe, 1_500, 0)).toBe(1)
    }
    expect(allowedRequests(row, 'none', 1_500, 1)).toBe(0)
  })

  it('rests longer each time its try fails, and not for each of those that were in flight together', () => {
    const burst = after(
      Array.from({ length: 6 }, () => http500),
      { now: 0 },
    )
    const again = after([http500], { now: 500, from: burst })
    const third = after([http500], { now: 5_000, from: again })

    expect(burst.rest).toEqual({ kind: 'failing', rounds: 0, until: 500 })
    expect(again.rest).toEqual({ kind: 'failing', rounds: 1, until: 1_500 })
    expect(third.rest).toEqual({ kind: 'failing', rounds: 2, until: 7_000 })
  })

  it('is healthy with the first answer that is final', () => {
    const failing = after([http500, http500, http500])
    const refused: Outcome = {
      kind: 'returned',
      reason: 'refused',
      httpStatus: 422,
      problem: undefined,
      effect: 'none',
    }
    const expired: Outcome = { kind: 'inDoubt', reason: 'keyExpired', httpStatus: 410, counts: false }

    for (const answer of [delivered, refused, expired])
      expect(after([answer], { from: failing })).toEqual(healthy)
  })

  it('P10 remembers three lanes, however many fail', () => {
    expect(after(Array.from({ length: 40 }, () => http500)).failedLanes).toHaveLength(3)
  })
})

describe('an origin that named a time', () => {
  it('rests until then, jitter above it, and is tried by one entry afterwards', () => {
    const row = after([told(60_000)], { now: 0 })

    expect(row.rest).toEqual({ kind: 'told', rounds: 0, until: 60_500 })
    for (const probe of probes) expect(allowedRequests(row, probe, 60_499, 0)).toBe(0)
    expect(allowedRequests(row, 'none', 60_500, 0)).toBe(1)
    expect(allowedRequests(row, 'none', 60_500, 1)).toBe(0)
  })

  it.each([
    ['a success', [delivered]],
    ['failed connections', [miss, miss, miss]],
    ['failures', [http500, http500, http500]],
    ['a knock that nobody answers', [unreachable]],
    ['a miss and an answer', [miss, http408]],
    ['a shorter time', [told(0)]],
  ] as const)('I10 rests until then, whatever comes of what was in flight: %s', (_name, outcomes) => {
    const row = after(outcomes, { now: 10, from: after([told(60_000)], { now: 0 }) })

    expect(allowedRequests(row, 'signal', 60_499, 0)).toBe(0)
  })

  it('rests longer each time it says so again, though it names no time', () => {
    const once = after([told(0)], { now: 0 })
    const burst = after([told(0), told(0)], { now: 0, from: once })
    const twice = after([told(0)], { now: 500, from: burst })

    expect(once.rest).toMatchObject({ until: 500 })
    expect(burst.rest).toMatchObject({ until: 500 })
    expect(twice.rest).toMatchObject({ until: 1_500 })
  })

  it('is healthy with the first success after that time', () => {
    expect(after([delivered], { now: 60_500, from: after([told(60_000)], { now: 0 }) })).toEqual(healthy)
  })

  it('rests no longer than a rest can last where the clock went back', () => {
    const until = 1e12 + retryAfterCapMs + backoffCapMs
    const row: OriginRow = { ...healthy, rest: { kind: 'told', rounds: 0, until } }

    expect(allowedRequests(row, 'none', 1e12, 0)).toBe(0)
    expect(allowedRequests(row, 'none', 1e12 - 1, 0)).toBe(1)
  })
})

describe('countsAgainstEntry', () => {
  const away = after([miss])

  it('counts the first miss after an answer and none of those that follow', () => {
    expect(countsAgainstEntry(healthy, miss)).toBe(true)
    expect(countsAgainstEntry(away, miss)).toBe(false)
  })

  it('counts nothing where nobody is there', () => {
    expect(countsAgainstEntry(healthy, unreachable)).toBe(false)
  })

  it('counts a timeout of an origin that is there', () => {
    for (const row of [healthy, away]) expect(countsAgainstEntry(row, timeout)).toBe(true)
  })

  it('counts what the server answered as the outcome says, away or not', () => {
    for (const row of [healthy, away]) {
      expect(countsAgainstEntry(row, http500)).toBe(true)
      expect(countsAgainstEntry(row, told(1))).toBe(false)
    }
  })
})

it('takes the stronger of two wake-ups', () => {
  for (const [i, weak] of probes.entries())
    for (const strong of probes.slice(i)) {
      expect(strongest(weak, strong)).toBe(strong)
      expect(strongest(strong, weak)).toBe(strong)
    }
})

it('knows a wake-up by its name only', () => {
  expect(probes.every(isWakeReason)).toBe(true)
  expect(['', 'toString', '__proto__', 1, null, undefined, ['signal']].some(isWakeReason)).toBe(false)
})
