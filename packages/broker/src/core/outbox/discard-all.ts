// Gives up a user's whole outbox because a person said so. Entries in flight or in doubt go too, as do dead letters.

import { pageRowsMax } from '../limits.js'
import { isUnsent } from '../rows/entry.js'
import { keySpan } from '../rows/key-spans.js'
import type { Store, StoreTransaction } from '../rows/store-port.js'
import { discardRows } from './discard-rows.js'
import { blankJournal } from './journal.js'
import { nameActive, readPartition } from './partition.js'
import { isValidEntry } from './row-validation.js'
import { storeLeftPartition } from './sign-out.js'

/** How many were given up. */
export interface DiscardSummary {
  /** Of which nothing was sent. */
  readonly cancelled: number
  /** Entries that may have taken effect, since they were sent, are in flight or in doubt. A later answer changes nothing. */
  readonly uncertain: number
  readonly letters: number
}

export const nothingDiscarded: DiscardSummary = { cancelled: 0, uncertain: 0, letters: 0 }

/** Uses bounded transactions, each complete in itself. A realm that dies half-way leaves a sound outbox. */
export async function discardOutbox(
  store: Store,
  partition: string,
  options: { now(): number; readonly onProgress: () => void },
): Promise<DiscardSummary> {
  let all = nothingDiscarded
  for (let more = true; more; ) {
    const some = await store.transact('readwrite', 'strict', (tx) =>
      discardSome(tx, partition, options.now()),
    )
    options.onProgress()
    all = {
      cancelled: all.cancelled + some.cancelled,
      uncertain: all.uncertain + some.uncertain,
      letters: all.letters + some.letters,
    }
    more = some.cancelled + some.uncertain + some.letters > 0
  }
  return all
}

async function discardSome(tx: StoreTransaction, partition: string, now: number): Promise<DiscardSummary> {
  const [row, entries, letters] = await Promise.all([
    readPartition(tx, partition),
    tx.list(keySpan('entries', [partition]), pageRowsMax),
    tx.list(keySpan('deadLetters', [partition]), pageRowsMax),
  ])
  if (entries.length + letters.length === 0) {
    // Nothing waits any more. Delete the record of delivered work too, and the user's name, which only senders need.
    await blankJournal(tx, row)
    await nameActive(tx, { partition, principal: '' })
    await storeLeftPartition(tx, row, now)
    return nothingDiscarded
  }
  // Rows that cannot be read are given up too, since a person said so.
  await discardRows(tx, row, { entries, letters }, now)
  delete row.tried
  tx.put('partitions', row)
  const cancelled = entries.filter(isValidEntry).filter(isUnsent).length
  return { cancelled, uncertain: entries.length - cancelled, letters: letters.length }
}
