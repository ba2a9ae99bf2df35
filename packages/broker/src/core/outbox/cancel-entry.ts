// Takes an entry out of the outbox before anything of it was sent.

import { type EntryRow, isUnsent } from '../rows/entry.js'
import { keySpan } from '../rows/key-spans.js'
import type { StoreTransaction } from '../rows/store-port.js'
import { endEntry, forgetFailure } from './end-entry.js'
import { transition } from './entry-state.js'
import { changePartition } from './partition.js'
import { isValidEntry } from './row-validation.js'

/** Cancels it while it is certain that nothing of it was sent. `notFound` means that it has ended already. */
export async function cancelEntry(
  tx: StoreTransaction,
  partition: string,
  id: string,
  now: number,
): Promise<'cancelled' | 'tooLate' | 'notFound'> {
  const entry = await findEntry(tx, partition, id)
  if (entry === undefined) return 'notFound'
  if (!isValidEntry(entry) || !isUnsent(entry)) return 'tooLate'
  transition(entry, { type: 'cancelled' })
  await forgetFailure(tx, entry)
  await changePartition(tx, partition, now, (row) => endEntry(tx, row, entry, { kind: 'cancelled' }, now))
  return 'cancelled'
}

export async function findEntry(
  tx: StoreTransaction,
  partition: string,
  id: string,
): Promise<EntryRow | undefined> {
  const [entry] = await tx.list(keySpan('entries', [partition, id], 'id'), 1)
  return entry
}
