// Brings entries back that a dead executor was sending, that an earlier clock has waiting too long, or that an older
// release could not read.

import { pageRowsMax, waitCapMs } from '../limits.js'
import { deferEntry, putInDoubt } from '../outbox/end-entry.js'
import { transition } from '../outbox/entry-state.js'
import { promoteNext } from '../outbox/lanes.js'
import { isValidEntry } from '../outbox/row-validation.js'
import { outcomeOfUnknownEffect } from '../outcomes/failure-outcomes.js'
import type { Clock } from '../platform.js'
import { type SendingEntry, toRow } from '../rows/entry.js'
import { keySpan } from '../rows/key-spans.js'
import type { PartitionRow } from '../rows/rows.js'
import type { StoreTransaction } from '../rows/store-port.js'
import { createLeaseWatch, leaseVersion, listLeasedEntries } from './lease.js'

/** Says whether an entry's lease has been given up. */
export type IsExpired = (entry: SendingEntry) => boolean

/** The holder of the leader lock knows that no one else is sending. Each lease that it finds is of a dead executor. */
export const allExpired: IsExpired = () => true

/** Where no lock tells, a lease has expired once it was watched unchanged for its whole time (P4). */
export function watchForExpiry(clock: Clock): IsExpired {
  const watch = createLeaseWatch(clock)
  return (entry) => watch(entry.id, leaseVersion(entry))
}

/**
 * Puts the entries of expired leases back into their lanes. Their effect is unknown, and the failure does not count
 * against them. Shortens waits that an earlier clock made longer than any wait can be. Lets lanes go on whose next entry
 * an older release could not read. True where the partition's row has changed.
 */
export async function recoverEntries(
  tx: StoreTransaction,
  row: PartitionRow,
  isExpired: IsExpired,
  now: number,
): Promise<boolean> {
  const { partition, channels, stuckLanes = [] } = row
  for (const channel of channels) await reschedule(tx, partition, channel, now)
  const left = (await listLeasedEntries(tx, partition)).filter(isExpired)
  for (const entry of left) putBackInLane(tx, row, entry, now)
  for (const lane of stuckLanes) await promoteNext(tx, row, lane)
  return left.length + stuckLanes.length > 0
}

/**
 * A clock that went back leaves entries that are due in an hour, or in a year, though their wait was none. The rest of
 * their wait begins anew.
 */
async function reschedule(
  tx: StoreTransaction,
  partition: string,
  channel: string,
  now: number,
): Promise<void> {
  const later = [partition, channel, now + 1]
  const rows = await tx.list(keySpan('entries', [partition, channel], 'due', later), pageRowsMax)
  for (const entry of rows) {
    if (!isValidEntry(entry) || entry.state !== 'waiting') continue
    if (entry.savedAt <= now && entry.notBefore <= now + waitCapMs) continue
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
  const outcome = outcomeOfUnknownEffect(entry, 'interrupted', { counts: false })
  if (outcome.kind === 'inDoubt') putInDoubt(tx, row, entry, outcome, now)
  else deferEntry(tx, row, entry, outcome, { ...back, sent: true, effect: 'unknown' })
}
