// Writes down how attempts ended. Each write re-reads its row and is dropped unless the row still carries the fence
// of that attempt (R2): who was taken over changes nothing.
import { backoffMs } from './backoff.js'
import { originOf } from './claim.js'
import { type DeadLetter, type LiveEntry, type SendingEntry, type Trouble, toRow } from './entry.js'
import { journalMax, waitCapMs } from './limits.js'
import { afterOutcome, countsAgainstEntry, healthyOrigin, type OriginRow } from './origin.js'
import type { Outcome } from './outcome.js'
import { pause } from './partition.js'
import type { StoreTransaction } from './ports.js'
import { type JournalRow, last, type PartitionRow } from './schema.js'
import { transition } from './transition.js'

/** An attempt that has ended: the entry as it was claimed, and what came of it. */
export interface Finished {
  readonly entry: SendingEntry
  readonly outcome: Outcome
}

export interface SettleOptions {
  readonly now: number
  readonly failuresMax: number
  random(): number
}

export type Note = Pick<JournalRow, 'kind' | 'answer' | 'reason' | 'httpStatus' | 'problem'>

/** What the transaction has read and will write back: rows that several settlements share. */
export interface Ledgers {
  row: PartitionRow
  readonly origins: Map<string, OriginRow>
}

/** Settles one attempt; false where its executor had lost the entry. */
export async function settle(
  tx: StoreTransaction,
  ledgers: Ledgers,
  { entry: claimed, outcome }: Finished,
  options: SettleOptions,
): Promise<boolean> {
  const entry = await tx.get('entries', [claimed.partition, claimed.seq])
  if (entry?.state !== 'sending' || entry.fence !== claimed.fence) return false
  const origin = ledgers.origins.get(originOf(entry.channel)) ?? healthyOrigin(originOf(entry.channel))
  ledgers.origins.set(
    origin.origin,
    afterOutcome(origin, outcome, { ...options, lane: entry.lane, random: options.random() }),
  )
  switch (outcome.kind) {
    case 'delivered':
      await end(
        tx,
        ledgers,
        entry,
        { kind: 'delivered', answer: outcome.answer, httpStatus: outcome.httpStatus },
        options.now,
      )
      break
    case 'returned':
      await giveBack(
        tx,
        ledgers,
        transition(entry, { type: 'returned', ...outcome, sent: true, now: options.now }),
      )
      break
    case 'inDoubt':
      tx.put(
        'entries',
        toRow(transition(entry, { type: 'doubted', trouble: troubleAfter(entry, outcome, options.now) })),
      )
      record(tx, ledgers, entry, { kind: 'doubted', answer: undefined, reason: outcome.reason }, options.now)
      break
    case 'paused':
      ledgers.row = pause(ledgers.row, outcome.reason)
      defer(
        tx,
        entry,
        { notBefore: options.now, counts: false, sent: true, effect: 'none' },
        outcome,
        options.now,
      )
      break
    case 'retry':
      await retry(tx, ledgers, entry, outcome, {
        ...options,
        counts: countsAgainstEntry(origin, outcome),
      })
      break
    case 'redirected':
      throw new Error(
        'redux-broker: a redirect must be resolved before it is settled; this is a bug of redux-broker.',
      )
  }
  return true
}

async function retry(
  tx: StoreTransaction,
  ledgers: Ledgers,
  entry: SendingEntry,
  outcome: Outcome & { readonly kind: 'retry' },
  { now, random, failuresMax, counts }: SettleOptions & { readonly counts: boolean },
): Promise<void> {
  const { effect, sent } = outcome
  if (counts && entry.failures + 1 >= failuresMax) {
    const { reason: problem, httpStatus } = outcome
    const known = entry.effect === 'unknown' ? entry.effect : effect
    const returned = {
      type: 'returned',
      reason: 'failuresMax',
      httpStatus,
      problem,
      effect: known,
      sent,
      now,
    } as const
    return giveBack(tx, ledgers, transition(entry, returned))
  }
  // While the network is away the origin's probes set the pace: the entry stays due, behind those not yet tried.
  const waits = (outcome.counts !== 'away' && outcome.counts !== 'offline') || counts
  // What does not count makes the wait longer all the same: a server that says `Retry-After: 0` for ever, too.
  const round = Math.max(entry.failures, troubleAfter(entry, outcome, now).times - 1)
  const delayMs = waits ? Math.min(backoffMs(round, random(), outcome.retryAfterMs), waitCapMs) : 0
  defer(tx, entry, { notBefore: now + delayMs, counts, sent, effect }, outcome, now)
}

type Deferral = {
  readonly notBefore: number
  readonly counts: boolean
  readonly sent: boolean
  readonly effect: 'none' | 'unknown'
}

function defer(
  tx: StoreTransaction,
  entry: SendingEntry,
  deferral: Deferral,
  outcome: { readonly reason: string; readonly httpStatus?: number },
  now: number,
): void {
  tx.put(
    'entries',
    toRow(
      transition(entry, { type: 'deferred', ...deferral, now, trouble: troubleAfter(entry, outcome, now) }),
    ),
  )
}

/** What an attempt ended with, and how often in a row it did. */
export function troubleAfter(
  { trouble: before }: SendingEntry,
  { reason, httpStatus }: { readonly reason: string; readonly httpStatus?: number },
  at: number,
): Trouble {
  const isSame = before?.reason === reason && before.httpStatus === httpStatus
  const times = isSame ? before.times + 1 : 1
  return { reason, at, times, ...(httpStatus === undefined ? {} : { httpStatus }) }
}

/** Returned to its sender: a dead letter, and its lane goes on unless the entry says that it blocks. */
async function giveBack(tx: StoreTransaction, ledgers: Ledgers, letter: DeadLetter): Promise<void> {
  const { kind, reason, httpStatus, problem, returnedAt } = { ...letter, kind: 'returned' as const }
  const blocks = letter.onReturned === 'block'
  if (blocks) ledgers.row = { ...ledgers.row, blockedLanes: [...ledgers.row.blockedLanes, letter.lane] }
  tx.put('deadLetters', letter)
  const told = {
    kind,
    reason,
    problem,
    answer: undefined,
    ...(httpStatus === undefined ? {} : { httpStatus }),
  }
  await end(tx, ledgers, letter, told, returnedAt)
  ledgers.row = { ...ledgers.row, dead: ledgers.row.dead + 1, bytes: ledgers.row.bytes + letter.bytes }
}

/** Takes an entry out of the outbox, lets its lane's next one forward and records the settlement. */
export async function end(
  tx: StoreTransaction,
  ledgers: Ledgers,
  entry: LiveEntry | DeadLetter,
  how: Note,
  now: number,
): Promise<void> {
  const { partition, seq, lane, bytes } = entry
  tx.delete('entries', [partition, seq])
  ledgers.row = { ...ledgers.row, waiting: ledgers.row.waiting - 1, bytes: ledgers.row.bytes - bytes }
  // Who was not its lane's head leaves the head where it is.
  if (entry.state !== 'waiting' || entry.head) await promote(tx, ledgers.row, lane)
  record(tx, ledgers, entry, how, now)
}

/** Makes the first entry of a lane its head, unless a dead letter holds the lane back. */
export async function promote(tx: StoreTransaction, row: PartitionRow, lane: string): Promise<void> {
  if (row.blockedLanes.includes(lane)) return
  const [next] = await tx.list(
    { store: 'entries', index: 'lane', from: [row.partition, lane], to: [row.partition, lane, last] },
    1,
  )
  if (next?.state === 'waiting' && !next.head)
    tx.put('entries', toRow(transition(next, { type: 'promoted' })))
}

/** Notes in the journal what became of an entry; the oldest note makes room. */
export function record(
  tx: StoreTransaction,
  ledgers: Ledgers,
  { partition, id, seq, lane, action, attempts }: LiveEntry | DeadLetter,
  how: Note,
  at: number,
): void {
  const number = ledgers.row.nextNumber
  tx.put('journal', { ...how, partition, number, entryId: id, seq, lane, action, attempts, at })
  tx.delete('journal', [partition, number - journalMax])
  ledgers.row = { ...ledgers.row, nextNumber: number + 1 }
}
