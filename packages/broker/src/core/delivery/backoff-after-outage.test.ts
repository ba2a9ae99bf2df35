// An origin that was away, and headers that threw, tell nothing of a server that is there. They make no wait for it longer.
import { describe, expect, it } from 'vitest'
import { capture } from '../fixtures/entry.fixture.js'
import { retriedOutcome } from '../fixtures/outbox.fixture.js'
import { sending } from '../fixtures/sending.fixture.js'
import type { Outcome } from '../outcomes/outcome.js'
import type { SendingEntry } from '../rows/entry.js'

const unreachable = { counts: 'unreachable', effect: 'none' } as const
const knocked = (httpStatus: number) => retriedOutcome({ ...unreachable, httpStatus, sent: false })
const silent = retriedOutcome({ ...unreachable, reason: 'unreachable', httpStatus: undefined, sent: false })
const offline = retriedOutcome({ ...silent, reason: 'offline' })
const missed = retriedOutcome({ reason: 'network', httpStatus: undefined, counts: 'unreachable' })
const lost = retriedOutcome({ ...missed, counts: true })
const signIn = retriedOutcome({ httpStatus: 511, counts: 'away', effect: 'none' })
const portal = retriedOutcome({ reason: 'notAcknowledged', httpStatus: 200, counts: 'away' })
const threw = retriedOutcome({
  reason: 'headers',
  httpStatus: undefined,
  effect: 'none',
  sent: false,
  problem: 'no token',
})
const told = (httpStatus: number) =>
  retriedOutcome({ httpStatus, counts: false, retryAfterMs: 0, effect: 'none' })
const failed = (httpStatus: number) => retriedOutcome({ httpStatus, effect: 'none' })
const early = retriedOutcome({ reason: 'inProgress', httpStatus: 409, counts: false })

const many = (outcome: Outcome, n = 40): readonly Outcome[] => Array(n).fill(outcome)

/** The wait after the last of these, by half of the jitter. */
async function waitAfter(...outcomes: readonly Outcome[]): Promise<number> {
  const put = { ...capture('').request, method: 'PUT' }
  const { box, entry } = await sending(['a', { server: 'idempotent', request: put }])
  let sent: SendingEntry = entry
  let waitMs = 0
  for (const [i, outcome] of outcomes.entries()) {
    const now = i * 1e9
    await box.settle(sent, outcome, { now })
    waitMs = ((await box.contents()).entries[0]?.dueAt ?? Number.NaN) - now
    const [next] = await box.claim({ now: now + 1e9, probe: 'signal' })
    sent = next as SendingEntry
  }
  return waitMs
}

describe('the first wait for a server', () => {
  const outages: readonly (readonly [string, readonly Outcome[]])[] = [
    ['a gateway that answered knocks by 502', many(knocked(502))],
    ['a gateway that answered knocks by 503, and by 504', many(knocked(503)).concat(knocked(504))],
    ['knocks that nobody answered', many(silent)],
    ['days without a network', many(offline, 200)],
    ['requests and knocks that nobody answered', many(missed)],
    ['a network that wants a sign-in', many(signIn)],
    ['pages of such a network', many(portal, 7)],
    ['headers that threw', many(threw, 20)],
    ['headers that threw, and no network then', [...many(threw, 20), offline]],
    ['headers that threw without a network', many({ ...threw, counts: 'unreachable' } as Outcome)],
    [
      'limits of the server, and an outage',
      [...many(told(503), 12), knocked(502), ...many(told(429)), silent],
    ],
    ['a lost answer, and an outage', [lost, ...many(silent)]],
  ]
  const answers = [told(503), failed(503), failed(500), told(429), told(425), lost, early]
  const pairs = outages.flatMap(([name, outage]) => answers.map((last) => [name, last, outage] as const))

  it.each(pairs)('after %s is as short as ever: %o', async (_outage, last, outage) => {
    expect(await waitAfter(...outage, last)).toBeLessThanOrEqual(1_000 + (last.retryAfterMs ?? 0))
  })

  it.each([
    ['a function for headers that throws', [...many(failed(500), 12), threw]],
    ['one that threw before', [threw, threw, ...many(failed(500), 12), threw]],
  ])('is no part of the wait for %s', async (_what, outcomes) => {
    expect(await waitAfter(...outcomes)).toBeLessThanOrEqual(2_000)
  })
})

describe('P9 the wait for a server that is there', () => {
  it.each([
    ['errors', [failed(500)], 60_000],
    ['its limits', [told(429)], 60_000],
    ['limits and other answers in turn', [told(503), early], 60_000],
    ['lost answers and limits in turn', [lost, told(425)], 60_000],
    ['errors, each after an outage', [failed(500), silent], 60_000],
    ['headers that throw', [threw], 60_000],
    ['headers that throw, and a network that goes', [threw, offline], 60_000],
  ])('grows all the same with %s', async (_what, turns, waitMs) => {
    const outcomes = Array.from({ length: 12 }, () => turns).flat()

    expect(await waitAfter(...outcomes, turns[0] as Outcome)).toBeGreaterThanOrEqual(waitMs)
  })
})
