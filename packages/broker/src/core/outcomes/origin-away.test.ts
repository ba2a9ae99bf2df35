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
import { probeHiddenMs, probeSpacingMs, probeVisibleMs } from '../limits.js'
import { afterSign, allowedRequests, countsAgainstEntry, isBack } from './circuit-breaker.js'
import type { Outcome } from './outcome.js'

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

  it('is asked again after a clock that went back a year, not a year later', () => {
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

  it('stays away where its probe times out and nobody answers a knock', () => {
    expect(after([miss, miss, unreachable]).rest).toEqual({ kind: 'away' })
  })

  it('is back where only the answer was lost: a knock was answered', () => {
    expect(after([timeout], { from: after([miss, miss]) }).rest).toBeUndefined()
  })

  it('is back once it has answered something since it was last missed, and not before', () => {
    const missed = after([miss], { now: 5_000 })

    expect(isBack(missed, () => 5_000)).toBe(false)
    expect(isBack(missed, () => 5_001)).toBe(true)
    expect(isBack(healthy, () => 5_001)).toBe(false)
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

  it('is there where a knock was answered for such an entry', () => {
    const headers = retry({ reason: 'headers', sent: false })

    expect(after([headers], { from: after([miss, miss]) })).toMatchObject({ awayStreak: 0, rest: undefined })
  })

  it('rests, and is not missed, once the app’s own headers threw for three lanes with no answer between', () => {
    const threw = retry({ reason: 'headers', sent: false, rests: 'origin' })
    const held = after([threw, threw, threw], { now: 5 })

    expect(held).toMatchObject({ rest: { kind: 'away' }, awayStreak: 0, probedAt: 5 })
    expect(after([threw, threw]).rest).toBeUndefined()
    expect(after([threw, threw, threw], { lane: 'one' }).rest).toBeUndefined()
    expect(after([threw, threw, delivered, threw, threw]).rest).toBeUndefined()
    expect(after([threw], { now: 9, from: held })).toMatchObject({ rest: { kind: 'away' }, probedAt: 9 })
    expect(after([retry({ reason: 'headers', sent: false })], { from: held })).toBe(held)
    expect(after([unreachable], { from: held })).toMatchObject({ rest: { kind: 'away' }, awayStreak: 2 })
    expect(after([delivered], { from: held })).toEqual(healthy)
    const told = after([retry({ httpStatus: 429, rests: 'origin', retryAfterMs: 60_000 })])
    expect(after([threw, threw, threw], { from: told }).rest).toEqual(told.rest)
  })
})
