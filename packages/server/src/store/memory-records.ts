// The records of the memory store, in maps. They are the counterpart of sqlite-records.ts.

import type { StoredAnswer } from '../answer/stored-answer.js'
import type { JudgedClaim } from './held-clock.js'
import type { Claim, KeptRecord, Moments, Purged, RecordId } from './store.js'

/** The records of each user, by their keys. A user without records is not in it. */
export type MemoryRecords = Map<string, Map<string, MemoryRecord>>

interface MemoryRecord {
  readonly fingerprint: string
  readonly expiresAt: number
  /** Of a tombstone only the class of its status is left. */
  readonly answer: StoredAnswer | { readonly statusClass: number }
}

export function sealRecord(
  records: MemoryRecords,
  { id, fingerprint, expiresAt }: Claim,
  answer: StoredAnswer,
): void {
  const own = records.get(id.principal) ?? new Map<string, MemoryRecord>()
  records.set(id.principal, own.set(id.key, { fingerprint, expiresAt, answer }))
}

/**
 * When one more record has room, in epoch milliseconds, or undefined where it has room now. Counts to the bound at
 * most.
 */
export function fullUntil(
  records: MemoryRecords,
  { id, roomBy, recordsMax }: JudgedClaim,
): number | undefined {
  let count = 0
  let first = Number.POSITIVE_INFINITY
  for (const { expiresAt } of records.get(id.principal)?.values() ?? []) {
    if (expiresAt <= roomBy) continue
    count += 1
    first = Math.min(first, expiresAt)
    if (count >= recordsMax) return first
  }
  return undefined
}

/** The sealed record of an id that is not forgotten. */
export function findRecord(
  records: MemoryRecords,
  { principal, key }: RecordId,
  { now, forgottenBy }: Moments,
): KeptRecord | undefined {
  const record = records.get(principal)?.get(key)
  if (record === undefined || record.expiresAt <= forgottenBy) return undefined
  const { fingerprint, expiresAt, answer } = record
  if (expiresAt <= now || 'statusClass' in answer) return { kind: 'expired', fingerprint }
  return { kind: 'stored', fingerprint, answer }
}

export function purgeRecords(
  records: MemoryRecords,
  { now, forgottenBy }: Moments,
  recordsMax: number,
): Purged {
  let removed = 0
  for (const principal of [...records.keys()]) {
    removed += removeWhere(
      records,
      principal,
      recordsMax - removed,
      ({ expiresAt }) => expiresAt <= forgottenBy,
    )
  }
  let entombed = 0
  for (const own of records.values()) {
    for (const [key, record] of own) {
      const { expiresAt, answer } = record
      if (removed + entombed === recordsMax) return { removed, entombed }
      if (expiresAt > now || 'statusClass' in answer) continue
      own.set(key, { ...record, answer: { statusClass: Math.floor(answer.status / 100) } })
      entombed += 1
    }
  }
  return { removed, entombed }
}

export function removeRecordsOf(records: MemoryRecords, principal: string, recordsMax: number): number {
  return removeWhere(records, principal, recordsMax, () => true)
}

function removeWhere(
  records: MemoryRecords,
  principal: string,
  recordsMax: number,
  isMeant: (record: MemoryRecord) => boolean,
): number {
  const own = records.get(principal)
  let removed = 0
  for (const [key, record] of own ?? []) {
    if (removed === recordsMax) break
    if (isMeant(record)) {
      own?.delete(key)
      removed += 1
    }
  }
  if (own?.size === 0) records.delete(principal)
  return removed
}
