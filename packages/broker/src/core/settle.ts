// Writes down how attempts ended. Each write re-reads its row and is dropped unless the row still carries the fence
// of that attempt (R2): who was taken over changes nothing.

import type { Attempted } from './attempt.js'
import { backoffMs } from './backoff.js'
import { blocks, isBlocked, listed } from './blocked-lanes.js'
import { originOf } from './channel.js'
import { type DeadLetter, type LiveEntry, type SendingEntry, toRow } from './entry.js'
import { findSending } from './find-sending.js'
import { type Note, record } from './journal.js'
import { withLastFailure } from './last-failure.js'
import { defaultLimits, waitCapMs } from './limits.js'
import { afterOutcome, countsAgainstEntry, healthyOrigin, learnt, type OriginRow } from './origin.js'
import type { Outcome } from './outcome.js'
import type { StoreTransaction } from './ports.js'
import { bytesOfEntry, withoutProblem } from './problem.js'
import { isReadable } from './readable.js'
import { type PartitionRow, within } from './schema.js'
import { type EntryEvent, transition } from './transition.js'
import { noteTried } from './tried.js'
import { troubleAfter, type Why } from './trouble.js'

/** An attempt that has ended: the entry as it was claimed, and what came of it. */
export interface Finished extends Attempted {
  readonly entry: SendingEntry
}

export interface SettleOptions {
  readonly now: number
  readonly failuresMax: number
  random(): number
}

/** Rows that several settlements share. The transaction has read them, and writes them back. */
export interface Ledgers {
  readonly row: PartitionRow
  readonly origins: Map<string, OriginRow>
}

/** Settles one attempt; false where its executor had lost the entry. */
export async function settle(
  tx: StoreTransaction,
  { row, origins }: Ledgers,
  { entry: claimed, outcome, retentionMs }: Finished,
  options: SettleOptions,
): Promise<boolean> {
  const entry = await findSending(tx, claimed)
  if (entry === undefined) return false
  const { now } = options
  const name = originOf(entry.channel)
  const origin = origins.get(name) ?? healthyOrigin(name)
  const moment = { lane: entry.lane, now, random: options.random() }
  const after = learnt(afterOutcome(origin, outcome, moment), retentionMs)
  origins.set(name, withLastFailure(after, outcome, entry, now))
  switch (outcome.kind) {
    case 'delivered':
    case 'confirmed':
      await end(tx, row, entry, outcome, now)
      break
    case 'returned':
      await giveBack(tx, row, transition(entry, { sent: true, ...outcome, type: 'returned', now }))
      break
    case 'inDoubt':
      doubt(tx, row, entry, outcome, now)
      break
    case 'paused':
      if (entry.lease.session === row.session) row.paused = outcome.reason
      defer(tx, row, entry, outcome, { notBefore: now, now, counts: false, sent: true, effect: 'none' })
      break
    case 'retry':
      await retry(tx, row, entry, outcome, { ...options, counts: countsAgainstEntry(origin, outcome) })
  }
  return true
}

async function retry(
  tx: StoreTransaction,
  row: PartitionRow,
  entry: SendingEntry,
  outcome: Outcome & { readonly kind: 'retry' },
  { now, random, failuresMax, counts }: SettleOptions & { readonly counts: boolean },
): Promise<void> {
  const { effect, sent, httpStatus } = outcome
  if (counts && entry.failures + 1 >= failuresMax) {
    const known = entry.effect === 'unknown' ? entry.effect : effect
    const why = { reason: 'failuresMax', problem: outcome.reason, httpStatus, effect: known }
    return giveBack(tx, row, transition(entry, { type: 'returned', ...why, sent, now }))
  }
  // While the network is away the origin's probes set the pace: the entry stays due, behind those not yet tried.
  const isAway = outcome.counts === 'away' || outcome.counts === 'unreachable'
  const waits = !isAway || counts || Boolean(outcome.retryAfterMs)
  // A failure that does not count makes the wait longer too, even where a server says `Retry-After: 0` for ever.
  const round = Math.max(entry.failures, troubleAfter(entry, outcome, now).times - 1)
  const delayMs = waits ? Math.min(backoffMs(round, random(), outcome.retryAfterMs), waitCapMs) : 0
  defer(tx, row, entry, outcome, { notBefore: now + delayMs, now, counts, sent, effect })
}

/** Puts an entry back among those that wait. */
export function defer(
  tx: StoreTransaction,
  row: PartitionRow,
  entry: SendingEntry,
  why: Why,
  deferral: Omit<EntryEvent & { readonly type: 'deferred' }, 'type' | 'trouble'>,
): void {
  const trouble = troubleAfter(entry, why, deferral.now)
  putTried(tx, row, transition(entry, { type: 'deferred', ...deferral, trouble }))
}

/** Sets an entry aside: whether it had effect only a person can tell. */
export function doubt(
  tx: StoreTransaction,
  row: PartitionRow,
  entry: LiveEntry,
  why: Why,
  now: number,
): void {
  record(tx, row, entry, { kind: 'doubted', reason: why.reason }, now)
  putTried(tx, row, transition(entry, { type: 'doubted', trouble: troubleAfter(entry, why, now) }))
}

function putTried(tx: StoreTransaction, row: PartitionRow, entry: LiveEntry): void {
  tx.put('entries', toRow(entry))
  noteTried(row, entry)
}

/** Returned to its sender: a dead letter, and its lane goes on unless the entry says that it blocks. */
export async function giveBack(tx: StoreTransaction, row: PartitionRow, given: DeadLetter): Promise<void> {
  const room = (row.bytesMax ?? defaultLimits.bytesMax) - row.bytes
  const letter = (given.problemBytes ?? 0) > room ? withoutProblem(given) : given
  const { lane, reason, httpStatus, problem, returnedAt } = letter
  if (blocks(letter)) row.blockedLanes = listed([...row.blockedLanes, lane])
  tx.put('deadLetters', letter)
  row.dead += 1
  await end(tx, row, letter, { kind: 'returned', reason, httpStatus, problem }, returnedAt)
  row.bytes += letter.bytes
}

/** Takes an entry out of the outbox, lets its lane's next one forward and records the settlement. */
export async function end(
  tx: StoreTransaction,
  row: PartitionRow,
  entry: LiveEntry | DeadLetter,
  how: Note,
  now: number,
): Promise<void> {
  tx.delete('entries', [entry.partition, entry.seq])
  row.waiting -= 1
  row.bytes -= bytesOfEntry(entry)
  // An entry that was not its lane's head leaves the head where it is.
  if (entry.state !== 'waiting' || entry.head) await promote(tx, row, entry.lane)
  record(tx, row, entry, how, now)
}

/**
 * Makes the first entry of a lane its head, unless a dead letter holds the lane back. An entry that this release cannot
 * read is left as it is, and the lane is noted for a release that can.
 */
export async function promote(tx: StoreTransaction, row: PartitionRow, lane: string): Promise<void> {
  if (await isBlocked(tx, row, lane)) return
  const [next] = await tx.list(within('entries', [row.partition, lane], 'lane'), 1)
  const others = row.stuckLanes?.filter((stuck) => stuck !== lane)
  if (next !== undefined && !isReadable(next)) {
    row.stuckLanes = [...(others ?? []), lane]
    return
  }
  if (others !== undefined) row.stuckLanes = others
  if (next?.state === 'waiting' && !next.head)
    tx.put('entries', toRow(transition(next, { type: 'promoted' })))
}
