import type { SendingEntry } from './entry.js'
import type { StoreTransaction } from './ports.js'
import { isReadable } from './readable.js'

/** The row of an attempt; undefined where its executor has lost the entry (R2). */
export async function findSending(
  tx: StoreTransaction,
  { partition, seq, fence }: SendingEntry,
): Promise<SendingEntry | undefined> {
  const row = await tx.get('entries', [partition, seq])
  return row?.state === 'sending' && row.fence === fence && isReadable(row) ? row : undefined
}
