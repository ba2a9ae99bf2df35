// The port to the database, with transactions over stores of rows.
import type { Rows, StoreName } from './rows.js'
import type { IndexName } from './schema.js'

export type Key = string | number | readonly Key[]

/** A span of one index (or of the primary key), both ends included, in IndexedDB's key order. */
export type Span<S extends StoreName = StoreName> = S extends StoreName
  ? { readonly store: S; readonly index?: IndexName<S> | undefined; readonly from: Key; readonly to: Key }
  : never

/** One transaction. Its reads see its own writes, and all of its writes are kept or none. */
export interface StoreTransaction {
  get<S extends StoreName>(store: S, key: Key): Promise<Rows[S] | undefined>
  /** `limit` is at most `listMax`. */
  list<S extends StoreName>(span: Span<S>, limit: number): Promise<readonly Rows[S][]>
  /** The first key of the span in its index. It is cheaper than a row, since no body is read. */
  firstKey(span: Span): Promise<Key | undefined>
  lastKey(span: Span): Promise<Key | undefined>
  /** The primary keys of all rows of the span. */
  keys(span: Span): Promise<readonly Key[]>
  put<S extends StoreName>(store: S, row: Rows[S]): void
  delete(store: StoreName, key: Key): void
}

export interface Store {
  /**
   * Resolves after the commit with what `work` gave. `work` awaits nothing but the transaction's own reads.
   * Rejects, with nothing kept, where `work` throws or the storage fails; with an error named `QuotaExceededError`
   * where there is no room. `strict` asks that the commit has
   * reached the disk. Where the connection was lost `work` runs a second time: its first run may even have been kept.
   */
  transact<T>(
    mode: 'readonly' | 'readwrite',
    durability: 'strict' | 'relaxed',
    work: (tx: StoreTransaction) => Promise<T>,
  ): Promise<T>
  close(): void
  /** Gives up what was kept back for a full disk. */
  makeRoom?(): Promise<void>
}

/** Has a new connection to a store to itself, before anybody else. Where it rejects, nobody gets the connection. */
export type PrepareConnection = (transact: Store['transact']) => Promise<void>
