// The journal tells pages what became of entries after their acceptance. A note keeps the
// words of its entry (payload, answer) only while such a page may need them. A note without words still ends the entry
// in a page that shows it.

import { defaultLimits, journalAgeMsMax, journalGraceMs, journalMax } from '../limits.js'
import { bytesAtMost, bytesOfEntry, type DeadLetter, type LiveEntry } from '../rows/entry.js'
import { keySpan } from '../rows/key-spans.js'
import type { JournalRow, PartitionRow } from '../rows/rows.js'
import type { StoreTransaction } from '../rows/store-port.js'
import { isCount } from '../type-checks.js'
import { forgetAttempt } from './latest-attempts.js'

export type JournalNote = Pick<JournalRow, 'kind' | 'answer' | 'reason' | 'httpStatus' | 'problem' | 'ids'>

/** Whether its user has signed out, and nobody has signed in to it since. */
export const isLeft = ({ left, session }: PartitionRow): boolean => left === session

/** Notes the fate of an entry. The oldest note makes room. */
export function record(
  tx: StoreTransaction,
  row: PartitionRow,
  entry: LiveEntry | DeadLetter,
  how: JournalNote,
  at: number,
): void {
  const { partition, id, seq, lane, action, attempts } = entry
  const number = row.nextNumber++
  forgetAttempt(row, id)
  const note = { ...how, partition, number, entryId: id, seq, lane, action, attempts, at }
  if (isLeft(row)) tx.put('journal', blank(note))
  else {
    const bytes = bytesOfEntry(entry) + bytesAtMost(how.answer, how.problem)
    row.journalBytes = (row.journalBytes ?? 0) + bytes
    tx.put('journal', { ...note, bytes })
  }
  tx.delete('journal', [partition, number - journalMax])
}

/** Keeps the event, and drops its content. */
const withoutWords = ({
  partition,
  number,
  kind,
  at,
  entryId,
  seq,
  lane,
  attempts,
  ...rest
}: JournalRow) => ({
  partition,
  number,
  // A delivery without its answer.
  kind: kind === 'delivered' ? ('confirmed' as const) : kind,
  at,
  entryId,
  seq,
  lane,
  attempts,
  action: { type: rest.action?.type ?? '' },
  ...(rest.reason !== undefined && { reason: rest.reason, httpStatus: rest.httpStatus }),
  ...(rest.ids && { ids: rest.ids }),
  isWordless: true,
})

/** Keeps only that something has ended. */
const blank = (note: JournalRow) => ({ ...withoutWords(note), lane: '', action: { type: '' } })

const isBlank = ({ isWordless, lane, action }: JournalRow) => isWordless && lane === '' && action?.type === ''

/**
 * Takes the words out of the oldest notes where all words come to more than these bytes. Notes from the number `spared`
 * on keep theirs, since no page has had the time to read them.
 */
export async function shrinkJournal(
  tx: StoreTransaction,
  row: PartitionRow,
  bytesMax: number = roomOf(row),
  spared: number = row.nextNumber,
): Promise<void> {
  if ((row.journalBytes ?? 0) <= bytesMax) return
  // To the half, so that the next notes need not do it again.
  await takeWords(tx, row, spared - 1, () => (row.journalBytes ?? 0) <= bytesMax / 2)
}

/** An eighth of what the outbox may have, as long as entries leave so much. */
const roomOf = ({ bytes, bytesMax = defaultLimits.bytesMax }: PartitionRow) =>
  Math.max(0, Math.min(bytesMax / 8, bytesMax - bytes))

/**
 * Takes the words out of the notes that every open page has had the time to show. The last `keep` of them stay whole: a
 * page that starts applies them over older truths. Deletes notes that are too old. Gives whether more is to be done later.
 */
export async function tidyJournal(
  tx: StoreTransaction,
  row: PartitionRow,
  { keep, now }: { readonly keep: number; readonly now: number },
): Promise<boolean> {
  const upTo = (row.told ?? 0) - keep
  // A clock that went back makes some notes those of the future.
  const age = ({ at }: JournalRow) => Math.abs(now - at)
  await takeWords(tx, row, upTo, (note) => age(note) < journalGraceMs)
  const oldest = await tx.list(keySpan('journal', [row.partition]), rowsMax)
  for (const note of oldest) if (age(note) > journalAgeMsMax) forget(tx, row, note)
  return upTo > (row.wordless ?? 0) || oldest.some((note) => age(note) > journalAgeMsMax)
}

function forget(tx: StoreTransaction, row: PartitionRow, { partition, number, bytes = 0 }: JournalRow): void {
  tx.delete('journal', [partition, number])
  passed(row, number, bytes)
}

/** Its user has gone. The notes keep only that something has ended, since a page that slept may not have read them. */
export async function forgetJournal(tx: StoreTransaction, row: PartitionRow): Promise<void> {
  await blankJournal(tx, row)
  // It counts as something that happened, so that earlier copies of the row are older.
  row.wordless = row.nextNumber++
}

/** All was given up. The notes only keep that something has ended. */
export async function blankJournal(tx: StoreTransaction, row: PartitionRow): Promise<void> {
  // A number that no note has (`forgetJournal`) has let an older note stay. No note may be left out here.
  const { partition, nextNumber } = row
  const tooOld = {
    store: 'journal',
    from: [partition],
    to: [partition, nextNumber - 1 - journalMax],
  } as const
  for (const key of await tx.keys(tooOld)) tx.delete('journal', key)
  const notes = await tx.list(keySpan('journal', [row.partition]), journalMax)
  for (const note of notes) if (!isBlank(note)) tx.put('journal', blank(note))
  row.wordless = row.nextNumber - 1
  row.journalBytes = 0
}

/** Notes read at once. Each may be as long as an answer. */
const rowsMax = 20

/** From the oldest with words on, up to a number, or until it is enough. */
async function takeWords(
  tx: StoreTransaction,
  row: PartitionRow,
  upTo: number,
  isEnough: (next: JournalRow) => boolean,
): Promise<void> {
  for (;;) {
    const from = (row.wordless ?? 0) + 1
    if (from > upTo) return
    const span = { store: 'journal', from: [row.partition, from], to: [row.partition, upTo] } as const
    const notes = await tx.list(span, rowsMax)
    for (const note of notes) {
      if (isEnough(note)) return
      tx.put('journal', withoutWords(note))
      passed(row, note.number, note.bytes)
    }
    if (notes.length < rowsMax) row.wordless = upTo
  }
}

function passed(row: PartitionRow, number: number, bytes = 0): void {
  row.wordless = Math.max(row.wordless ?? 0, number)
  row.journalBytes = Math.max(0, (row.journalBytes ?? 0) - (isCount(bytes) ? bytes : 0))
}
