// Compares an outbox with its row of counts at the start of a page, which reads all of it, and mends what differs.

import { promoteNext } from '../outbox/lanes.js'
import { hasRow, isPlaceTaken, newPartition } from '../outbox/partition.js'
import { rebuiltCounts, totalBytes } from '../outbox/rebuild-counts.js'
import type { DeadLetter, EntryRow } from '../rows/entry.js'
import type { PartitionRow } from '../rows/rows.js'
import type { StoreTransaction } from '../rows/store-port.js'

/** The rows that a page has read, and whether they are all. */
export interface OutboxRows {
  readonly row: PartitionRow
  readonly entries: readonly EntryRow[]
  readonly letters: readonly DeadLetter[]
  readonly readable: { readonly entries: readonly EntryRow[]; readonly letters: readonly DeadLetter[] }
  readonly isAll: boolean
  /** Lanes that a dead letter holds back. */
  readonly blocked: readonly string[]
}

/** Whether the row of an outbox, or the heads of its lanes, are other than its entries make them. */
export async function isMiscounted(tx: StoreTransaction, read: OutboxRows): Promise<boolean> {
  const { row, entries, letters, readable, isAll } = read
  const { partition, nextNumber } = row
  const rows = [...readable.entries, ...readable.letters]
  const { size } = new Set([...row.channels, ...rows.map(({ channel }) => channel)])
  const differs = isAll
    ? row.waiting !== entries.length || row.dead !== letters.length || row.bytes !== totalBytes(rows)
    : row.waiting < entries.length || row.dead < letters.length
  return (
    differs ||
    size > row.channels.length ||
    headless(read).length > 0 ||
    (await isPlaceTaken(tx, row)) ||
    (await hasRow(tx, 'journal', partition, nextNumber))
  )
}

/**
 * Counts it anew, and makes the first entry of each lane its head. Rows that were counted and are gone are told as lost,
 * at most as many as were ever captured.
 */
export async function recount(tx: StoreTransaction, read: OutboxRows, now: number): Promise<void> {
  const { partition, waiting, dead } = read.row
  const row = await rebuiltCounts(tx, newPartition(partition), { ...read.row, waiting: 0, dead: 0 })
  for (const lane of headless(read)) await promoteNext(tx, row, lane)
  const gone = Math.min(waiting + dead, row.nextSeq - 1) - row.waiting - row.dead
  if (gone > 0) row.lost = { restored: 0, ...row.lost, upTo: (row.lost?.upTo ?? 0) + gone, at: now }
  tx.put('partitions', row)
}

/** The lanes without a head, where nothing would ever be sent. */
function headless({ entries, readable, blocked, isAll }: OutboxRows): readonly string[] {
  if (!isAll) return []
  const isBehind = (entry: EntryRow) => entry.state === 'waiting' && !entry.head
  const led = new Set(readable.entries.filter((entry) => !isBehind(entry)).map(({ lane }) => lane))
  const firsts = new Map(entries.toReversed().map((entry) => [entry.lane, entry]))
  return readable.entries
    .filter((entry) => firsts.get(entry.lane) === entry && isBehind(entry))
    .map(({ lane }) => lane)
    .filter((lane) => !led.has(lane) && !blocked.includes(lane))
}
