// Spans of keys, for the rows whose key begins with given columns.

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
