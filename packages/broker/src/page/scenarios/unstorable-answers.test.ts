// An entry that cannot be stored, among 200 that can, ends alone and with a reason. The others arrive once each.
import { createAction } from '@reduxjs/toolkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import type { Store, StoreTransaction } from '../../core/rows/store-port.js'
import { deadLetters, read, reads, write } from '../../index.js'
import { acknowledge, answer, createTestWorld, type SentRequest } from '../../testing/index.js'
import { full, jsonAnswer, nested, unclonable } from '../fixtures/unstorable.fixture.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

const sent = write(createAction<{ n: number; payload?: unknown }>('sent'), {
  request: ({ n }) => ({ url: `/api/items/${n}`, method: 'POST' }),
  lane: ({ n }) => `lane ${n % 50}`,
  server: 'idempotent',
})
const poisoned = 77
const all = Array.from({ length: 201 }, (_, n) => n)
const isPoisoned = ({ url }: SentRequest) => url.endsWith(`/${poisoned}`)

/** A storage that fails where a row is put that holds what it does not take. */
function picky(refuses: (row: string) => Error | undefined): Store {
  const store = memoryStore()
  return {
    ...store,
    transact: (mode, durability, work) =>
      store.transact(mode, durability, async (tx) => {
        let failed: Error | undefined
        const put: StoreTransaction['put'] = (name, row) => {
          failed ??= refuses(JSON.stringify(row))
          tx.put(name, row)
        }
        const result = await work({ ...tx, put })
        if (failed !== undefined) throw failed
        return result
      }),
  }
}
const refusesPoison = (error: () => Error = unclonable) =>
  picky((row) => (row.includes('poison') ? error() : undefined))
const hasRoomFor = (bytes: number) => picky((row) => (row.length > bytes ? full() : undefined))

const text = (length: number) => JSON.stringify('x'.repeat(length))

function open(store: Store, poison: (request: SentRequest) => Response | ReturnType<typeof answer>) {
  const world = createTestWorld({
    store,
    network: (request) => (isPoisoned(request) ? poison(request) : acknowledge(request, { ok: true })),
  })
  return { world, app: openApp(world, { routes: [sent] }) }
}

async function deliver(
  { world, app }: ReturnType<typeof open>,
  payloadOf: (n: number) => object = () => ({}),
) {
  world.setOnline(false)
  await world.settle()
  const receipts = all.map((n) => app.store.dispatch(sent({ n, ...payloadOf(n) })))
  await world.settle()
  world.setOnline(true)
  await world.clock.advance(600_000)
  return receipts
}

const arrivals = ({ world }: ReturnType<typeof open>) => world.network.requests.map(({ url }) => url).sort()
const urls = (ns: readonly number[]) => ns.map((n) => `https://app.test/api/items/${n}`).sort()
const healthy = all.filter((n) => n !== poisoned)

describe('an answer that cannot be stored', () => {
  it.each([
    ['nested 20,000 deep', memoryStore(), nested(20_000), 'answerNotStored'],
    ['nested 100,000 deep', memoryStore(), nested(100_000), 'answerNotStored'],
    ['of a kind that the storage does not take', refusesPoison(), '"poison"', 'answerNotStored'],
    ['of 1 MB on a full disk', hasRoomFor(500_000), text(1e6), 'storageFull'],
  ])(
    '%s: its entry ends once as deliveredWithoutAnswer, and others end too',
    async (_what, store, body, reason) => {
      const app = open(store, (request) => jsonAnswer(request, body))
      const receipts = await deliver(app)

      expect(arrivals(app)).toEqual(urls(all))
      expect(await receipts[poisoned]?.settled).toMatchObject({ status: 'deliveredWithoutAnswer', reason })
      for (const n of healthy) expect((await receipts[n]?.settled)?.status).toBe('delivered')
      expect(app.app.outbox()).toEqual(expect.objectContaining({ waiting: 0, deadLetters: 0, entries: {} }))
      const { id } = receipts[poisoned] ?? {}
      expect(app.world.reports).toMatchObject([
        {
          message: `redux-broker: the outcome of sent (${id}) cannot be stored: ${reason}.`,
          cause: expect.toSatisfy((cause) => cause instanceof Error || cause instanceof DOMException),
        },
      ])
    },
  )

  it.each([
    ['of a kind that the storage does not take', refusesPoison(), '"poison"', 'answerNotStored'],
    ['of 8 kB on a full disk', hasRoomFor(5_000), text(8_000), 'storageFull'],
    ['nested 20,000 deep', memoryStore(), nested(20_000), { isCut: true, text: '['.repeat(8_192) }],
    ['of 1 MB on a full disk', hasRoomFor(500_000), text(1e6), { isCut: true }],
  ])(
    'of a refusal, %s: its entry is returned with a part of the answer or a word',
    async (_what, store, body, problem) => {
      const app = open(store, (request) => jsonAnswer(request, body, 422))
      const receipts = await deliver(app)

      expect(arrivals(app)).toEqual(urls(all))
      expect(await receipts[poisoned]?.settled).toMatchObject({ status: 'returned', httpStatus: 422 })
      const told =
        typeof problem === 'string'
          ? [expect.stringContaining(`${receipts[poisoned]?.id}) cannot be stored: ${problem}.`)]
          : []
      expect(app.world.reports.map((error) => (error as Error).message)).toEqual(told)
      expect(await deadLetters(app.app.broker)).toMatchObject([{ reason: 'refused', problem }])
      expect(app.app.outbox()).toMatchObject({ waiting: 0, deadLetters: 1 })
    },
  )

  it('loses no answer if the storage accepts nothing for a while', async () => {
    let isBroken = false
    const store = picky(() => (isBroken ? new DOMException('broken', 'UnknownError') : undefined))
    const app = open(store, (request) => {
      isBroken = app.world.network.requests.length < 100
      app.world.clock.after(30_000, () => {
        isBroken = false
      })
      return acknowledge(request, {})
    })
    const receipts = await deliver(app)

    for (const receipt of receipts) expect((await receipt.settled).status).toBe('delivered')
    expect(app.app.outbox()).toMatchObject({ waiting: 0, deadLetters: 0 })
  })
})

describe('a payload that cannot be stored', () => {
  it.each([
    ['is of a kind that the storage does not take', unclonable, 'notSerialisable'],
    [
      'is nested too deep for it',
      () => new RangeError('Maximum call stack size exceeded'),
      'notSerialisable',
    ],
    [
      'is nested too deep for it, in Firefox',
      () => Object.assign(new Error('too much recursion'), { name: 'InternalError' }),
      'notSerialisable',
    ],
    ['finds no room', full, 'storageFull'],
  ])('because it %s ends alone, and others of the same turn arrive once', async (_why, error, reason) => {
    const app = open(refusesPoison(error), () => answer(500))
    const receipts = await deliver(app, (n) => (n === poisoned ? { payload: 'poison' } : {}))

    expect(await receipts[poisoned]?.settled).toEqual({ status: 'notAccepted', reason })
    for (const n of healthy) expect((await receipts[n]?.settled)?.status).toBe('delivered')
    expect(arrivals(app)).toEqual(urls(healthy))
    expect(app.app.outbox()).toMatchObject({ waiting: 0, deadLetters: 0 })
  })

  it('keeps the order of its lane', async () => {
    const app = open(refusesPoison(), () => answer(500))
    await deliver(app, (n) => (n === poisoned ? { payload: 'poison' } : {}))
    const lane = app.world.network.requests
      .map(({ url }) => Number(url.split('/').at(-1)))
      .filter((n) => n % 50 === 27)

    expect(lane).toEqual([27, 127, 177])
  })
})

describe('a URL', () => {
  const at = (url: string, limits = {}) => {
    const world = createTestWorld()
    const route = write(createAction('to'), { request: () => ({ url }) })
    const app = openApp(world, { routes: [route], limits })
    return app.store.dispatch(route()).settled
  }
  const ofLength = (length: number) => `/${'x'.repeat(length - 'https://app.test/'.length)}`
  const refused = { status: 'notAccepted', reason: 'urlTooLong' }

  it.each([
    ['of 8,000 characters is taken', ofLength(8_000), {}, { status: 'delivered' }],
    ['of one more is refused', ofLength(8_001), {}, refused],
    ['that has so many once it is encoded is refused', `/?q=${'李'.repeat(900)}`, {}, refused],
    [
      'may be longer where the app says so',
      ofLength(9_000),
      { urlCharactersMax: 9_000 },
      { status: 'delivered' },
    ],
    ['is refused sooner where the app says so', ofLength(101), { urlCharactersMax: 100 }, refused],
  ])('%s', async (_what, url, limits, expected) => {
    expect(await at(url, limits)).toMatchObject(expected)
  })

  it('of a read has the same limit', async () => {
    const get = read(createAction<number>('get'), { request: ofLength })
    const { store } = openApp(createTestWorld(), { routes: [get], reads: reads() })

    expect(await store.dispatch(get(8_000)).settled).toMatchObject({ status: 'delivered' })
    expect(await store.dispatch(get(8_001)).settled).toMatchObject(refused)
  })
})
