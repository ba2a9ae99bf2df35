// The store in IndexedDB. A commit is reported after the transaction's `complete` event and never before: a request
// that succeeded may still be undone by the quota.
import { type IDBPDatabase, type IDBPObjectStore, openDB } from 'idb'
import type { Key, Span, Store, StoreTransaction } from '../core/ports.js'
import { schema, schemaVersion } from '../core/schema.js'

const storeNames = Object.keys(schema)

/** Opens the database at its first use, and again after the browser closed it. */
export function idbStore(name: string): Store {
  let opened: Promise<IDBPDatabase> | undefined

  const drop = () => {
    opened?.then((database) => database.close()).catch(() => {})
    opened = undefined
  }
  const open = () => {
    opened ??= openDatabase(name, drop).catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }

  const begin: BeginTransaction = async (mode, durability) => {
    try {
      return (await open()).transaction(storeNames, mode, { durability })
    } catch (error) {
      // The connection was closed under us (by the browser, or for a newer version): one new one is worth a try.
      if ((error as DOMException).name !== 'InvalidStateError') throw error
      drop()
      return (await open()).transaction(storeNames, mode, { durability })
    }
  }

  return {
    close: drop,
    async transact(mode, durability, work) {
      const tx = await begin(mode, durability)
      // A failure shows in `done` too: it is awaited below, and must not count as unhandled meanwhile.
      tx.done.catch(() => {})
      try {
        const result = await work(overIndexedDb(tx))
        await tx.done
        return result
      } catch (error) {
        abort(tx)
        throw tx.error ?? error
      }
    },
  }
}

type Transaction = ReturnType<IDBPDatabase['transaction']>
type AnyTransaction = Pick<Transaction, 'objectStore' | 'done' | 'abort' | 'error'>
type BeginTransaction = (
  mode: 'readonly' | 'readwrite',
  durability: 'strict' | 'relaxed',
) => Promise<AnyTransaction>

function openDatabase(name: string, drop: () => void): Promise<IDBPDatabase> {
  return openDB(name, schemaVersion, {
    // From whatever version: what is missing is added, nothing is ever removed or emptied (P11).
    upgrade(database, _from, _to, tx) {
      for (const [storeName, { keyPath, indexes }] of Object.entries(schema)) {
        const store = database.objectStoreNames.contains(storeName)
          ? tx.objectStore(storeName)
          : database.createObjectStore(storeName, { keyPath: [...keyPath] })
        for (const [index, columns] of Object.entries(indexes))
          if (!store.indexNames.contains(index)) store.createIndex(index, [...columns])
      }
    },
    // A newer version waits for this connection to close, here or in another tab: it must not wait for long.
    blocking: drop,
    terminated: drop,
  })
}

function abort(tx: AnyTransaction): void {
  try {
    tx.abort()
  } catch {
    // It has ended already.
  }
}

function overIndexedDb(tx: AnyTransaction): StoreTransaction {
  const source = ({ store, index }: Span) =>
    index === undefined ? tx.objectStore(store) : tx.objectStore(store).index(index)
  return {
    get: (store, key) => tx.objectStore(store).get(valid(key)),
    list: (span, limit) => source(span).getAll(range(span), limit),
    async firstKey(span) {
      const cursor = await source(span).openKeyCursor(range(span))
      return cursor?.key as Key | undefined
    },
    // A failed write aborts the transaction, which is where it is reported.
    put: (store, row) =>
      void write(tx, store)
        .put(row)
        .catch(() => {}),
    delete: (store, key) =>
      void write(tx, store)
        .delete(valid(key))
        .catch(() => {}),
  }
}

// idb types the writing methods as absent in a read-only transaction, which the core never writes in.
type Writable = IDBPObjectStore<unknown, string[], string, 'readwrite'>
const write = (tx: AnyTransaction, store: string) => tx.objectStore(store) as unknown as Writable
const valid = (key: Key) => key as IDBValidKey
const range = ({ from, to }: Span) => IDBKeyRange.bound(from, to)
