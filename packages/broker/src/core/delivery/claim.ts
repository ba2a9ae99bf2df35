// Takes due heads of lanes for sending, by one bounded read for each channel, in the caller's transaction.

import { type Surroundings, unmetAt } from '../conditions/conditions.js'
import type { Reachability } from '../network/reachability.js'
import {
  type CanSend,
  conditionsOf,
  originOf,
  preparesHeaders,
  sendableChannels,
} from '../outbox/delivery-requirements.js'
import { putInDoubt } from '../outbox/end-entry.js'
import { transition } from '../outbox/entry-state.js'
import { sessionOf } from '../outbox/partition.js'
import { isValidEntry } from '../outbox/row-validation.js'
import { allowedRequests, healthyOrigin, type WakeReason } from '../outcomes/circuit-breaker.js'
import { mayBeForgotten } from '../outcomes/key-retention.js'
import { type EntryRow, isRepeatable, type SendingEntry, toRow, type WaitingEntry } from '../rows/entry.js'
import { keySpan } from '../rows/key-spans.js'
import { isValidOrigin } from '../rows/origin-validation.js'
import type { OriginRow, PartitionRow } from '../rows/rows.js'
import type { Span, StoreTransaction } from '../rows/store-port.js'

export interface ClaimOptions {
  readonly owner: string
  readonly now: number
  readonly probe: WakeReason
  /** How many requests may be in flight to one origin. */
  readonly concurrencyMax: number
  /** Origins of the requests in flight, one for each. */
  readonly inFlight: readonly string[]
  readonly serves: CanSend
  readonly surroundings?: Surroundings
  readonly reachability?: Pick<Reachability, 'isFresh'> | undefined
}

export interface Claims {
  readonly claimed: readonly SendingEntry[]
  /** Entries that would have been due, and must not be sent again without a person's word. */
  readonly doubted: readonly WaitingEntry[]
}

/**
 * Claims nothing while the partition is paused, or is not the one of the browser's present session (P6). Where
 * it leaves entries in doubt, the row of the partition has changed.
 */
export async function claim(
  tx: StoreTransaction,
  row: PartitionRow,
  origins: Map<string, OriginRow>,
  { owner, now, probe, concurrencyMax, inFlight, serves, surroundings = {}, reachability }: ClaimOptions,
): Promise<Claims> {
  const claimed: SendingEntry[] = []
  const doubted: WaitingEntry[] = []
  if (row.paused !== undefined) return { claimed, doubted }
  if ((await sessionOf(tx, row.partition)) === undefined) return { claimed, doubted }
  const sentTo = [...inFlight]
  const due: WaitingEntry[] = []
  /** Entries due since the last probe of an origin that rests. An entry that was never tried is the next probe. */
  const taps: WaitingEntry[] = []
  const healthOf = (origin: string) => origins.get(origin) ?? healthyOrigin(origin)
  const allowedTo = (origin: string) => {
    const busy = sentTo.filter((other) => other === origin).length
    return Math.min(allowedRequests(healthOf(origin), probe, now, busy), concurrencyMax - busy)
  }
  for (const channel of sendableChannels(row, serves)) {
    if (unmetAt(conditionsOf(channel), now, surroundings) !== undefined) continue
    const allowed = allowedTo(originOf(channel))
    if (allowed <= 0) continue
    const span = { ...dueIn(row, channel), to: [row.partition, channel, now] }
    const { rest, probedAt } = healthOf(originOf(channel))
    // A clock that was set back shows no time since the probe, and IndexedDB refuses a span that ends before it begins.
    if (rest?.kind === 'away' && probedAt < now)
      taps.push(...(await dueHeads(tx, { ...span, from: [row.partition, channel, probedAt + 1] }, tapsMax)))
    due.push(...(await dueHeads(tx, span, allowed)))
  }
  const isNew = ({ trouble, firstSentAt }: WaitingEntry) => (trouble ?? firstSentAt) === undefined
  // A channel whose entries never leave must not take the turns of the others.
  for (const head of [...taps.filter(isNew).sort(byTime), ...due.sort(byTime)]) {
    const { channel } = head
    const origin = originOf(channel)
    const health = healthOf(origin)
    if (allowedTo(origin) <= 0) continue
    if (mayBeForgotten(head, health.retentionMs, now)) {
      putInDoubt(tx, row, head, { reason: 'retentionOver' }, now)
      doubted.push(head)
      continue
    }
    const mayWait =
      reachability !== undefined && (preparesHeaders(channel, row) || !reachability.isFresh(origin))
    const knocking = !isRepeatable(head) && mayWait
    const entry = transition(head, { type: 'claimed', owner, session: row.session, knocking, now })
    tx.put('entries', toRow(entry))
    claimed.push(entry)
    sentTo.push(origin)
    if (health.rest !== undefined) origins.set(origin, { ...health, probedAt: now })
  }
  if (claimed.length > 0) row.claims = (row.claims ?? 0) + claimed.length
  return { claimed, doubted }
}

const tapsMax = 20
const byTime = (a: WaitingEntry, b: WaitingEntry) => a.notBefore - b.notBefore

/** Rows that cannot be read stay at the front of the span for good. More of the span is read then. */
async function dueHeads(
  tx: StoreTransaction,
  span: Span<'entries'>,
  limit: number,
): Promise<readonly WaitingEntry[]> {
  for (let read = limit; ; read *= 10) {
    const rows = await tx.list(span, read)
    const heads = rows.filter(isHead).slice(0, limit)
    if (heads.length === limit || rows.length < read) return heads
  }
}

const isHead = (row: EntryRow): row is EntryRow & WaitingEntry =>
  isValidEntry(row) && row.state === 'waiting' && row.head

const dueIn = ({ partition }: PartitionRow, channel: string) =>
  keySpan('entries', [partition, channel], 'due')

/** A channel, and when the first lane head of it becomes due. */
export interface Due {
  readonly channel: string
  readonly at: number
  /** When that was written. A time to come shows that the clock went back. */
  readonly savedAt?: number
}

/** Of the channels served those in which some head waits, whatever else it waits for. */
export async function nextDue(
  tx: StoreTransaction,
  row: PartitionRow,
  serves: CanSend,
): Promise<readonly Due[]> {
  const dues = await Promise.all(
    sendableChannels(row, serves).map(async (channel) => {
      const [head] = await dueHeads(tx, dueIn(row, channel), 1)
      return head === undefined ? [] : [{ channel, at: head.notBefore, savedAt: head.savedAt }]
    }),
  )
  return dues.flat()
}

/** The rows of the origins that a partition's entries go to. */
export async function readOrigins(
  tx: StoreTransaction,
  { channels }: PartitionRow,
): Promise<readonly OriginRow[]> {
  const names = [...new Set(channels.map(originOf))]
  const rows = await Promise.all(names.map((name) => tx.get('origins', [name])))
  return rows.filter((row) => row !== undefined).filter(isValidOrigin)
}
