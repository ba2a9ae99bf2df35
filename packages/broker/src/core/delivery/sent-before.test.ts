// An entry of which no request can be made any more. Its reason tells whether anything of it was ever sent.
import { describe, expect, it } from 'vitest'
import { capture } from '../fixtures/entry.fixture.js'
import { retriedOutcome } from '../fixtures/outbox.fixture.js'
import { sending } from '../fixtures/sending.fixture.js'
import type { Outcome } from '../outcomes/outcome.js'
import { type SendingEntry, toRow } from '../rows/entry.js'

const none = { effect: 'none', httpStatus: undefined } as const
const unsent = { ...none, sent: false, counts: 'unreachable' } as const
const threw = retriedOutcome({ ...none, sent: false, reason: 'headers', problem: 'no token' })
const invalid = {
  kind: 'returned',
  reason: 'invalidRequest',
  problem: 'no token',
  sent: false,
  effect: 'none',
} as const
const busy = retriedOutcome({ ...unsent, reason: 'busy', counts: false })
const offline = retriedOutcome({ ...unsent, reason: 'offline' })
const missed = retriedOutcome({ reason: 'network', counts: 'unreachable' })

/** The letter after these outcomes, each of which the claimed entry has as its own effect too. */
async function letterAfter(outcomes: readonly Outcome[], more: Partial<SendingEntry> = {}) {
  const put = { ...capture('').request, method: 'PUT' }
  const { box, entry } = await sending(['a', { server: 'idempotent', request: put }])
  if (Object.keys(more).length > 0)
    await box.write(async (tx) => tx.put('entries', toRow({ ...entry, ...more })))
  let sent: SendingEntry = { ...entry, ...more }
  for (const [i, outcome] of outcomes.entries()) {
    const own = outcome.kind === 'returned' ? { ...outcome, effect: sent.effect } : outcome
    await box.settle(sent, own, { now: i * 1e9, failuresMax: 4 })
    const [next] = await box.claim({ now: (i + 1) * 1e9 - 1, probe: 'signal' })
    if (next !== undefined) sent = next
  }
  const { letters, journal } = await box.contents()
  return { ...letters[0], told: journal.at(-1)?.reason }
}

const ends: readonly (readonly [string, readonly Outcome[]])[] = [
  ['headers throw', Array(4).fill(threw)],
  ['the headers are none', [invalid]],
]

describe.each(ends)('an entry that is returned since %s', (_why, end) => {
  it.each([
    ['nothing came before', []],
    ['only a network that was away did', [offline, offline, offline]],
    ['others had the connections', [busy, busy]],
    ['its headers threw before', [threw, offline, threw]],
  ])('is an invalid request where %s', async (_before, before) => {
    const letter = await letterAfter([...before, ...end])

    expect(letter).toMatchObject({ reason: 'invalidRequest', told: 'invalidRequest', problem: 'no token' })
    expect(letter).toMatchObject({ attempts: 0, effect: 'none' })
  })

  it.each([
    ['its answer was lost', [retriedOutcome()], 1, 'unknown'],
    ['its answer was lost with the network', [missed, offline], 1, 'unknown'],
    ['its answer broke off, and headers threw', [retriedOutcome({ reason: 'cut' }), threw], 1, 'unknown'],
    ['its server refused it for now', [retriedOutcome({ httpStatus: 503, effect: 'none' })], 1, 'none'],
    ['a limit did', [retriedOutcome({ httpStatus: 429, counts: false, effect: 'none' }), busy], 1, 'none'],
    ['several sends failed', [retriedOutcome(), threw, retriedOutcome()], 2, 'unknown'],
  ] as const)('has failed too often where %s', async (_before, before, attempts, effect) => {
    const letter = await letterAfter([...before, ...end])

    expect(letter).toMatchObject({ reason: 'failuresMax', told: 'failuresMax', problem: 'no token' })
    expect(letter).toMatchObject({ attempts, effect })
  })

  it('has failed too often where nobody knows, since its row was lost', async () => {
    const letter = await letterAfter(end, { effect: 'unknown' })

    expect(letter).toMatchObject({ reason: 'failuresMax', attempts: 0, effect: 'unknown' })
  })
})

describe('throws of headers', () => {
  it.each([1, 3])('are no failures of sends: %i sends may fail beside them', async (throws) => {
    const letter = await letterAfter([...Array(throws).fill(threw), ...Array(3).fill(retriedOutcome())])
    expect(letter).toMatchObject({ told: undefined })
  })

  it.each([
    ['without a network', { ...threw, counts: 'unreachable' } as Outcome],
    ['before a server that fails', retriedOutcome()],
  ])('%s make no invalid request of three others', async (_what, other) => {
    expect(await letterAfter([other, threw, threw, threw])).toMatchObject({ told: undefined })
  })
})
