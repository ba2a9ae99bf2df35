import { expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import type { Store, StoreTransaction } from '../../core/rows/store-port.js'
import { createTestWorld } from '../../testing/index.js'

/** Counts the rounds of reads of each strict transaction that adds an entry. Reads that are asked together are one. */
function roundsStore() {
  const inner = memoryStore()
  const rounds: number[] = []
  const counted = (tx: StoreTransaction, count: { rounds: number; isAccept: boolean }): StoreTransaction => {
    let round: Promise<void> | undefined
    const late =
      <Given extends readonly unknown[], T>(read: (...given: Given) => Promise<T>) =>
      async (...given: Given): Promise<T> => {
        round ??= new Promise((resolve) => {
          count.rounds += 1
          setImmediate(() => {
            round = undefined
            resolve()
          })
        })
        await round
        return read(...given)
      }
    return {
      ...tx,
      get: late(tx.get) as StoreTransaction['get'],
      list: late(tx.list) as StoreTransaction['list'],
      firstKey: late(tx.firstKey),
      lastKey: late(tx.lastKey),
      put(name, row) {
        if (name === 'entries' && 'fence' in row && row.fence === 0) count.isAccept = true
        tx.put(name, row)
      },
    }
  }
  const store: Store = {
    close: () => inner.close(),
    async transact(mode, durability, work) {
      const count = { rounds: 0, isAccept: false }
      const result = await inner.transact(mode, durability, (tx) => work(counted(tx, count)))
      if (durability === 'strict' && count.isAccept) rounds.push(count.rounds)
      return result
    },
  }
  return { store, rounds }
}

it('a capture is accepted in one round of reads, whatever waits', async () => {
  const { store, rounds } = roundsStore()
  const world = createTestWorld({ store })
  world.setOnline(false)
  const app = openApp(world)
  await app.broker.ready

  await app.clap('p1').accepted
  await app.clap('p1').accepted
  await app.clap('p2').accepted

  expect(rounds).toEqual([1, 1, 1])
})
