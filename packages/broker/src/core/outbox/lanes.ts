// An entry in its lane is deferred, put in doubt, returned or ended. The next entry becomes the head.

import { defaultLimits } from '../limits.js'
import {
  bytesOfEntry,
  type DeadLetter,
  type LiveEntry,
  type SendingEntry,
  toRow,
  withoutProblem,
} from '../rows/entry.js'
import { type FailureCause, troubleAfter } from '../rows/failure-run.js'
import { keySpan } from '../rows/key-spans.js'
import type { PartitionRow } from '../rows/rows.js'
import type { StoreTransaction } from '../rows/store-port.js'
import { type EntryEvent, transition } from './entry-state.js'
import { type JournalNote, record } from './journal.js'
import { noteAttempt } from './latest-attempts.js'
import { isValidEntry } from './row-validation.js'

/** Whether a dead letter holds the lane back. */
export async function isBlocked(
  tx: StoreTransaction,
  { partition, dead }: Pick<PartitionRow, 'partition' | 'dead'>,
  lane: string,
): Promise<boolean> {
  return (
    dead > 0 &&
    (await tx.firstKey(keySpan('deadLetters', [partition, lane, 'block'], 'blocked'))) !== undefined
  )
}

/** Those of the lanes that are held back. */
export async function blockedOf(
  tx: StoreTransaction,
  row: PartitionRow,
  lanes: readonly string[],
): Promise<readonly string[]> {
  const held = await Promise.all(lanes.map((lane) => isBlocked(tx, row, lane)))
  return lanes.filter((_, i) => held[i])
}

export const blocks = ({ onReturned }: Pick<DeadLetter, 'onReturned'>): boolean => onReturned === 'block'

/** So many are listed in the partition's row, the latest, for tabs of a release that asks no index. */
const listedMax = 20

export const latestLanes = (lanes: readonly string[]): readonly string[] => lanes.slice(-listedMax)

/** Puts an entry back among those that wait. */
export function deferEntry(
  tx: StoreTransaction,
  row: PartitionRow,
  entry: SendingEntry,
  why: FailureCause,
  deferral: Omit<EntryEvent & { readonly type: 'deferred' }, 'type' | 'trouble'>,
): void {
  const trouble = troubleAfter(entry, why, deferral.now)
  putWithTry(tx, row, transition(entry, { type: 'deferred', ...deferral, trouble }))
}

/** Sets an entry aside, since only a person can tell whether it had effect. */
export function putInDoubt(
  tx: StoreTransaction,
  row: PartitionRow,
  entry: LiveEntry,
  why: FailureCause,
  now: number,
): void {
  record(tx, row, entry, { kind: 'doubted', reason: why.reason }, now)
  putWithTry(tx, row, transition(entry, { type: 'doubted', trouble: troubleAfter(entry, why, now) }))
}

export function putWithTry(tx: StoreTransaction, row: PartitionRow, entry: LiveEntry): void {
  tx.put('entries', toRow(entry))
  noteAttempt(row, entry)
}

/** Makes a dead letter of an entry. Its lane goes on unless the entry says that it blocks. */
export async function returnToUser(
  tx: StoreTransaction,
  row: PartitionRow,
  given: DeadLetter,
): Promise<void> {
  const room = (row.bytesMax ?? defaultLimits.bytesMax) - row.bytes
  const letter = (given.problemBytes ?? 0) > room ? withoutProblem(given) : given
  const { lane, reason, httpStatus, problem, returnedAt } = letter
  if (blocks(letter)) row.blockedLanes = latestLanes([...row.blockedLanes, lane])
  tx.put('deadLetters', letter)
  row.dead += 1
  await endEntry(tx, row, letter, { kind: 'returned', reason, httpStatus, problem }, returnedAt)
  row.bytes += letter.bytes
}

/** Takes an entry out of the outbox, lets its lane's next one forward and records the settlement. */
export async function endEntry(
  tx: StoreTransaction,
  row: PartitionRow,
  entry: LiveEntry | DeadLetter,
  how: JournalNote,
  now: number,
): Promise<void> {
  tx.delete('entries', [entry.partition, entry.seq])
  row.waiting -= 1
  row.bytes -= bytesOfEntry(entry)
  // An entry that was not its lane's head leaves the head where it is.
  if (entry.state !== 'waiting' || entry.head) await promoteNext(tx, row, entry.lane)
  record(tx, row, entry, how, now)
}

/**
 * Makes the first entry of a lane its head, unless a dead letter holds the lane back. An entry that this release cannot
 * read is left as it is, and the lane is noted for a release that can.
 */
export async function promoteNext(tx: StoreTransaction, row: PartitionRow, lane: string): Promise<void> {
  if (await isBlocked(tx, row, lane)) return
  const [next] = await tx.list(keySpan('entries', [row.partition, lane], 'lane'), 1)
  const others = row.stuckLanes?.filter((stuck) => stuck !== lane)
  if (next !== undefined && !isValidEntry(next)) {
    row.stuckLanes = [...(others ?? []), lane]
    return
  }
  if (others !== undefined) row.stuckLanes = others
  if (next?.state === 'waiting' && !next.head)
    tx.put('entries', toRow(transition(next, { type: 'promoted' })))
}
