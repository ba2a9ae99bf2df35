// The store in IndexedDB. A commit is reported after the transaction's `complete` event and never before. The quota may
// still undo a request that succeeded.

import { schema, schemaVersion } from '../../core/rows/schema.js'
import type { Key, PrepareConnection, Span, Store, StoreTransaction } from '../../core/rows/store-port.js'

const storeNames = Object.keys(schema)

export interface IdbOptions {
  /** Where the database lies; asked at each opening. Default: among the origin's own. */
  place?(): IDBFactory | Promise<IDBFactory>
  /** Has each new connection to itself, before anybody else. */
  readonly prepare?: PrepareConnection | undefined
}

/** Opens the database at its first use, and again after the browser closed it. */
export function idbStore(name: string, { place = () => indexedDB, prepare }: IdbOptions = {}): Store {
  let opened: Promise<IDBDatabase> | undefined

  const drop = () => {
    opened?.then((database) => database.close()).catch(() => {})
    opened = undefined
  }
  const connect = async () => {
    const factory = await place()
    const database = await openDatabase(factory, name, drop, schemaVersion).catch((error: unknown) => {
      // A newer release has been at it. It has these tables and more, so it is opened as it is (P11).
      if ((error as DOMException).name !== 'VersionError') throw error
      return openDatabase(factory, name, drop)
    })
    await prepare?.((mode, durability, work) =>
      commit(database.transaction(storeNames, mode, { durability }), work),
    )
    return database
  }
  const open = () => {
    opened ??= connect().catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }

  return {
    close: drop,
    async transact(mode, durability, work) {
      const run = async (connection: Promise<IDBDatabase>) =>
        commit((await connection).transaction(storeNames, mode, { durability }), work)
      const connection = open()
      try {
        return await run(connection)
      } catch (error) {
        if (!isConnectionLost(error)) throw error
        // Another transaction that failed with it may have opened a new one already.
        if (opened === connection) drop()
        return run(open())
      }
    },
  }
}

/**
 * Whether a connection or a transaction died under the store: the browser closed it, or lost its storage process. One
 * new connection is worth a try. Nothing was committed, unless the connection was lost in the middle of a commit.
 */
const isConnectionLost = (error: unknown): boolean =>
  /^(Abort|InvalidState|TransactionInactive|Unknown)Error$/.test(
    String((error as Partial<Error> | undefined)?.name),
  )

async function commit<T>(tx: IDBTransaction, work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
  const completed = completionOf(tx)
  // It is awaited below, and must not count as unhandled meanwhile.
  completed.catch(() => {})
  try {
    const result = await work(overIndexedDb(tx))
    commitNow(tx)
    await completed
    return result
  } catch (error) {
    abort(tx)
    throw tx.error ?? error
  }
}

/** The commit waits for no answers to the single writes. A browser without this call commits by itself a little later. */
function commitNow(tx: IDBTransaction): void {
  try {
    tx.commit()
  } catch {
    // It has ended already, or the work waited for something else than its reads.
  }
}

const completionOf = (tx: IDBTransaction) =>
  new Promise<void>((resolve, reject) => {
    tx.oncomplete = () => resolve()
    tx.onabort = () => reject(tx.error ?? new DOMException('', 'AbortError'))
  })

const resultOf = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

/** An older release that is open elsewhere makes way within it, or this one says that there is no storage. */
const blockedMsMax = 10_000

/** Rejects where it cannot be opened, or where another connection holds it up for too long. */
function openDatabase(
  factory: IDBFactory,
  name: string,
  drop: () => void,
  version?: number,
): Promise<IDBDatabase> {
  return new Promise<IDBDatabase>((resolve, reject) => {
    const request = factory.open(name, version)
    let timer: ReturnType<typeof setTimeout> | undefined
    request.onupgradeneeded = () => addMissing(request)
    request.onblocked = () => {
      timer = setTimeout(() => {
        // It opens all the same once it may, and must not hold up others then.
        request.onsuccess = () => request.result.close()
        reject(new DOMException(`A tab with an older release blocks the database ${name}.`, 'TimeoutError'))
      }, blockedMsMax)
    }
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      clearTimeout(timer)
      const database = request.result
      // A newer version waits for this connection to close, here or in another tab. It must not wait for long.
      database.onversionchange = database.onclose = drop
      resolve(database)
    }
  })
}

/** From whatever version the database has, missing tables are added. Nothing is ever removed or emptied (P11). */
function addMissing({ result: database, transaction: tx }: IDBOpenDBRequest): void {
  for (const [storeName, { keyPath, indexes }] of Object.entries(schema)) {
    const store =
      tx !== null && database.objectStoreNames.contains(storeName)
        ? tx.objectStore(storeName)
        : database.createObjectStore(storeName, { keyPath: [...keyPath] })
    for (const [index, columns] of Object.entries(indexes))
      if (!store.indexNames.contains(index)) store.createIndex(index, [...columns])
  }
}

function abort(tx: IDBTransaction): void {
  try {
    tx.abort()
  } catch {
    // It has ended already.
  }
}

function overIndexedDb(tx: IDBTransaction): StoreTransaction {
  const source = ({ store, index }: Span) =>
    index === undefined ? tx.objectStore(store) : tx.objectStore(store).index(index)
  const keyAt = async (span: Span, direction: IDBCursorDirection) => {
    const cursor = await resultOf(source(span).openKeyCursor(range(span), direction))
    return cursor?.key as Key | undefined
  }
  return {
    get: (store, key) => resultOf(tx.objectStore(store).get(valid(key))),
    list: (span, limit) => resultOf(source(span).getAll(range(span), limit)),
    firstKey: (span) => keyAt(span, 'next'),
    lastKey: (span) => keyAt(span, 'prev'),
    keys: (span) => resultOf(source(span).getAllKeys(range(span))) as Promise<Key[]>,
    // A failed write aborts the transaction, which is where it is reported.
    put: (store, row) => void tx.objectStore(store).put(row),
    delete: (store, key) => void tx.objectStore(store).delete(valid(key)),
  }
}

const valid = (key: Key) => key as IDBValidKey
const range = ({ from, to }: Span) => IDBKeyRange.bound(from, to)
