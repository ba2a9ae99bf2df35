// Opens databases of this test file, each under a fresh name.
import { vi } from 'vitest'
import type { Store } from '../../core/rows/store-port.js'
import { idbStore } from './idb-store.js'

export const fresh = () => `idb-${crypto.randomUUID()}`

export const setSalt = (store: Store, value: string) =>
  store.transact('readwrite', 'strict', async (tx) => tx.put('settings', { name: 'salt', value }))

export const salt = (store: Store) =>
  store.transact('readonly', 'relaxed', async (tx) => {
    const row = await tx.get('settings', ['salt'])
    return row?.name === 'salt' ? row.value : undefined
  })

export const opened: Store[] = []

export const openStore = (name = fresh()) => {
  const store = idbStore(name)
  opened.push(store)
  return store
}

/** Sees every native transaction and its connection. */
export function watchTransactions(onComplete = () => {}) {
  const seen: { readonly tx: IDBTransaction; readonly database: IDBDatabase }[] = []
  const native = IDBDatabase.prototype.transaction
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...args) {
    const tx = native.apply(this, args)
    // Before anybody else listens: microtasks run between the listeners of one event.
    tx.addEventListener('complete', onComplete)
    seen.push({ tx, database: this })
    return tx
  })
  return seen
}
