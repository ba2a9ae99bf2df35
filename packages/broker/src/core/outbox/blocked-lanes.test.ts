// P12: an outbox with 10,000 dead letters that hold their lanes back does no more work than one without any.
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import { claim } from '../delivery/claim.js'
import { settle } from '../delivery/settle.js'
import { appendTo } from '../fixtures/append.fixture.js'
import { capture, deadLetter } from '../fixtures/entry.fixture.js'
import { deliveredOutcome, refusedReply } from '../fixtures/outbox.fixture.js'
import { readOutboxChanges } from '../journal/outbox-changes.js'
import { defaultLimits } from '../limits.js'
import type { Store, StoreTransaction } from '../rows/store-port.js'
import { discardEntry, findUnresolved, requeueEntry } from './dead-letters.js'
import { isBlocked } from './lanes.js'
import { activate, readPartition } from './partition.js'

const owner = { partition: 'p', principal: 'ada' }
const limits = { ...defaultLimits, entriesMax: 100_000 }

/** Counts the requests of a transaction, the rows that they give, and the characters of the rows put. */
function counting(tx: StoreTransaction, work: { requests: number; rows: number; written: number }) {
  const counted: StoreTransaction = {
    ...tx,
    async get(store, key) {
      const row = await tx.get(store, key)
      work.requests += 1
      work.rows += row === undefined ? 0 : 1
      return row
    },
    async list(span, limit) {
      const rows = await tx.list(span, limit)
      work.requests += 1
      work.rows += rows.length
      return rows
    },
    async firstKey(span) {
      work.requests += 1
      return tx.firstKey(span)
    },
    put(store, row) {
      work.written += JSON.stringify(row).length
      tx.put(store, row)
    },
  }
  return counted
}

const laneOf = (i: number) => `https://app.example/api/things/${String(i).padStart(5, '0')}`

/** As a release left them that listed every lane in the partition's row. */
async function withLetters(count: number): Promise<Store> {
  const store = memoryStore()
  await store.transact('readwrite', 'strict', async (tx) => {
    const lanes = Array.from({ length: count }, (_, i) => laneOf(i))
    for (const [i, lane] of lanes.entries())
      tx.put('deadLetters', deadLetter({ seq: 1 + i, id: `letter ${i}`, lane, onReturned: 'block' }))
    const row = await readPartition(tx, 'p')
    tx.put('partitions', { ...row, dead: count, nextSeq: count + 1, blockedLanes: lanes })
    await activate(tx, owner)
  })
  return store
}

type Step = (tx: StoreTransaction) => Promise<unknown>

const accept =
  (id: string, lane: string): Step =>
  (tx) =>
    appendTo(tx, 'p', [capture(id, { lane, onReturned: 'block' })], { now: 0, limits })

const send =
  (outcome: typeof deliveredOutcome | typeof refusedReply): Step =>
  async (tx) => {
    const row = await readPartition(tx, 'p')
    const options = { owner: 'me', now: 0, probe: 'none', concurrencyMax: 1, inFlight: [] } as const
    const origins = new Map()
    const { claimed } = await claim(tx, row, origins, { ...options, serves: () => true })
    const [entry] = claimed
    if (entry)
      await settle(tx, { row, origins }, { entry, outcome }, { now: 0, failuresMax: 9, random: () => 0 })
    tx.put('partitions', row)
    return entry?.id
  }

const answered =
  (how: 'requeue' | 'discard', id: string): Step =>
  async (tx) => {
    const held = await findUnresolved(tx, 'p', id)
    if (held) await (how === 'requeue' ? requeueEntry(tx, held, 'key', 0) : discardEntry(tx, held, 0))
  }

const look: Step = (tx) => readOutboxChanges(tx, 'p', { seq: 1e6, number: 0 }, () => true)

const steps: readonly (readonly [string, readonly Step[]])[] = [
  ['accepting into a lane of its own', [accept('a', 'new')]],
  ['accepting behind another', [accept('a', 'new'), accept('b', 'new')]],
  ['claiming and settling as delivered', [accept('a', 'new'), accept('b', 'new'), send(deliveredOutcome)]],
  ['settling as returned', [accept('a', 'new'), accept('b', 'new'), send(refusedReply)]],
  ['requeuing', [accept('a', 'new'), send(refusedReply), answered('requeue', 'a')]],
  ['discarding', [accept('a', 'new'), accept('b', 'new'), send(refusedReply), answered('discard', 'a')]],
  ['reading the news', [accept('a', 'new'), send(refusedReply), look]],
]

async function costOf(store: Store, all: readonly Step[]) {
  const work = { requests: 0, rows: 0, written: 0 }
  for (const step of all.slice(0, -1)) await store.transact('readwrite', 'strict', step)
  for (const step of all.slice(-1))
    await store.transact('readwrite', 'strict', (tx) => step(counting(tx, work)))
  return work
}

describe('10,000 lanes that dead letters block', () => {
  it.each(steps)('%s costs as much as with twenty', async (_, all) => {
    const few = await costOf(await withLetters(20), all)
    const many = await costOf(await withLetters(10_000), all)

    expect(many.requests).toBe(few.requests)
    expect(many.rows).toBe(few.rows)
    // Numbers have more digits.
    expect(many.written).toBeLessThan(few.written + 60)
  })

  it('hold back entries that are captured there, before and after their turn', async () => {
    const store = await withLetters(10_000)
    const lane = laneOf(9_876)
    await store.transact('readwrite', 'strict', accept('behind', lane))

    expect(await store.transact('readwrite', 'strict', send(deliveredOutcome))).toBeUndefined()
    await store.transact('readwrite', 'strict', answered('discard', 'letter 9876'))
    expect(await store.transact('readwrite', 'strict', send(deliveredOutcome))).toBe('behind')
  })
})

describe('a lane', () => {
  const blocked = (store: Store, lane: string) =>
    store.transact('readonly', 'relaxed', async (tx) => isBlocked(tx, await readPartition(tx, 'p'), lane))

  it('with two blocking letters stays blocked until both are discarded', async () => {
    const store = memoryStore()
    await store.transact('readwrite', 'strict', async (tx) => {
      for (const seq of [1, 2])
        tx.put('deadLetters', deadLetter({ seq, id: `l${seq}`, lane: 'x', onReturned: 'block' }))
      tx.put('partitions', { ...(await readPartition(tx, 'p')), dead: 2, nextSeq: 3 })
      await activate(tx, owner)
    })
    await store.transact('readwrite', 'strict', accept('behind', 'x'))

    await store.transact('readwrite', 'strict', answered('discard', 'l1'))
    expect(await blocked(store, 'x')).toBe(true)
    await store.transact('readwrite', 'strict', answered('discard', 'l2'))
    expect(await blocked(store, 'x')).toBe(false)
    expect(await store.transact('readwrite', 'strict', send(deliveredOutcome))).toBe('behind')
  })

  it.each(['skip', 'block'] as const)('with a dead letter of `%s`', async (onReturned) => {
    const store = memoryStore()
    await store.transact('readwrite', 'strict', async (tx) => {
      tx.put('deadLetters', deadLetter({ lane: 'https://app.example/a?b=1', onReturned }))
      tx.put('deadLetters', deadLetter({ lane: 'x', onReturned: 'block', partition: 'q' }))
      tx.put('partitions', { ...(await readPartition(tx, 'p')), dead: 1 })
    })

    expect(await blocked(store, 'https://app.example/a?b=1')).toBe(onReturned === 'block')
    expect(await blocked(store, 'https://app.example/a')).toBe(false)
    expect(await blocked(store, 'x')).toBe(false)
  })

  it('that an earlier release has blocked stays blocked, and the row lists only a few lanes', async () => {
    const store = await withLetters(200)
    const lanes = Array.from({ length: 200 }, (_, i) => laneOf(i))
    await store.transact('readwrite', 'strict', async (tx) =>
      tx.put('partitions', { ...(await readPartition(tx, 'p')), blockedLanes: lanes }),
    )
    await store.transact('readwrite', 'strict', (tx) => activate(tx, owner))

    const row = await store.transact('readonly', 'relaxed', (tx) => readPartition(tx, 'p'))
    expect(row.blockedLanes).toEqual(lanes.slice(-20))
    for (const lane of [lanes[0], lanes[199]]) expect(await blocked(store, lane ?? '')).toBe(true)
  })
})
