// Decides from the rows alone the losses of an outbox, and the rows that a copy of it gives back.

import { blocks, latestLanes } from '../outbox/lanes.js'
import { isValidEntry } from '../outbox/row-validation.js'
import { type DeadLetter, type EntryRow, toRow } from '../rows/entry.js'
import type { Loss, PartitionRow } from '../rows/rows.js'
import { reinstated } from './reinstated-entry.js'
import { isBehind } from './row-versions.js'

/** One user's outbox as one place knows it. */
export interface KnownRows {
  readonly row: PartitionRow
  readonly entries: readonly EntryRow[]
  readonly letters: readonly DeadLetter[]
}

export interface Evidence {
  /** The rows of the database. */
  readonly own: KnownRows
  /** The rows of its copy. */
  readonly copy: KnownRows
  /** The newest row that anybody knows. */
  readonly witness: PartitionRow
  readonly now: number
}

/**
 * The outbox put together again. A row that the copy has and the database never knew was lost, and is back. A row that
 * the database knew and no longer has has ended, whatever the copy says. Either may lag behind, so that nobody knows
 * which were sent meanwhile: in doubt beats duplicate (P2).
 */
export function mergeCopies({ own, copy, witness, now }: Evidence): KnownRows {
  const isWorkLost = isBehind(own.row, witness)
  // Another realm may have recovered the outbox meanwhile. The witness does not know of the loss that this realm told.
  const newest = isWorkLost ? witness : own.row
  const isOwed = own.row.owed === true
  const mine = new Map([...own.entries, ...own.letters].map((one) => [one.seq, one]))
  let nextSeq = Math.max(own.row.nextSeq, witness.nextSeq)
  const given = [...copy.entries, ...copy.letters].flatMap((one) => {
    const same = mine.get(one.seq)
    if (same === undefined) return isOwed || one.seq >= own.row.nextSeq ? one : []
    if (same.id === one.id) return same.fence <= one.fence ? one : []
    // Its place was given away before it could be read.
    return { ...one, seq: nextSeq++ }
  })
  const merged = [...new Map([...mine, ...given.map((one) => [one.seq, one] as const)]).values()]
  merged.sort((a, b) => a.seq - b.seq)
  const readable = merged.filter(isValidEntry)
  const copied = new Set(given.map(({ seq }) => seq))
  const letters = merged.filter((one) => one.state === 'dead')
  const blockedLanes = letters.filter(blocks).map(({ lane }) => lane)
  const taken = new Set(blockedLanes)
  const entries = merged.flatMap((entry): EntryRow[] => {
    if (entry.state === 'dead') return []
    const head = !taken.has(entry.lane)
    taken.add(entry.lane)
    // A row that cannot be read is left as it is (P11).
    if ((!isWorkLost && !isOwed) || !isValidEntry(entry)) return [entry]
    // An entry that a newer copy lacks has ended, as far as anybody knows.
    const mayHaveEnded = isWorkLost && !copied.has(entry.seq)
    return [toRow(reinstated(entry, { head, mayHaveEnded, now }))]
  })
  const base = isBehind(own.row, copy.row) ? copy.row : own.row
  const lost = lossOfOutbox(newest, {
    restored: given.filter(({ seq }) => !mine.has(seq)).length,
    upTo: lostUpTo(witness, base, merged.length),
    at: now,
  })
  return {
    entries,
    letters,
    row: {
      ...newest,
      nextSeq,
      nextNumber: Math.max(own.row.nextNumber, witness.nextNumber),
      session: Math.max(own.row.session, witness.session) + 1,
      waiting: entries.length,
      dead: letters.length,
      bytes: readable.reduce((sum, { bytes }) => sum + bytes, 0),
      channels: [...new Set([...own.row.channels, ...readable.map(({ channel }) => channel)])],
      blockedLanes: latestLanes(blockedLanes),
      // The journal lies in the database only.
      wordless: own.row.wordless,
      journalBytes: own.row.journalBytes,
      ...(lost && { lost }),
    },
  }
}

/**
 * An upper bound of the unsettled rows that are gone, as the newest row counts them. These are rows accepted after the
 * rows here were written, and rows missing from their own count.
 */
function lostUpTo(witness: PartitionRow, base: PartitionRow, there: number): number {
  const after = witness.nextSeq - base.nextSeq
  const missing = Math.max(unsettled(base) - there, 0)
  return Math.min(unsettled(witness), Math.max(after, 0) + missing)
}

const unsettled = ({ waiting, dead }: PartitionRow) => waiting + dead

/** Adds to a loss that nobody has taken note of; what comes back later was not lost after all. */
function lossOfOutbox(
  { lost: before = { upTo: 0, restored: 0, at: 0 } }: PartitionRow,
  found: Loss,
): Loss | undefined {
  const { upTo, restored, at } = found
  if (upTo + restored === 0) return undefined
  return {
    upTo: Math.max(before.upTo - (upTo === 0 ? restored : 0), 0) + upTo,
    restored: before.restored + restored,
    at,
  }
}
