import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Store } from '../../core/rows/store-port.js'
import { salt, setSalt } from './idb-store.fixture.js'
import { idbStore } from './idb-store.js'

interface Bucket {
  readonly indexedDB: IDBFactory
}
const { storageBuckets } = navigator as unknown as {
  readonly storageBuckets: {
    open(name: string, options: { readonly quota: number }): Promise<Bucket>
    delete(name: string): Promise<void>
  }
}

const name = 'storage-full'
const quota = 1_000_000

/** A real storage bucket with little room: the browser's own quota refuses, nothing is simulated. */
beforeEach(async () => {
  const { indexedDB: small } = await storageBuckets.open(name, { quota })
  vi.spyOn(indexedDB, 'open').mockImplementation((...args) => small.open(...args))
})
afterEach(() => {
  vi.restoreAllMocks()
  return storageBuckets.delete(name)
})

const saltLength = async (store: Store) => (await salt(store))?.length
const ofLength = (length: number) =>
  Array.from({ length }, () => String.fromCharCode(97 + Math.floor(Math.random() * 26))).join('')

describe('a full disk', () => {
  it('rejects a write with QuotaExceededError, and still reads and deletes stored rows', async () => {
    const store = idbStore(crypto.randomUUID())
    await setSalt(store, 'small')

    const refused = setSalt(store, ofLength(3 * quota))
    await expect(refused).rejects.toMatchObject({ name: 'QuotaExceededError' })
    const kept = await saltLength(store)
    await store.transact('readwrite', 'strict', async (tx) => tx.delete('settings', ['salt']))
    const afterDeleting = await saltLength(store)
    await setSalt(store, 'again')

    expect(kept).toBe(5)
    expect(afterDeleting).toBeUndefined()
    expect(await saltLength(store)).toBe(5)
    store.close()
  })

  it('accepts a write while there is room', async () => {
    const store = idbStore(crypto.randomUUID())

    await setSalt(store, ofLength(quota / 10))

    expect(await saltLength(store)).toBe(quota / 10)
    store.close()
  })
})
