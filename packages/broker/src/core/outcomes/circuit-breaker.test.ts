import { describe, expect, it } from 'vitest'
import { backoffCapMs, probeHiddenMs, probeSpacingMs, probeVisibleMs, retryAfterCapMs } from '../limits.js'
import type { OriginRow } from '../rows/rows.js'
import {
  afterOutcome,
  afterSign,
  allowedRequests,
  countsAgainstEntry,
  healthyOrigin,
  isBack,
  isWakeReason,
  strongest,
  type WakeReason,
} from './circuit-breaker.js'
import type { Outcome } from './outcome.js'

type Retry = Outcome & { readonly kind: 'retry' }
const retry = (more: Partial<Retry>): Retry => ({
  kind: 'retry',
  reason: 'r',
  effect: 'none',
  counts: true,
  rests: 'lane',
  sent: true,
  ...more,
})

const delivered: Outcome = { kind: 'delivered', httpStatus: 200, answer: undefined }
const miss = retry({ counts: 'away' })
const unreachable = retry({ counts: 'unreachable', sent: false })
const timeout = retry({})
const http500 = retry({ httpStatus: 500 })
const http408 = retry({ httpStatus: 408 })
const told = (retryAfterMs: number) =>
  retry({ httpStatus: 429, rests: 'origin', retryAfterMs, counts: false })

const healthy = healthyOrigin('o')
const probes: readonly WakeReason[] = ['none', 'slowTimer', 'timer', 'capture', 'signal']

/** The row after outcomes, each of a lane of its own unless it says otherwise. */
function after(outcomes: readonly Outcome[], { now = 1_000_000, lane = '', from = healthy } = {}): OriginRow {
  return outcomes.reduce(
    (row, outcome, i) => afterOutcome(row, outcome, { lane: lane || `l${i}`, now, random: 0.5 }),
    from,
  )
}

describe('an origin that is away', () => {
  it("is asked by all that is due after one miss, which may be the entry's own", () => {
    expect(allowedRequests(after([miss]), 'none', 0, 3)).toBe(Number.POSITIVE_INFINITY)
  })

  it('rests from the second miss on, and from the first where nobody answers a knock', () => {
    expect(after([miss, miss]).rest).toEqual({ kind: 'away' })
    expect(after([unreachable]).rest).toEqual({ kind: 'away' })
  })

  it('rests after misses that left entries in doubt, as after those that are tried again', () => {
    const inDoubt: Outcome = { kind: 'inDoubt', reason: 'network', counts: 'away' }

    expect(after([inDoubt, inDoubt]).rest).toEqual({ kind: 'away' })
  })

  it('is asked by one entry at a time, and by none beside one in flight', () => {
    const away = after([miss, miss], { now: 0 })

    expect(allowedRequests(away, 'signal', 50_000, 0)).toBe(1)
    expect(allowedRequests(away, 'signal', 50_000, 1)).toBe(0)
  })

  it.each([
    ['signal', 0],
    ['capture', probeSpacingMs],
    ['timer', probeVisibleMs * 0.9],
    ['slowTimer', probeHiddenMs * 0.9],
  ] as const)(
    'P14 is asked for a %s once %i ms have gone by since the last miss, not before',
    (probe, ms) => {
      const away = after([miss, miss], { now: 5_000_000 })

      expect(allowedRequests(away, probe, 5_000_000 + ms, 0)).toBe(1)
      if (ms > 0) expect(allowedRequests(away, probe, 5_000_000 + ms - 1, 0)).toBe(0)
    },
  )

  it('is not asked where nothing woke the executor', () => {
    expect(allowedRequests(after([miss, miss], { now: 0 }), 'none', 1e12, 0)).toBe(0)
  })

  it('F20 is asked again after a clock that went back a year, not a year later', () => {
    expect(allowedRequests(after([miss, miss], { now: 4e10 }), 'timer', 1e10, 0)).toBe(1)
  })

  it('is back with the first answer, of whatever kind', () => {
    const away = after([miss, miss])

    for (const answer of [delivered, http408, http500, retry({ httpStatus: 425, counts: false })]) {
      const back = after([answer], { from: away })
      expect(back.rest).toBeUndefined()
      expect(back.awayStreak).toBe(0)
    }
  })

  it('F25 stays away where its probe times out and nobody answers a knock', () => {
    expect(after([miss, miss, unreachable]).rest).toEqual({ kind: 'away' })
  })

  it('is back where only the answer was lost: a knock was answered', () => {
    expect(after([timeout], { from: after([miss, miss]) }).rest).toBeUndefined()
  })

  it('is back once it has answered something since it was last missed, and not before', () => {
    const missed = after([miss], { now: 5_000 })

    expect(isBack(missed, 5_000)).toBe(false)
    expect(isBack(missed, 5_001)).toBe(true)
    expect(isBack(healthy, 5_001)).toBe(false)
    expect(afterSign(after([miss, miss])).rest).toBeUndefined()
  })

  it('fails where a gateway answers the knock that nobody is behind it, as where it answers the request', () => {
    const gateway = retry({ httpStatus: 502, sent: false, counts: false })

    expect(after([gateway, gateway, gateway]).rest?.kind).toBe('failing')
    expect(after([gateway], { from: after([miss, miss]) }).rest).toBeUndefined()
    expect(countsAgainstEntry(healthy, gateway)).toBe(false)
  })

  it('knows nothing new from an entry whose headers could not be made', () => {
    const headers = retry({ reason: 'headers', sent: false })

    expect(after([headers, headers, headers])).toBe(healthy)
  })
})

describe('an origin that fails', () => {
  it('rests when three lanes failed with no success between', () => {
    expect(after([http500, http500]).rest).toBeUndefined()
    expect(after([http500, http500, http500]).rest?.kind).toBe('failing')
    expect(after([http500, http500, delivered, http500, http500]).rest).toBeUndefined()
  })

  it('F38 goes on for all others where one lane fails for ever', () => {
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
  it('F37 rests until then, jitter above it, and is tried by one entry afterwards', () => {
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

  it('R9 rests no longer than a rest can last where the clock went back', () => {
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

  it('F23 counts nothing where nobody is there', () => {
    expect(countsAgainstEntry(healthy, unreachable)).toBe(false)
  })

  it('F25 counts a timeout of an origin that is there', () => {
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
