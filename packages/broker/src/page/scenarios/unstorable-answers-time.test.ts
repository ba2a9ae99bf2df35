// One poisoned entry holds its 200 healthy neighbours in 50 lanes up by less than half of their own time.
import { createAction } from '@reduxjs/toolkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import { keySpan } from '../../core/rows/key-spans.js'
import type { Store, StoreTransaction } from '../../core/rows/store-port.js'
import { discard, write } from '../../index.js'
import { acknowledge, createTestWorld, type SentRequest } from '../../testing/index.js'
import { full, jsonAnswer, nested, unclonable } from '../fixtures/unstorable.fixture.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

interface Item {
  readonly n: number
  readonly payload?: unknown
  readonly path?: string
}

const sent = write(createAction<Item>('sent'), {
  request: ({ n, path = '' }) => ({ url: `/api/items/${n}${path}`, method: 'POST' }),
  lane: ({ n }) => `lane ${n % 50}`,
  server: 'idempotent',
})
/** The first of its lane, where each kind of poison does the most harm. */
const poisoned = 27
const healthy = Array.from({ length: 201 }, (_, n) => n).filter((n) => n !== poisoned)
/** An entry that nobody can read holds them back until a person discards it. */
const behind = [77, 127, 177]
const isPoisoned = ({ url }: SentRequest) => new URL(url).pathname.startsWith(`/api/items/${poisoned}`)
const answerMs = 100

interface Poison {
  /** In place of the ordinary item. */
  readonly item?: Partial<Item>
  answer?(request: SentRequest): Response
  /** Fails a transaction that puts these rows. `settled`: so many entries have ended before. */
  refuses?(rows: string, settled: number): Error | undefined
  /** Changes what lies on the disk. */
  edit?(tx: StoreTransaction): Promise<void>
}

/** A store that counts its transactions, and fails as the poison says. */
function watched({ refuses }: Poison) {
  const plain = memoryStore()
  const counted = { transactions: 0, settled: 0 }
  const store: Store = {
    ...plain,
    async transact(mode, durability, work) {
      counted.transactions += 1
      let rows = ''
      const result = await plain.transact(mode, durability, async (tx) => {
        const given = await work({
          ...tx,
          put(name, row) {
            if (refuses !== undefined && name !== 'settings') rows += JSON.stringify(row)
            tx.put(name, row)
          },
        })
        const failed = rows === '' ? undefined : refuses?.(rows, counted.settled)
        if (failed !== undefined) throw failed
        return given
      })
      return result
    },
  }
  return { store, counted }
}

/** Dispatches all in one turn while offline, and gives how the healthy ones and the poisoned one ended, and when. */
async function deliver(poison: Poison | undefined) {
  const { store, counted } = watched(poison ?? {})
  const world = createTestWorld({
    store,
    network: (request) =>
      new Promise((resolve) => {
        const reply = isPoisoned(request) ? poison?.answer?.(request) : undefined
        world.clock.after(answerMs, () => resolve(reply ?? acknowledge(request, { ok: true })))
      }),
  })
  const { store: app, outbox } = openApp(world, { routes: [sent] })
  world.setOnline(false)
  await world.settle()
  const ns = poison === undefined ? healthy : [...healthy, poisoned].sort((a, b) => a - b)
  const receipts = new Map(
    ns.map((n) => [n, app.dispatch(sent({ n, ...(n === poisoned && poison?.item) }))] as const),
  )
  await world.settle()
  const edit = poison?.edit
  if (edit !== undefined) await store.transact('readwrite', 'strict', edit)
  counted.transactions = 0
  const began = world.clock.monotonic()
  const end = { ms: 0, transactions: 0 }
  for (const n of healthy)
    void receipts.get(n)?.settled.then(() => {
      counted.settled += 1
      end.ms = world.clock.monotonic() - began
      end.transactions = counted.transactions
    })
  world.setOnline(true)
  await world.clock.advance(600_000)
  const { requests } = world.network
  const numbersOf = (all: Iterable<SentRequest>) =>
    [...all]
      .filter((request) => !isPoisoned(request))
      .map(({ url }) => Number(url.split('/').at(-1)))
      .sort((a, b) => a - b)
  const sentBefore = numbersOf(requests)
  const ended = { ...end, delivered: counted.settled }
  const next = openApp(world, { routes: [sent] })
  await world.settle()
  const aside = Object.values(next.outbox().entries)
  for (const { id } of aside) await discard(next.broker, id)
  await world.clock.advance(60_000)
  return {
    ...ended,
    sentBefore,
    /** Shown by a page that starts afterwards, whose user then discards it. */
    aside,
    sent: numbersOf(requests),
    /** The entries that a server which honours the key has acted on. */
    effects: numbersOf(new Map(requests.map((one) => [one.key, one])).values()),
    receipt: receipts.get(poisoned),
    outbox: outbox(),
  }
}

const deep = (depth: number): unknown => {
  let value: unknown = []
  for (let i = 0; i < depth; i++) value = [value]
  return value
}
const broken = () => new DOMException('The disk failed.', 'UnknownError')
const holds = (word: string, error: () => Error) => (rows: string) =>
  rows.includes(word) ? error() : undefined

const outOfRoom = { status: 'deliveredWithoutAnswer', reason: 'storageFull' }
const kinds: readonly (readonly [string, Poison, object])[] = [
  [
    'an answer nested 4,000 deep, which the storage does not take',
    {
      answer: (request) => jsonAnswer(request, nested(4_000)),
      refuses: holds('['.repeat(4_000), unclonable),
    },
    { status: 'deliveredWithoutAnswer', reason: 'answerNotStored' },
  ],
  [
    'an answer nested 20,000 deep',
    { answer: (request) => jsonAnswer(request, nested(20_000)) },
    { status: 'deliveredWithoutAnswer', reason: 'answerNotStored' },
  ],
  [
    'a payload nested 2,800 deep, which the storage does not take',
    { item: { payload: deep(2_800) }, refuses: holds('['.repeat(2_800), unclonable) },
    { status: 'notAccepted', reason: 'notSerialisable' },
  ],
  [
    'a URL of 2 MB',
    { item: { path: `/${'x'.repeat(2e6)}` } },
    { status: 'notAccepted', reason: 'urlTooLong' },
  ],
  [
    'a settlement that fails',
    { answer: (request) => jsonAnswer(request, '"poison"'), refuses: holds('poison', broken) },
    { status: 'deliveredWithoutAnswer', reason: 'answerNotStored' },
  ],
  [
    'a settlement with a refusal that fails',
    { answer: (request) => jsonAnswer(request, '"poison"', 422), refuses: holds('poison', broken) },
    { status: 'returned', reason: 'refused', problem: 'answerNotStored' },
  ],
  [
    'an answer for which there is no room, in the middle',
    { answer: (request) => jsonAnswer(request, '"poison"'), refuses: holds('poison', full) },
    outOfRoom,
  ],
]

describe('beside one entry that cannot be stored, 200 others in 50 lanes arrive once, in 1.5 times their time', () => {
  const alone = deliver(undefined)

  it.each(kinds)('%s', async (_what, poison, expected) => {
    const base = await alone
    const beside = await deliver(poison)

    expect(beside.sent).toEqual(healthy)
    expect(beside.delivered).toBe(200)
    expect(await beside.receipt?.settled).toMatchObject(expected)
    expect(beside.outbox.waiting).toBe(0)
    expect(beside.ms).toBeLessThanOrEqual(base.ms * 1.5)
    expect(beside.transactions).toBeLessThanOrEqual(base.transactions * 1.5)
  })

  it.each([1, 2, 5])('a disk that is full for %i transactions in the middle', async (times) => {
    const base = await alone
    let left = times
    const beside = await deliver({
      refuses: (_rows, settled) => (settled > 90 && left-- > 0 ? full() : undefined),
    })

    expect(left).toBeLessThanOrEqual(0)
    expect(beside.effects).toEqual(healthy)
    expect(beside.outbox.waiting).toBe(0)
    expect(beside.ms).toBeLessThanOrEqual(base.ms * 1.5)
    expect(beside.transactions).toBeLessThanOrEqual(base.transactions * 1.5)
  })

  const edited = (change: (row: Record<string, unknown>) => object): Poison => ({
    async edit(tx) {
      const entries = await tx.list(keySpan('entries', []), 1_000)
      const row = entries.find(({ request: { url } }) => url.endsWith(`/${poisoned}`))
      if (row === undefined) throw new Error('It is not there.')
      tx.put('entries', change(row as never) as never)
    },
  })

  it.each([
    ['its request', (row) => ({ ...row, request: 'x' })],
    [
      'a header',
      ({ request, ...row }) => ({
        ...row,
        request: { ...(request as object), headers: [['a', 'x\r\ny: z']] },
      }),
    ],
    [
      'its origin',
      ({ request, ...row }) => ({ ...row, request: { ...(request as object), url: 'https://evil.test/' } }),
    ],
    ['its counters', (row) => ({ ...row, attempts: 'many' })],
  ] satisfies [string, (row: Record<string, unknown>) => object][])(
    'a row whose %s was edited is quarantined, and holds up its lane until it is discarded',
    async (_what, change) => {
      const base = await alone
      const beside = await deliver(edited(change))

      expect(beside.sentBefore).toEqual(healthy.filter((n) => !behind.includes(n)))
      expect(beside.aside.filter(({ state }) => state !== 'accepted')).toMatchObject([
        { state: 'quarantined', reason: 'damaged', type: 'sent' },
      ])
      expect(beside.sent).toEqual(healthy)
      expect(await beside.receipt?.settled).toEqual({ status: 'cancelled' })
      expect(beside.outbox.waiting).toBe(0)
      expect(beside.ms).toBeLessThanOrEqual(base.ms * 1.5)
      expect(beside.transactions).toBeLessThanOrEqual(base.transactions * 1.5)
    },
  )
})
