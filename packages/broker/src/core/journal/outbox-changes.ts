// The rows that a page reads to catch up. Messages are only hints.

import { isMiscounted, type OutboxRows } from '../backup/recount.js'
import { nextDue } from '../delivery/claim.js'
import { type Outlook, readOutlook } from '../delivery/next-wake.js'
import { lettersMax, outcomesMax, pageRowsMax, restoredMax } from '../limits.js'
import type { CanSend } from '../outbox/delivery-requirements.js'
import { blockedOf } from '../outbox/lanes.js'
import { readPartition, readPause } from '../outbox/partition.js'
import { isValidEntry, isValidJournalRow, type Quarantined, toQuarantined } from '../outbox/row-validation.js'
import type { DeadLetter, EntryRow } from '../rows/entry.js'
import { keySpan } from '../rows/key-spans.js'
import type { JournalRow } from '../rows/rows.js'
import type { StoreTransaction } from '../rows/store-port.js'
import { isText } from '../type-checks.js'

/** How far a page has read. */
export interface Cursor {
  readonly seq: number
  readonly number: number
}

export interface OutboxChanges extends Outlook {
  /** Entries accepted since, by any tab, and those that were requeued since. */
  readonly entries: readonly EntryRow[]
  /** Rows that are left as they are. */
  readonly quarantined: readonly Quarantined[]
  readonly journal: readonly JournalRow[]
  /** The lanes of all these, and which of them a dead letter holds back. */
  readonly lanes: readonly string[]
  readonly blocked: readonly string[]
  readonly seen: Cursor
  /** Whether there is more than one page of it. */
  readonly more: boolean
  /** Whether something waits that this realm can never send. */
  readonly stranded: boolean
}

export async function readOutboxChanges(
  tx: StoreTransaction,
  partition: string,
  seen: Cursor,
  serves: CanSend,
): Promise<OutboxChanges> {
  const [outlook, entries, journal] = await Promise.all([
    readOutlook(tx, partition, serves),
    tx.list({ store: 'entries', ...rowsAfter(partition, seen.seq) }, pageRowsMax),
    tx.list({ store: 'journal', ...rowsAfter(partition, seen.number) }, pageRowsMax),
  ])
  const told = journal.filter(isValidJournalRow)
  const back = told.filter(({ kind, seq }) => kind === 'requeued' && seq <= seen.seq)
  const places = [...new Set(back.map(({ seq }) => seq))]
  const requeued = await Promise.all(places.map((seq) => tx.get('entries', [partition, seq])))
  const lanes = [...new Set([...entries, ...journal].map(({ lane }) => lane))].filter(isText)
  const blocked = await blockedOf(tx, outlook.row, lanes)
  const elsewhere = await nextDue(tx, outlook.row, (origin, needs) => !serves(origin, needs))
  return {
    ...outlook,
    entries: [...requeued, ...entries].filter((entry) => entry !== undefined).filter(isValidEntry),
    quarantined: quarantinedOf(entries),
    journal: told,
    lanes,
    blocked,
    seen: { seq: entries.at(-1)?.seq ?? seen.seq, number: journal.at(-1)?.number ?? seen.number },
    more: entries.length === pageRowsMax || journal.length === pageRowsMax,
    stranded: elsewhere.length > 0,
  }
}

/** From a place of the outbox, or of its journal, on. */
const rowsAfter = (partition: string, place: number) => ({
  from: [partition, place + 1],
  to: [partition, Number.MAX_SAFE_INTEGER],
})

const quarantinedOf = (rows: readonly (EntryRow | DeadLetter)[]): readonly Quarantined[] =>
  rows.filter((row) => !isValidEntry(row)).map(toQuarantined)

/** The rows that a page begins with. */
export interface OutboxStart {
  /** Entries that wait, oldest first. Those beyond the limit are delivered without having been in the view. */
  readonly entries: readonly EntryRow[]
  readonly letters: readonly DeadLetter[]
  readonly quarantined: readonly Quarantined[]
  /** Lanes of the entries that a dead letter holds back. */
  readonly blocked: readonly string[]
  /** The rows where they are not as their counts say. */
  readonly miscounted: OutboxRows | undefined
  /** The latest notes that earlier pages have shown already. */
  readonly told: readonly JournalRow[]
  readonly seen: Cursor
  /** The last number that the journal has given. */
  readonly last: number
}

export async function readStart(
  tx: StoreTransaction,
  partition: string,
  entriesMax: number = restoredMax,
): Promise<OutboxStart> {
  const row = await readPartition(tx, partition)
  const told = row.told ?? 0
  const [entries, letters, journal] = await Promise.all([
    tx.list(keySpan('entries', [partition]), entriesMax),
    tx.list(keySpan('deadLetters', [partition]), lettersMax),
    tx.list(
      { store: 'journal', from: [partition, told - outcomesMax], to: [partition, told] },
      outcomesMax + 1,
    ),
  ])
  const blocked = await blockedOf(tx, row, [...new Set(entries.map(({ lane }) => lane))].filter(isText))
  const isAll = entries.length < entriesMax && letters.length < lettersMax
  const readable = { entries: entries.filter(isValidEntry), letters: letters.filter(isValidEntry) }
  const read = { row, entries, letters, readable, isAll, blocked }
  return {
    ...readable,
    quarantined: quarantinedOf([...letters, ...entries]),
    blocked,
    miscounted: (await isMiscounted(tx, read)) ? read : undefined,
    told: journal.filter(isValidJournalRow),
    seen: { seq: row.nextSeq - 1, number: told },
    last: row.nextNumber - 1,
  }
}

/** Dead letters, the oldest first. */
export async function readLetters(tx: StoreTransaction, partition: string): Promise<readonly DeadLetter[]> {
  return (await tx.list(keySpan('deadLetters', [partition]), lettersMax)).filter(isValidEntry)
}

/** The lanes in which an attempt is in flight or of unknown effect at this moment (P8). */
export async function readUnsettledLanes(
  tx: StoreTransaction,
  partition: string,
): Promise<readonly string[]> {
  const rows = await listUnsettledRows(tx, partition)
  return rows.map(({ lane }) => lane).filter(isText)
}

const listUnsettledRows = (tx: StoreTransaction, partition: string) =>
  tx.list(keySpan('entries', [partition], 'unsure'), pageRowsMax)

/** Writes that the answer of a read may hold or lack, whatever the view shows of them (P8). */
export interface UnsettledWrites {
  /** In flight or of unknown effect at this moment, those that this release cannot read included. */
  readonly entries: readonly EntryRow[]
  /** Notes on other entries, after a place of the journal. */
  readonly journal: readonly JournalRow[]
  /** There is more of it than is looked at. */
  readonly more: boolean
  readonly paused: boolean
}

export async function readUnsettledWrites(
  tx: StoreTransaction,
  partition: string,
  since: number,
): Promise<UnsettledWrites> {
  const row = await readPartition(tx, partition)
  const [[paused], entries, journal] = await Promise.all([
    readPause(tx, row),
    listUnsettledRows(tx, partition),
    tx.list({ store: 'journal', ...rowsAfter(partition, since) }, pageRowsMax),
  ])
  const more = entries.length === pageRowsMax || journal.length === pageRowsMax
  return { entries, journal, more, paused: paused !== undefined }
}
