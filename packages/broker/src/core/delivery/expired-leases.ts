// Finds entries that an executor was sending when it died, and puts them back among those that wait.

import { pageRowsMax, waitCapMs } from '../limits.js'
import { transition } from '../outbox/entry-state.js'
import { deferEntry, promoteNext, putInDoubt } from '../outbox/lanes.js'
import { readPartition } from '../outbox/partition.js'
import { isValidEntry } from '../outbox/row-validation.js'
import { unknownEffect } from '../outcomes/retry-outcome.js'
import type { Clock } from '../platform.js'
import { type SendingEntry, toRow } from '../rows/entry.js'
import type { PartitionRow } from '../rows/rows.js'
import { within } from '../rows/spans.js'
import type { Store, StoreTransaction } from '../rows/store.js'
import { createLeaseWatch, leaseVersion } from './lease-watch.js'

/** Says whether an entry's lease has been given up. */
export type IsExpired = (entry: SendingEntry) => boolean

/** Whoever holds the partition's lock knows that no one else is sending: every lease it finds is a dead one's. */
export const allExpired: IsExpired = () => true

/** Where no lock tells, a lease has lapsed once it was watched unchanged for its whole time (P4). */
export function watchForExpiry(clock: Clock): IsExpired {
  const watch = createLeaseWatch(clock)
  return (entry) => watch(entry.id, leaseVersion(entry))
}

/**
 * Puts the entries of lapsed leases back: their effect is unknown, their failure is no fault of theirs. And those
 * whose time is further off than any wait, since the clock went back; and lets lanes go on whose next entry an older
 * release could not read. Gives the partition's row.
 */
export async function recoverExpired(
  store: Store,
  partition: string,
  lapsed: IsExpired,
  now: number,
): Promise<PartitionRow> {
  return store.transact('readwrite', 'strict', async (tx) => {
    const row = await readPartition(tx, partition)
    for (const channel of row.channels) await reschedule(tx, partition, channel, now)
    const rows = await tx.list(within('entries', [partition, 'sending'], 'unsure'), pageRowsMax)
    const left = rows
      .filter(isValidEntry)
      .filter((entry) => entry.state === 'sending')
      .filter(lapsed)
    for (const entry of left) putBackInLane(tx, row, entry, now)
    const stuck = row.stuckLanes ?? []
    for (const lane of stuck) await promoteNext(tx, row, lane)
    if (left.length + stuck.length > 0) tx.put('partitions', row)
    return row
  })
}

/** A clock that went back leaves entries that are due in a year: what was left of their wait begins anew (R9). */
async function reschedule(
  tx: StoreTransaction,
  partition: string,
  channel: string,
  now: number,
): Promise<void> {
  const tooFar = [partition, channel, now + waitCapMs + 1]
  const rows = await tx.list(within('entries', [partition, channel], 'due', tooFar), pageRowsMax)
  for (const entry of rows) {
    if (!isValidEntry(entry) || entry.state !== 'waiting') continue
    const notBefore = now + Math.min(Math.max(entry.notBefore - entry.savedAt, 0), waitCapMs)
    tx.put('entries', toRow(transition(entry, { type: 'rescheduled', notBefore, now })))
  }
}

function putBackInLane(tx: StoreTransaction, row: PartitionRow, entry: SendingEntry, now: number): void {
  const back = { notBefore: now, now, counts: false }
  if (entry.lease.knocking) {
    deferEntry(tx, row, entry, { reason: 'interrupted' }, { ...back, sent: false, effect: 'none' })
    return
  }
  const outcome = unknownEffect(entry, 'interrupted', { counts: false })
  if (outcome.kind === 'inDoubt') putInDoubt(tx, row, entry, outcome, now)
  else deferEntry(tx, row, entry, outcome, { ...back, sent: true, effect: 'unknown' })
}
