// An entry is deferred, put in doubt, returned, cancelled or ended. The next entry of its lane becomes the head.

import { defaultLimits } from '../limits.js'
import {
  bytesOfEntry,
  type DeadLetter,
  type EntryCore,
  isUnsent,
  type LiveEntry,
  type SendingEntry,
  toRow,
  withoutProblem,
} from '../rows/entry.js'
import { type FailureCause, troubleAfter } from '../rows/entry-trouble.js'
import { findEntry } from '../rows/key-spans.js'
import { withoutLastFailure } from '../rows/origin-row.js'
import type { PartitionRow } from '../rows/rows.js'
import type { StoreTransaction } from '../rows/store-port.js'
import { originOf } from './delivery-requirements.js'
import { type EntryEvent, transition } from './entry-state.js'
import { type JournalNote, record } from './journal.js'
import { blocks, latestLanes, promoteNext } from './lanes.js'
import { noteAttempt } from './latest-attempts.js'
import { changePartition } from './partition.js'
import { isValidEntry } from './row-validation.js'

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

/** Call it where an entry ends without an answer. Its last failure is then no present trouble of its origin. */
export async function forgetFailure(
  tx: StoreTransaction,
  { channel, trouble, returnedAt }: EntryCore & Partial<Pick<DeadLetter, 'returnedAt'>>,
): Promise<void> {
  const row = await tx.get('origins', [originOf(channel)])
  if (row?.lastFailure && row.lastFailure.at === (returnedAt ?? trouble?.at))
    tx.put('origins', withoutLastFailure(row))
}

/** Cancels it while it is certain that nothing of it was sent. `notFound` means that it has ended already. */
export async function cancelEntry(
  tx: StoreTransaction,
  partition: string,
  id: string,
  now: number,
): Promise<'cancelled' | 'tooLate' | 'notFound'> {
  const entry = await findEntry(tx, partition, id)
  if (entry === undefined) return 'notFound'
  if (!isValidEntry(entry) || !isUnsent(entry)) return 'tooLate'
  transition(entry, { type: 'cancelled' })
  await forgetFailure(tx, entry)
  await changePartition(tx, partition, now, (row) => endEntry(tx, row, entry, { kind: 'cancelled' }, now))
  return 'cancelled'
}
