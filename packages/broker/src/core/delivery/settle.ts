// Writes down how attempts ended. Each write re-reads its row and is dropped unless the row still carries the fence
// of that attempt (R2): who was taken over changes nothing.

import { waitCapMs } from '../limits.js'
import { backoffMs } from '../network/backoff.js'
import { originOf } from '../outbox/delivery-requirements.js'
import { transition } from '../outbox/entry-state.js'
import { deferEntry, endEntry, putInDoubt, returnToUser } from '../outbox/lanes.js'
import {
  afterOutcome,
  countsAgainstEntry,
  healthyOrigin,
  withRetention,
} from '../outcomes/circuit-breaker.js'

import { withLastFailure } from '../outcomes/last-failure.js'
import type { Outcome } from '../outcomes/outcome.js'
import type { SendingEntry } from '../rows/entry.js'
import { troubleAfter } from '../rows/failure-run.js'
import type { OriginRow, PartitionRow } from '../rows/rows.js'
import type { StoreTransaction } from '../rows/store.js'
import type { Attempted } from './attempt.js'
import { findLeasedEntry } from './find-leased-entry.js'

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
  const entry = await findLeasedEntry(tx, claimed)
  if (entry === undefined) return false
  const { now } = options
  const name = originOf(entry.channel)
  const origin = origins.get(name) ?? healthyOrigin(name)
  const moment = { lane: entry.lane, now, random: options.random() }
  const after = withRetention(afterOutcome(origin, outcome, moment), retentionMs)
  origins.set(name, withLastFailure(after, outcome, entry, now))
  switch (outcome.kind) {
    case 'delivered':
    case 'confirmed':
      await endEntry(tx, row, entry, outcome, now)
      break
    case 'returned':
      await returnToUser(tx, row, transition(entry, { sent: true, ...outcome, type: 'returned', now }))
      break
    case 'inDoubt':
      putInDoubt(tx, row, entry, outcome, now)
      break
    case 'paused':
      if (entry.lease.session === row.session) row.paused = outcome.reason
      deferEntry(tx, row, entry, outcome, { notBefore: now, now, counts: false, sent: true, effect: 'none' })
      break
    case 'retry':
      await retryLater(tx, row, entry, outcome, { ...options, counts: countsAgainstEntry(origin, outcome) })
  }
  return true
}

async function retryLater(
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
    return returnToUser(tx, row, transition(entry, { type: 'returned', ...why, sent, now }))
  }
  // While the network is away the origin's probes set the pace: the entry stays due, behind those not yet tried.
  const isAway = outcome.counts === 'away' || outcome.counts === 'unreachable'
  const waits = !isAway || counts || Boolean(outcome.retryAfterMs)
  // A failure that does not count makes the wait longer too, even where a server says `Retry-After: 0` for ever.
  const round = Math.max(entry.failures, troubleAfter(entry, outcome, now).times - 1)
  const delayMs = waits ? Math.min(backoffMs(round, random(), outcome.retryAfterMs), waitCapMs) : 0
  deferEntry(tx, row, entry, outcome, { notBefore: now + delayMs, now, counts, sent, effect })
}
