// Finds the entries that a storage lost after their acceptance. Their pages know them by their ids.

import { journalMax } from '../limits.js'
import { isValidJournalRow } from '../outbox/row-validation.js'
import { keySpan } from '../rows/key-spans.js'
import type { StoreTransaction } from '../rows/store-port.js'

/**
 * Those of the entries that are neither in the outbox nor among the dead letters, nor have ended after what the journal
 * had `shown`.
 */
export async function findGone(
  tx: StoreTransaction,
  partition: string,
  ids: readonly string[],
  shown: number,
): Promise<readonly string[]> {
  const news = await tx.list(keySpan('journal', [partition], undefined, [partition, shown + 1]), journalMax)
  const told = new Set(
    news.filter(isValidJournalRow).flatMap(({ entryId, ids: all = [] }) => [entryId, ...all]),
  )
  const keys = await Promise.all(
    ids.flatMap((id) => [
      tx.firstKey(keySpan('entries', [partition, id], 'id')),
      tx.firstKey(keySpan('deadLetters', [partition, id], 'id')),
    ]),
  )
  return ids.filter((id, i) => !told.has(id) && keys[2 * i] === undefined && keys[2 * i + 1] === undefined)
}
