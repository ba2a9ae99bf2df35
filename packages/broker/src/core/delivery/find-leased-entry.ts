import { isValidEntry } from '../outbox/row-validation.js'
import type { SendingEntry } from '../rows/entry.js'
import type { StoreTransaction } from '../rows/store.js'

/** The row of an attempt; undefined where its executor has lost the entry (R2). */
export async function findLeasedEntry(
  tx: StoreTransaction,
  { partition, seq, fence }: SendingEntry,
): Promise<SendingEntry | undefined> {
  const row = await tx.get('entries', [partition, seq])
  return row?.state === 'sending' && row.fence === fence && isValidEntry(row) ? row : undefined
}
