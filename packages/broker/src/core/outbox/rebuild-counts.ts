// Counts an outbox anew from its rows, where the row that counts them is missing, damaged, or wrong.

import { listMax } from '../limits.js'
import { listHomeRows, sessionNameOfHome } from '../rows/app-homes.js'
import { keySpan } from '../rows/key-spans.js'
import { validPartsOf } from '../rows/partition-validation.js'
import type { PartitionRow, SaltRow, SessionRow } from '../rows/rows.js'
import type { StoreTransaction } from '../rows/store-port.js'
import { isCount, isText } from '../type-checks.js'
import { needsOfApp } from './delivery-requirements.js'
import { isValidEntry } from './row-validation.js'

/**
 * The row as its entries, letters and notes make it. All else is as in the damaged row, or as in `known` where that is
 * damaged. Counters never go back, since a place in the outbox is given once.
 */
export async function rebuiltCounts(
  tx: StoreTransaction,
  known: PartitionRow,
  damaged: PartitionRow = known,
): Promise<PartitionRow> {
  const { partition } = known
  const [entries, letters, notes] = await Promise.all([
    tx.list(keySpan('entries', [partition]), listMax),
    tx.list(keySpan('deadLetters', [partition]), listMax),
    tx.list(keySpan('journal', [partition]), listMax),
  ])
  const rows = [...entries, ...letters]
  const readable = rows.filter(isValidEntry)
  const kept = { ...known, ...validPartsOf(damaged) }
  const channels = [...new Set([...kept.channels, ...rows.map(({ channel }) => channel)])].filter(isText)
  const { needs = needsOfApp(channels), home = await findHomeOf(tx, partition) } = kept
  const nextNumber = after(
    Math.max(known.nextNumber, kept.nextNumber),
    notes.map(({ number }) => number),
  )
  const wordless = notes.findLast(({ isWordless }) => isWordless)?.number ?? 0
  const placed = (number: number | undefined) =>
    number !== undefined && number < nextNumber ? number : wordless
  return {
    ...kept,
    ...(needs.length > 0 && { needs }),
    ...(home !== undefined && { home }),
    nextSeq: after(
      Math.max(known.nextSeq, kept.nextSeq),
      [...rows, ...notes].map(({ seq }) => seq),
    ),
    nextNumber,
    // Notes lose their words once they were told.
    told: placed(kept.told),
    wordless: placed(kept.wordless),
    // A count that is sound and too large tells the next page how many rows are gone.
    waiting: Math.max(kept.waiting, entries.length),
    dead: Math.max(kept.dead, letters.length),
    bytes: totalBytes(readable),
    journalBytes: totalBytes(notes),
    channels,
  }
}

/** The first number after all of these; at least `first`. */
const after = (first: number, numbers: readonly unknown[]): number =>
  numbers.filter(isCount).reduce((next, number) => Math.max(next, number + 1), first)

export const totalBytes = (rows: readonly { readonly bytes?: number }[]): number =>
  rows.reduce((sum, { bytes }) => sum + (isCount(bytes) ? bytes : 0), 0)

/** The home whose session the user is in. Nobody knows it while they are signed out, unless there is only one. */
async function findHomeOf(tx: StoreTransaction, partition: string): Promise<PartitionRow['home']> {
  const sessions = await listHomeRows<SessionRow>(tx, 'active')
  const salts = await listHomeRows<SaltRow>(tx, 'salt')
  const [only, ...others] = salts
  const name =
    sessions.find((session) => session.partition === partition)?.name ??
    (only !== undefined && others.length === 0 ? sessionNameOfHome(only) : 'active')
  return name === 'active' ? undefined : name
}
