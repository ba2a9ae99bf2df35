// Accepts captures in the caller's one transaction, each with its place in the order of commits.

import type { Limits } from '../limits.js'
import { type EntryCore, entryVersion, toRow } from '../rows/entry.js'
import { findEntry, keySpan } from '../rows/key-spans.js'
import { isValidPartition } from '../rows/partition-validation.js'
import type { AppSettings, PartitionRow } from '../rows/rows.js'
import type { Key, StoreTransaction } from '../rows/store-port.js'
import { isCount } from '../type-checks.js'
import { shrinkJournal } from './journal.js'
import { blockedOf } from './lanes.js'
import { newPartition } from './partition.js'
import { rebuiltCounts } from './rebuild-counts.js'

/** The entry that a route made of one action, but for the fields that its acceptance decides. */
export type Capture = Pick<
  EntryCore,
  | 'id'
  | 'key'
  | 'lane'
  | 'channel'
  | 'action'
  | 'request'
  | 'server'
  | 'success'
  | 'refusedWhen'
  | 'onReturned'
  | 'repeatable'
  | 'onUnknownEffect'
  | 'bytes'
>

export type Appended =
  | { readonly status: 'accepted'; readonly id: string; readonly seq: number }
  | { readonly status: 'notAccepted'; readonly id: string; readonly reason: 'outboxFull' }

/** The places that captures may take, as the transaction finds them. */
export interface FreePlaces {
  readonly row: PartitionRow
  /** Lanes that have an entry. */
  readonly occupied: readonly string[]
}

/** All is asked at once, since every answer of a database is a round trip. */
export async function findPlaces(
  tx: StoreTransaction,
  partition: string,
  lanes: readonly string[],
): Promise<FreePlaces> {
  const heads = lanes.map((lane) => tx.firstKey(keySpan('entries', [partition, lane], 'lane')))
  const [stored, lastEntry, lastLetter, ...found] = await Promise.all([
    tx.get('partitions', [partition]),
    tx.lastKey(keySpan('entries', [partition])),
    tx.lastKey(keySpan('deadLetters', [partition])),
    ...heads,
  ])
  const isSound =
    stored !== undefined &&
    isValidPartition(stored) &&
    (stored.waiting > 0 || lastEntry === undefined) &&
    // A row that counts too few places would have an accepted entry overwritten.
    [lastEntry, lastLetter].every((last) => isPlaceBefore(last, stored.nextSeq))
  const row = isSound ? stored : await rebuiltCounts(tx, newPartition(partition), stored)
  return { row, occupied: lanes.filter((_, i) => found[i] !== undefined) }
}

/** Whether the place in a key is an earlier one, where there is a key. */
const isPlaceBefore = (key: Key | undefined, place: number): boolean => {
  const [, seq] = (key ?? []) as readonly Key[]
  return key === undefined || (isCount(seq) && seq < place)
}

/** In the order given. A capture that no longer fits is not accepted; accepted entries never make room (P10). */
export async function append(
  tx: StoreTransaction,
  { row, occupied }: FreePlaces,
  captures: readonly Capture[],
  { now, limits, app }: { readonly now: number; readonly limits: Limits; readonly app?: AppSettings },
): Promise<readonly Appended[]> {
  const free = lanesOf(captures).filter((lane) => !occupied.includes(lane))
  const taken = new Set([...occupied, ...(await blockedOf(tx, row, free))])
  const bytes = captures.reduce((sum, capture) => sum + capture.bytes, 0)
  await shrinkJournal(tx, row, limits.bytesMax - row.bytes - bytes)
  const appended = captures.map((capture): Appended => {
    const { id, lane } = capture
    if (row.waiting + row.dead >= limits.entriesMax || row.bytes + capture.bytes > limits.bytesMax)
      return { status: 'notAccepted', id, reason: 'outboxFull' }
    const seq = row.nextSeq++
    row.waiting += 1
    row.bytes += capture.bytes
    row.channels = [...new Set([...row.channels, capture.channel])]
    tx.put('entries', toRow({ ...capture, ...fresh(row.partition, seq, now), head: !taken.has(lane) }))
    taken.add(lane)
    return { status: 'accepted', id, seq }
  })
  // `discardAll` took the app's word off the row.
  tx.put('partitions', { ...app, ...row })
  return appended
}

export const lanesOf = (captures: readonly Pick<Capture, 'lane'>[]): readonly string[] => [
  ...new Set(captures.map(({ lane }) => lane)),
]

/** Captures that an earlier try has stored, though its commit was never told. They must not be stored twice. */
export async function findAppended(
  tx: StoreTransaction,
  partition: string,
  captures: readonly Capture[],
): Promise<readonly Appended[]> {
  const found = await Promise.all(captures.map(({ id }) => findEntry(tx, partition, id)))
  return found.flatMap((entry) => (entry ? { status: 'accepted', id: entry.id, seq: entry.seq } : []))
}

const fresh = (partition: string, seq: number, now: number) =>
  ({
    version: entryVersion,
    partition,
    seq,
    state: 'waiting',
    notBefore: now,
    savedAt: now,
    acceptedAt: now,
    attempts: 0,
    failures: 0,
    fence: 0,
    effect: 'none',
  }) as const
