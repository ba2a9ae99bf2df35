// A change of the row of a user who has left puts the row away. A time that a server asked for outlives that.
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import { manualClock } from '../../testing/manual-clock.js'
import { createMemoryLocks } from '../../testing/memory-locks.js'
import { createLife } from '../../testing/realm-life.js'
import { asLeader } from '../delivery/leader-lock.js'
import { resolve, type StatusAnswer } from '../delivery/status-query.js'
import { capture, sendingEntry } from '../fixtures/entry.fixture.js'
import { doubted, outbox, refusedReply } from '../fixtures/outbox.fixture.js'
import { leaseMs, lookMs } from '../limits.js'
import { healthyOrigin } from '../outcomes/circuit-breaker.js'
import { type InDoubtEntry, type SendingEntry, toRow } from '../rows/entry.js'
import { confirmEntry, discardEntry, findUnresolved, requeueEntry } from './dead-letters.js'
import { cancelEntry } from './end-entry.js'
import { deactivate, newPartition, noteLoss, readPartition } from './partition.js'

const now = 1_800_000_000_000
const shop = 'https://shop.example'

type Box = ReturnType<typeof outbox>

/** The user has left. An entry of theirs is settled so, and an origin that no row leads to asked for ten minutes. */
async function left(outcome: Parameters<Box['settle']>[1]) {
  const box = outbox()
  await box.activate()
  await box.accept([capture('a'), capture('b', { lane: 'other' })])
  const [entry] = await box.claim()
  await box.settle(entry as SendingEntry, outcome)
  await box.write(async (tx) => {
    await deactivate(tx, 'p', now)
    tx.put('origins', { ...healthyOrigin(shop), rest: { kind: 'told', rounds: 0, until: now + 600_000 } })
  })
  return box
}

const unresolved = (box: Box) =>
  box.write(async (tx) => {
    const held = await findUnresolved(tx, 'p', 'a')
    if (held === undefined) throw new Error('no entry waits for a person')
    return held
  })

const answered = (finding: StatusAnswer) => async (box: Box) => {
  const held = await unresolved(box)
  await box.write((tx) =>
    resolve(tx, held as InDoubtEntry, finding, { now, failuresMax: 60, random: () => 0 }),
  )
}

describe('a running Retry-After outlives, after its user has left,', () => {
  it.each<[string, typeof doubted | typeof refusedReply, (box: Box) => Promise<unknown>]>([
    ['a status query that finds the work done', doubted, answered({ kind: 'done' })],
    ['a status query that finds nothing', doubted, answered({ kind: 'never' })],
    ['a status query that finds a refusal', doubted, answered({ kind: 'refused', httpStatus: 422 })],
    ['a status query that finds the key expired', doubted, answered({ kind: 'expired' })],
    [
      'another try of a dead letter',
      refusedReply,
      async (box) => {
        const held = await unresolved(box)
        await box.write((tx) => requeueEntry(tx, held, 'key-new', now))
      },
    ],
    [
      'a discard',
      refusedReply,
      async (box) => {
        const held = await unresolved(box)
        await box.write((tx) => discardEntry(tx, held, now))
      },
    ],
    [
      'a confirmation',
      doubted,
      async (box) => {
        const held = await unresolved(box)
        await box.write((tx) => confirmEntry(tx, held as InDoubtEntry, now))
      },
    ],
    ['a cancellation', doubted, (box) => box.write((tx) => cancelEntry(tx, 'p', 'b', now))],
    [
      'a loss of yesterday that is noted',
      doubted,
      (box) => box.write((tx) => noteLoss(tx, 'p', 3, now - 86_400_000)),
    ],
  ])('%s', async (_what, outcome, change) => {
    const box = await left(outcome)
    await change(box)
    expect(await box.origin(shop)).toMatchObject({ rest: { kind: 'told' } })
  })

  it('a leader that is found hung', async () => {
    const clock = manualClock({ now })
    const store = memoryStore()
    const locks = createMemoryLocks()
    const signal = new AbortController().signal
    await store.transact('readwrite', 'strict', async (tx) => {
      tx.put('entries', toRow(sendingEntry()))
      tx.put('partitions', { ...newPartition('p'), waiting: 1, session: 1, left: 1 })
      tx.put('origins', {
        ...healthyOrigin(shop),
        rest: { kind: 'told', rounds: 0, until: now + 600_000 },
      })
    })
    void locks.of(createLife()).hold('lock', { signal }, () => new Promise(() => {}))
    const turn = asLeader(
      { clock, store, locks: locks.of(createLife()) },
      'lock',
      'p',
      signal,
      async () => {},
    )
    await clock.advance(leaseMs + 2 * lookMs)
    await turn

    const [row, origin] = await store.transact('readonly', 'relaxed', async (tx) => [
      await readPartition(tx, 'p'),
      await tx.get('origins', [shop]),
    ])
    expect(row).toMatchObject({ steals: 1 })
    expect(origin).toMatchObject({ rest: { kind: 'told' } })
  })
})
