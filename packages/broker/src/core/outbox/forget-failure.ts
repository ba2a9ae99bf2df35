// Takes the last failure off the row of an origin, where its entry ends without an answer.
import type { DeadLetter, EntryCore } from '../rows/entry.js'
import { withoutLastFailure } from '../rows/failure-run.js'
import type { StoreTransaction } from '../rows/store.js'
import { originOf } from './delivery-requirements.js'

/** Call it where an entry ends without an answer: its last failure is no present trouble. */
export async function forgetFailure(
  tx: StoreTransaction,
  { channel, trouble, returnedAt }: EntryCore & Partial<Pick<DeadLetter, 'returnedAt'>>,
): Promise<void> {
  const row = await tx.get('origins', [originOf(channel)])
  if (row?.lastFailure && row.lastFailure.at === (returnedAt ?? trouble?.at))
    tx.put('origins', withoutLastFailure(row))
}
