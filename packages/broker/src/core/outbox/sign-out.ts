// Runs when a user signs out. Entries that wait stay on the device; the record of delivered work goes.

import { keySpan, listPartitions } from '../rows/key-spans.js'
import { isRetryAfterRunning, withoutLastFailure } from '../rows/origin-row.js'
import { isValidOrigin } from '../rows/origin-validation.js'
import { isValidPartition } from '../rows/partition-validation.js'
import type { PartitionRow } from '../rows/rows.js'
import type { StoreTransaction } from '../rows/store-port.js'
import { originOf } from './delivery-requirements.js'
import { forgetJournal, isLeft } from './journal.js'

export async function recordSignOut(tx: StoreTransaction, row: PartitionRow, now: number): Promise<void> {
  if (isLeft(row)) return
  await forgetJournal(tx, row)
  row.left = row.session
  await storeLeftPartition(tx, row, now)
}

/** Puts the row of a user who has left or given up all, and takes off the disk what only work that waits needs. */
export async function storeLeftPartition(
  tx: StoreTransaction,
  row: PartitionRow,
  now: number,
): Promise<void> {
  const { partition } = row
  const [entry, letter] = await Promise.all([
    tx.firstKey(keySpan('entries', [partition])),
    tx.firstKey(keySpan('deadLetters', [partition])),
  ])
  if (entry === undefined && letter === undefined) forgetApp(row)
  tx.put('partitions', row)
  await forgetLanes(tx, now)
}

/** Takes the app's URLs off the row. While nothing waits nobody needs them. */
function forgetApp(row: PartitionRow): void {
  row.channels = []
  row.stuckLanes = []
  row.blockedLanes = []
  delete row.proven
  delete row.sessionProbe
  delete row.sessionRules
  delete row.statusQuery
  delete row.knock
}

/**
 * Lanes are URLs as a rule. The next user must not learn which of them failed, and why, nor which servers the last one
 * used. An origin to which no row of a partition leads goes, unless it asked for a time that runs.
 */
async function forgetLanes(tx: StoreTransaction, now: number): Promise<void> {
  const rows = await listPartitions(tx)
  const used = rows.filter(isValidPartition).flatMap(({ channels }) => channels.map(originOf))
  for (const origin of await tx.list(keySpan('origins', []), originsMax))
    if (!isValidOrigin(origin) || !(used.includes(origin.origin) || isRetryAfterRunning(origin, now)))
      tx.delete('origins', [origin.origin])
    else if (origin.failedLanes.length > 0 || origin.lastFailure)
      tx.put('origins', { ...withoutLastFailure(origin), failedLanes: [] })
}

/** Origins of one app. This is no limit, only a number. */
const originsMax = 1_000
