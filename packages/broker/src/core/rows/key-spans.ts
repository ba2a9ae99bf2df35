// Spans of keys, for the rows whose key begins with given columns. The rows that several parts look up by them.

import type { EntryRow } from './entry.js'
import type { PartitionRow, StoreName } from './rows.js'
import { type IndexName, partitionsMax } from './schema.js'
import type { Key, Span, StoreTransaction } from './store-port.js'

/** Sorts after every string and number in IndexedDB's key order. */
export const maxKey: Key = []

/** The rows of a store, or of its index, whose key begins with these columns; those before `from` are left out. */
export const keySpan = <S extends StoreName>(
  store: S,
  columns: readonly Key[],
  index?: IndexName<S>,
  from: Key = columns,
): Span<S> => ({ store, index, from, to: [...columns, maxKey] }) as unknown as Span<S>

/** The rows of all users of the device. */
export const listPartitions = (tx: StoreTransaction): Promise<readonly PartitionRow[]> =>
  tx.list(keySpan('partitions', []), partitionsMax)

/** The entry of an id, also one that this release cannot read. */
export async function findEntry(
  tx: StoreTransaction,
  partition: string,
  id: string,
): Promise<EntryRow | undefined> {
  const [entry] = await tx.list(keySpan('entries', [partition, id], 'id'), 1)
  return entry
}
