// Storage that fails in the middle of its work: captures are stored once, and no promise rejects unheard (P2, P13).
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import type { Store, StoreTransaction } from '../../core/rows/store-port.js'
import { deadLetters, discardAll, outboxEntries } from '../../index.js'
import { createTestWorld, type TestWorld } from '../../testing/index.js'

const lost = () => new DOMException('Connection to Indexed Database server lost.', 'UnknownError')

const unheard: unknown[] = []
const hear = (reason: unknown) => void unheard.push(reason)
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  unheard.length = 0
  process.on('unhandledRejection', hear)
})
afterEach(() => {
  process.off('unhandledRejection', hear)
  vi.restoreAllMocks()
})

/** A page whose captures keep room on the disk, as in a browser. */
function openReserving(world: TestWorld) {
  const tab = world.tab()
  const store = { ...tab.ports.store, async makeRoom() {} }
  return openApp(world, { tab: { ...tab, ports: { ...tab.ports, store } } })
}

/** Commits, loses the connection before it can say so, and runs the same work again, as the store in IndexedDB does. */
function tellsLate(storage: { readonly isBad: boolean }): Store {
  const inner = memoryStore()
  return {
    ...inner,
    async transact(mode, durability, work) {
      const first = await inner.transact(mode, durability, work)
      return storage.isBad && mode === 'readwrite' ? inner.transact(mode, durability, work) : first
    },
  }
}

describe('a capture whose commit succeeded without a report', () => {
  it.each([1, 2, 7])('is stored once: %i of a turn', async (count) => {
    const storage = { isBad: true }
    const world = createTestWorld({ store: tellsLate(storage) })
    world.setOnline(false)
    const app = openReserving(world)
    await world.settle()

    const receipts = Array.from({ length: count }, (_, i) => app.clap(`p${i % 3}`))
    await world.settle()

    expect(await Promise.all(receipts.map(({ accepted }) => accepted))).toEqual(
      receipts.map(() => ({ status: 'accepted' })),
    )
    const ids = (await outboxEntries(app.broker)).map(({ id }) => id)
    expect(ids).toEqual(receipts.map(({ id }) => id))
    expect(app.outbox().waiting).toBe(count)
    storage.isBad = false
    world.setOnline(true)
    await world.settle()
    expect(world.network.requests.map(({ key }) => key).toSorted()).toEqual(ids.toSorted())
  })
})

/** The n-th call of all transactions fails, and with it all later calls of its own one, so for a few calls. */
function failing(from: number, times: number): Store {
  const inner = memoryStore()
  let calls = 0
  const breaking = (tx: StoreTransaction): StoreTransaction => {
    let isOver = false
    const checked =
      <A extends readonly unknown[], T>(call: (...given: A) => Promise<T>) =>
      async (...given: A) => {
        calls += 1
        isOver ||= calls >= from && calls < from + times
        if (isOver) throw lost()
        return call(...given)
      }
    return {
      ...tx,
      get: checked(tx.get) as StoreTransaction['get'],
      list: checked(tx.list) as StoreTransaction['list'],
      keys: checked(tx.keys),
      firstKey: checked(tx.firstKey),
    }
  }
  return {
    ...inner,
    transact: (mode, durability, work) => inner.transact(mode, durability, (tx) => work(breaking(tx))),
  }
}

describe('there is no unhandled rejection', () => {
  it.each(Array.from({ length: 60 }, (_, i) => 1 + i))(
    'if the storage fails at its call %i',
    async (from) => {
      const world = createTestWorld({ store: failing(from, 1 + (from % 7)) })
      const app = openReserving(world)
      await world.settle()
      app.clap('p1')
      app.like('p2')
      await world.settle()
      await deadLetters(app.broker).catch(() => {})
      await discardAll(app.broker).catch(() => {})
      await world.settle()
      await app.broker.stop()
      await world.settle()
      await new Promise((resolve) => setTimeout(resolve))

      expect(unheard).toEqual([])
    },
  )
})
