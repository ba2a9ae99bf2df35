import { describe, expect, it, vi } from 'vitest'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import {
  isFull,
  keepReserve,
  prepareReserve,
  releaseReserve,
  retryAfterFreeingSpace,
} from './disk-reserve.js'
import type { Store } from './store-port.js'

/** A store that is full while the reserve is there, and for some tries after that. */
function fullStore(lagging = 0) {
  const inner = memoryStore()
  let given = false
  let left = lagging
  const store: Store = {
    close() {},
    transact: (mode, durability, work) =>
      inner.transact(mode, durability, (tx) =>
        work({
          ...tx,
          put(...row) {
            if (!given || left-- > 0) throw new DOMException('no room', 'QuotaExceededError')
            tx.put(...row)
          },
        }),
      ),
    async makeRoom() {
      await releaseReserve(inner)
      given = true
    },
  }
  return { inner, store }
}

const drawn = (length: number) => new Uint8Array(length)
const keep = (store: Store, bytes = drawn) =>
  store.transact('readwrite', 'strict', (tx) => keepReserve(tx, { bytes }))
const put = (store: Store) =>
  store.transact('readwrite', 'strict', async (tx) => tx.put('settings', { name: 'salt', value: 's' }))
const has = (store: Store, name: string) =>
  store.transact('readonly', 'relaxed', async (tx) => (await tx.get('settings', [name])) !== undefined)

describe('a reserve for a full disk', () => {
  it('is created once, with its full size, and drawn at once', async () => {
    const store = memoryStore()
    const bytes = vi.fn(drawn)

    await keep(store, bytes)
    await keep(store, bytes)
    const row = await store.transact('readonly', 'relaxed', (tx) => tx.get('settings', ['reserve']))

    expect(row?.name === 'reserve' && row.value.length).toBe(128 * 1024)
    expect(bytes).toHaveBeenCalledTimes(1)
  })

  it('is prepared ahead of a capture, which finds it', async () => {
    const store = memoryStore()
    const bytes = vi.fn(drawn)

    await prepareReserve(store, { bytes })
    await prepareReserve(store, { bytes })
    await keep(store, bytes)

    expect(bytes).toHaveBeenCalledTimes(1)
  })

  it('is left to the next capture where there is no room for it yet', async () => {
    const { inner, store } = fullStore()

    await prepareReserve(store, { bytes: drawn })
    const before = await has(inner, 'reserve')
    await expect(keep(store)).rejects.toSatisfy(isFull)

    expect(before).toBe(false)
  })

  it('is freed for a required write, and the work is done again', async () => {
    const { inner, store } = fullStore()
    await keep(inner)

    await put(retryAfterFreeingSpace(store))

    expect([await has(inner, 'salt'), await has(inner, 'reserve')]).toEqual([true, false])
  })

  it('the write is tried again until the disk reports the room', async () => {
    const { inner, store } = fullStore(3)

    await put(retryAfterFreeingSpace(store))

    expect(await has(inner, 'salt')).toBe(true)
  })

  it('is not freed for a capture, which is refused', async () => {
    const { inner, store } = fullStore()
    await keep(inner)

    await expect(put(store)).rejects.toSatisfy(isFull)

    expect(await has(inner, 'reserve')).toBe(true)
  })

  it('is not freed again after that was in vain, until a write succeeds', async () => {
    const { inner, store } = fullStore(5)
    let rooms = 0
    const counting: Store = {
      ...store,
      async makeRoom() {
        rooms += 1
        await store.makeRoom?.()
      },
    }
    const roomy = retryAfterFreeingSpace(counting)

    await expect(put(roomy)).rejects.toSatisfy(isFull)
    const afterFirst = rooms
    await expect(put(roomy)).rejects.toSatisfy(isFull)
    const afterSecond = rooms
    await put(roomy)

    expect([afterFirst, afterSecond]).toEqual([4, 4])
    expect(await has(inner, 'salt')).toBe(true)
  })

  it('does not help if the disk stays full, or against another failure', async () => {
    const { store } = fullStore(99)
    const broken: Store = { ...store, transact: () => Promise.reject(new Error('another')) }

    await expect(put(retryAfterFreeingSpace(store))).rejects.toSatisfy(isFull)
    await expect(put(retryAfterFreeingSpace(broken))).rejects.toThrow('another')
  })
})
