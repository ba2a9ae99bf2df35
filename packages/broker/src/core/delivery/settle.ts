// Stores the outcomes of attempts together in one transaction, or one by one where the storage refuses an outcome. Each
// write reads its row again and is dropped unless the row still carries the fence of the attempt. An executor that was
// taken over changes nothing.

import { type Limits, waitCapMs } from '../limits.js'
import { backoffMs } from '../network/backoff.js'
import { originOf } from '../outbox/delivery-requirements.js'
import { endEntry, putInDoubt, putWithTry, returnToUser } from '../outbox/end-entry.js'
import { transition } from '../outbox/entry-state.js'
import { isLeft, shrinkJournal } from '../outbox/journal.js'
import { type Owner, readPartition } from '../outbox/partition.js'
import { storeLeftPartition } from '../outbox/sign-out.js'
import {
  afterOutcome,
  countsAgainstEntry,
  healthyOrigin,
  withLastFailure,
  withRetention,
} from '../outcomes/circuit-breaker.js'
import { leastRetryDelayMs } from '../outcomes/failure-outcomes.js'
import type { Outcome, UnstoredAnswerReason } from '../outcomes/outcome.js'
import { isFull } from '../rows/disk-reserve.js'
import type { SendingEntry } from '../rows/entry.js'
import { isAway, troubleAfter } from '../rows/entry-trouble.js'
import type { OriginRow, PartitionRow } from '../rows/rows.js'
import type { StoreTransaction } from '../rows/store-port.js'
import type { Attempted } from './attempt.js'
import { readOrigins } from './claim.js'
import type { DeliveryPorts } from './delivery-ports.js'
import { findLeasedEntry } from './lease.js'

/** An attempt that has ended, with the entry as it was claimed and the outcome. */
export interface Finished extends Attempted {
  readonly entry: SendingEntry
}

export interface SettleOptions {
  readonly now: number
  readonly failuresMax: number
  random(): number
}

/** Rows that several settlements share. The transaction has read them, and writes them back. */
export interface SharedRows {
  readonly row: PartitionRow
  readonly origins: Map<string, OriginRow>
}

/** Settles one attempt; false where its executor had lost the entry. */
export async function settle(
  tx: StoreTransaction,
  { row, origins }: SharedRows,
  { entry: claimed, outcome, retentionMs, unclear }: Finished,
  options: SettleOptions,
): Promise<boolean> {
  const entry = await findLeasedEntry(tx, claimed)
  if (entry === undefined) return false
  const { now } = options
  const name = originOf(entry.channel)
  const origin = origins.get(name) ?? healthyOrigin(name)
  const moment = { lane: entry.lane, now, random: options.random() }
  const after = withRetention(afterOutcome(origin, outcome, moment), retentionMs)
  origins.set(name, withLastFailure(after, outcome, entry, now, unclear))
  switch (outcome.kind) {
    case 'delivered':
    case 'confirmed':
      if (entry.lease.session === row.session && !row.proven?.includes(name))
        row.proven = [...(row.proven ?? []), name]
      await endEntry(tx, row, entry, outcome, now)
      break
    case 'returned':
      await returnToUser(tx, row, transition(entry, { sent: true, ...outcome, type: 'returned', now }))
      break
    case 'inDoubt':
      putInDoubt(tx, row, entry, outcome, now)
      break
    case 'paused':
      await pause(tx, row, entry, { ...outcome, unclear }, now)
      break
    case 'retry':
      await retryLater(tx, row, entry, outcome, origin, options)
  }
  return true
}

/** Refusals of an entry in a session that accepts others. Their floors together are eleven minutes. */
const refusalsMax = 17

/**
 * A session may be half open, as before a second factor, while its probe calls it good already. It pauses the outbox
 * until the origin takes some entry in it, and no refusal counts. From then on only the lane of a refused entry waits.
 */
async function pause(
  tx: StoreTransaction,
  row: PartitionRow,
  entry: SendingEntry,
  outcome: Outcome & { readonly kind: 'paused' } & Pick<Attempted, 'unclear'>,
  now: number,
): Promise<void> {
  const { reason, refused, unclear } = outcome
  const isPresent = entry.lease.session === row.session
  const isProven = refused !== undefined && isPresent && row.proven?.includes(originOf(entry.channel))
  const trouble = troubleAfter(entry, isProven ? { ...refused, reason: 'refused' } : outcome, now)
  const { times } = trouble
  if (isProven && times >= refusalsMax)
    return returnToUser(tx, row, transition(entry, { sent: true, ...refused, type: 'returned', now }))
  if (isPresent && !isProven) Object.assign(row, { paused: reason, askedAt: now, unclear })
  const notBefore = isProven ? now + leastRetryDelayMs(times) : now
  const deferral = { notBefore, now, counts: false, sent: true, effect: 'none', trouble } as const
  putWithTry(tx, row, transition(entry, { type: 'deferred', ...deferral }))
}

async function retryLater(
  tx: StoreTransaction,
  row: PartitionRow,
  entry: SendingEntry,
  outcome: Outcome & { readonly kind: 'retry' },
  origin: OriginRow,
  { now, random, failuresMax }: SettleOptions,
): Promise<void> {
  const { effect, sent, httpStatus, problem } = outcome
  const counts = countsAgainstEntry(origin, outcome)
  const { trouble: before } = entry
  // `prepareHeaders` threw again while its origin rests for that. Probes may come faster than the backoff. Only one in
  // the mean time of the backoff counts.
  const isHeld = !sent && outcome.rests === 'origin' && origin.rest?.kind === 'away'
  const isEarly =
    isHeld &&
    before?.reason === outcome.reason &&
    Math.abs(now - before.at) < backoffMs(before.times - 1, 0.5)
  const trouble = isEarly ? before : troubleAfter(entry, outcome, now)
  const { times } = trouble
  // Headers that throw are counted apart, since they tell nothing of the server.
  const failures = sent ? entry.failures + 1 : times
  if (counts && failures >= failuresMax) {
    const known = entry.effect === 'unknown' ? entry.effect : effect
    const reason = problem === undefined ? 'failuresMax' : 'invalidRequest'
    const why = { reason, problem: problem ?? outcome.reason, httpStatus, effect: known }
    return returnToUser(tx, row, transition(entry, { type: 'returned', ...why, sent, now }))
  }
  // While the origin is away its probes set the pace. The entry stays due, behind those not yet tried.
  const waits = !isHeld && (!isAway(outcome.counts) || counts || Boolean(outcome.retryAfterMs))
  // A failure that does not count makes the wait longer too, even where a server says `Retry-After: 0` for ever.
  const round = Math.max(failures, times) - 1
  const delayMs = waits ? Math.min(backoffMs(round, random(), outcome.retryAfterMs), waitCapMs) : 0
  const deferral = { notBefore: now + delayMs, now, counts: counts && sent, sent, effect, trouble }
  putWithTry(tx, row, transition(entry, { type: 'deferred', ...deferral }))
}

interface SettleContext {
  readonly ports: DeliveryPorts
  readonly limits: Limits
  readonly user: Owner
}

/** Gives the rows that were read, as the settlements changed them. `writeBack` stores the changes. */
export async function settleTogether(
  tx: StoreTransaction,
  { ports, limits, user }: SettleContext,
  finished: readonly Finished[],
): Promise<
  SharedRows & { readonly now: number; readonly writeBack: (hasChanged: boolean) => Promise<void> }
> {
  const now = ports.clock.now()
  const row = await readPartition(tx, user.partition)
  const rows = await readOrigins(tx, row)
  const origins = new Map(rows.map((one) => [one.origin, one]))
  const options = { now, failuresMax: limits.failuresMax, random: ports.randomSource.random }
  const first = row.nextNumber
  for (const done of finished) await settle(tx, { row, origins }, done, options)
  if (finished.length > 0) await shrinkJournal(tx, row, undefined, first)
  return {
    now,
    row,
    origins,
    async writeBack(hasChanged) {
      for (const health of origins.values()) if (!rows.includes(health)) tx.put('origins', health)
      if (finished.length > 0 && isLeft(row)) await storeLeftPartition(tx, row, now)
      else if (hasChanged) tx.put('partitions', row)
    },
  }
}

/** Settles an attempt without its body if that cannot be stored alone either. Rejects where the storage takes nothing. */
export async function settleEach(context: SettleContext, finished: readonly Finished[]): Promise<void> {
  const alone = (done: Finished) =>
    context.ports.store.transact('readwrite', 'strict', async (tx) =>
      (await settleTogether(tx, context, [done])).writeBack(true),
    )
  for (const done of finished)
    await alone(done).catch((cause: unknown) => {
      const { id, action } = done.entry
      const reason = isFull(cause) ? 'storageFull' : 'answerNotStored'
      const what = `redux-broker: the outcome of ${action.type} (${id}) cannot be stored: ${reason}.`
      context.ports.report(new Error(what, { cause }))
      return alone({ ...done, outcome: withoutBody(done.outcome, reason) })
    })
}

function withoutBody(outcome: Outcome, reason: UnstoredAnswerReason): Outcome {
  if (outcome.kind === 'delivered') return { kind: 'confirmed', httpStatus: outcome.httpStatus, reason }
  return outcome.kind === 'returned' ? { ...outcome, problem: reason } : outcome
}
