// Rows that a person gives up leave the outbox, whether they can be read or not. Their lanes go on.

import { listMax } from '../limits.js'
import type { DeadLetter, EntryRow } from '../rows/entry.js'
import { keySpan } from '../rows/key-spans.js'
import type { PartitionRow } from '../rows/rows.js'
import type { StoreTransaction } from '../rows/store-port.js'
import { isText } from '../type-checks.js'
import { record } from './journal.js'
import { blocks, promoteNext } from './lanes.js'
import { changePartition } from './partition.js'
import { isValidEntry, toQuarantined } from './row-validation.js'

type Row = EntryRow | DeadLetter

/** Rows of one outbox, at least one. */
export interface DiscardedRows {
  readonly entries: readonly EntryRow[]
  readonly letters: readonly DeadLetter[]
}

/** Takes them out of the outbox, in the caller's copy of its row too, and notes them as ended. */
export async function discardRows(
  tx: StoreTransaction,
  row: PartitionRow,
  { entries, letters }: DiscardedRows,
  now: number,
): Promise<void> {
  for (const { partition, seq } of entries) tx.delete('entries', [partition, seq])
  for (const { partition, seq } of letters) tx.delete('deadLetters', [partition, seq])
  const all: readonly Row[] = [...letters, ...entries]
  row.waiting -= entries.length
  row.dead -= letters.length
  for (const { bytes } of all.filter(isValidEntry)) row.bytes -= bytes
  await moveOn(tx, row, entries, letters)
  const last = all.at(-1) as DeadLetter
  const { id, lane, type } = toQuarantined(last)
  // A note of its own words only, since a row that cannot be read may lack any.
  const note = { ...last, id, lane, action: { type }, bytes: 0, problemBytes: 0 }
  record(tx, row, note, { kind: 'emptied', ids: all.map(shownId) }, now)
}

const shownId = (row: Row): string => toQuarantined(row).id

/** Lanes whose first entry or whose blocking letter has gone have a new head, should there be anything left of them. */
async function moveOn(
  tx: StoreTransaction,
  row: PartitionRow,
  entries: readonly EntryRow[],
  letters: readonly DeadLetter[],
): Promise<void> {
  const blocking = letters.filter(blocks).map(({ lane }) => lane)
  row.blockedLanes = row.blockedLanes.filter((lane) => !blocking.includes(lane))
  const first = entries
    .filter((entry) => !isValidEntry(entry) || entry.state !== 'waiting' || entry.head)
    .map(({ lane }) => lane)
  for (const lane of new Set([...first, ...blocking])) if (isText(lane)) await promoteNext(tx, row, lane)
}

/**
 * Gives up the damaged rows that are shown under an id. `kept`: there are other rows of that id, which are left as they
 * are. A later release may read them.
 */
export async function discardDamaged(
  tx: StoreTransaction,
  partition: string,
  id: string,
  now: number,
): Promise<'discarded' | 'kept' | 'notFound'> {
  // A row without an id of its own is in no index.
  const [columns, index] = id.startsWith('unreadable-')
    ? ([[partition], undefined] as const)
    : ([[partition, id], 'id'] as const)
  const [entries, letters] = await Promise.all([
    tx.list(keySpan('entries', columns, index), listMax),
    tx.list(keySpan('deadLetters', columns, index), listMax),
  ])
  const isNamed = (row: Row) => shownId(row) === id
  const isDamaged = (row: Row) =>
    isNamed(row) && !isValidEntry(row) && toQuarantined(row).reason === 'damaged'
  const damaged = { entries: entries.filter(isDamaged), letters: letters.filter(isDamaged) }
  const rows = [...entries, ...letters]
  if (!rows.some(isDamaged)) return rows.some(isNamed) ? 'kept' : 'notFound'
  await changePartition(tx, partition, now, (row) => discardRows(tx, row, damaged, now))
  return 'discarded'
}
