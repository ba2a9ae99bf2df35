import { describe, expect, it } from 'vitest'
import { restingOrigins } from '../fixtures/resting-origins.fixture.js'
import type { Cooldown, OriginRow } from '../rows/rows.js'
import { healthyOrigin } from './circuit-breaker.js'
import { connectivityOf } from './connectivity.js'

const now = 1_000_000
const resting = restingOrigins(now)
const told = (until: number): Cooldown => ({ kind: 'told', rounds: 0, until })
const failing = (until: number): Cooldown => ({ kind: 'failing', rounds: 0, until })
const away: Cooldown = { kind: 'away' }

/** Where the last answer of all came at a time. */
const stateOf = (
  origins: readonly OriginRow[],
  believesOnline: boolean,
  answeredAt: number,
  isAnswering: (except: readonly string[]) => boolean = () => false,
) => connectivityOf(origins, believesOnline, { answeredAt: () => answeredAt, isAnswering })

describe('connectivityOf', () => {
  it('is online where nothing rests', () => {
    expect(stateOf([], true, 0)).toBe('online')
    expect(stateOf([healthyOrigin('https://o.example')], true, 0)).toBe('online')
  })

  it('is offline where an origin is away or the browser says so', () => {
    expect(stateOf(resting(told(0), away), true, 0)).toBe('offline')
    expect(stateOf([], false, 0)).toBe('offline')
  })

  it.each([true, false])(
    'is not offline once something was answered since, whatever the browser says',
    (says) => {
      const missed = resting(away).map((row) => ({ ...row, probedAt: 1_000 }))

      expect(stateOf(missed, says, 1_000)).toBe('offline')
      expect(stateOf(missed, says, 1_001)).toBe('degraded')
      expect(stateOf([healthyOrigin('https://o.example')], says, 1)).toBe('online')
    },
  )

  it.each([true, false])('is not offline while an origin that is not away answers', (says) => {
    const others = (except: readonly string[]) => !except.includes('https://other.example')

    expect(stateOf(resting(away), says, 0, others)).toBe('degraded')
    const both = [...resting(away), { ...healthyOrigin('https://other.example'), awayStreak: 2, rest: away }]
    expect(stateOf(both, says, 0, others)).toBe('offline')
  })

  it.each([
    ['a gateway', 'http', 502, 'degraded'],
    ['a gateway', 'http', 503, 'degraded'],
    ['a gateway', 'http', 504, 'degraded'],
    ['a network that wants a sign-in', 'http', 511, 'offline'],
    ['nobody', 'unreachable', undefined, 'offline'],
    ['nobody', 'network', undefined, 'offline'],
  ] as const)('tells where %s answers (%s, %s): %s', (_who, reason, httpStatus, connectivity) => {
    const rows = resting(away).map((one) => ({
      ...one,
      lastFailure: { reason, httpStatus, at: now, server: 'plain' as const },
    }))

    expect(stateOf(rows, true, 0)).toBe(connectivity)
  })

  it('is degraded where headers throw for a server that is there, and offline as the browser says', () => {
    const held = resting(away).map((row) => ({ ...row, awayStreak: 0 }))

    expect(stateOf(held, true, 0)).toBe('degraded')
    expect(stateOf(held, false, 0)).toBe('offline')
    expect(stateOf([...held, ...resting(told(0), away)], true, 0)).toBe('offline')
  })

  it('is degraded where an origin fails or asked for time', () => {
    expect(stateOf(resting(failing(0)), true, 0)).toBe('degraded')
    expect(stateOf(resting(told(0)), true, 0)).toBe('degraded')
  })
})
