import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffCapMs, retryAfterCapMs } from '../limits.js'
import { afterOutcome, allowedRequests, healthyOrigin, type WakeReason } from './circuit-breaker.js'
import type { Outcome } from './outcome.js'

const retry = { kind: 'retry', reason: 'r', effect: 'none', counts: true, rests: 'lane', sent: true } as const
const told = (retryAfterMs: number): Outcome => ({
  ...retry,
  httpStatus: 429,
  rests: 'origin',
  retryAfterMs,
  counts: false,
})
const healthy = healthyOrigin('o')
const probes: readonly WakeReason[] = ['none', 'slowTimer', 'timer', 'capture', 'signal']
const outcomes: readonly Outcome[] = [
  { kind: 'delivered', httpStatus: 200, answer: undefined },
  { ...retry, counts: 'away' },
  { ...retry, counts: 'unreachable', sent: false },
  retry,
  { ...retry, httpStatus: 500 },
  { ...retry, httpStatus: 408 },
]

describe('an origin after any history of outcomes', () => {
  const outcome = fc.oneof(fc.constantFrom(...outcomes), fc.nat({ max: 10_000 }).map(told))
  const history = fc.array(
    fc.record({ outcome, lane: fc.constantFrom('a', 'b', 'c', 'd'), ms: fc.nat({ max: 20_000 }) }),
    {
      maxLength: 40,
    },
  )

  it('I10 lets nothing through before a time that the server named', () => {
    fc.assert(
      fc.property(history, fc.constantFrom(...probes), (steps, probe) => {
        let row = healthy
        let now = 0
        let floor = 0
        for (const { outcome, lane, ms } of steps) {
          now += ms
          row = afterOutcome(row, outcome, { lane, now, random: 0 })
          if (outcome.kind === 'retry' && outcome.rests === 'origin')
            floor = Math.max(floor, now + (outcome.retryAfterMs ?? 0))
          if (now < floor) expect(allowedRequests(row, probe, now, 0)).toBe(0)
        }
      }),
      { seed: 4, numRuns: 300 },
    )
  })

  it('always ends in one try at the latest when the longest rest is over and something happens', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const row = steps.reduce(
          (one, { outcome, lane }) => afterOutcome(one, outcome, { lane, now: 0, random: 1 }),
          healthy,
        )
        expect(allowedRequests(row, 'signal', retryAfterCapMs + backoffCapMs, 0)).toBeGreaterThanOrEqual(1)
      }),
      { seed: 5, numRuns: 300 },
    )
  })
})
