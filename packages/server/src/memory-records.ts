// The records of the memory store: what sqlite-records.ts is to SQLite, over a map.
import { recordName } from './record-name.js'
import type { Claim, KeptRecord, Moments, Purged, RecordId } from './store.js'
import type { StoredAnswer } from './stored-answer.js'

export type MemoryRecords = Map<string, MemoryRecord>

interface MemoryRecord {
  readonly principal: string
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
  records.set(recordName(id), { principal: id.principal, fingerprint, expiresAt, answer })
}

/** The sealed record of an id that is not forgotten. */
export function findRecord(
  records: MemoryRecords,
  id: RecordId,
  { now, forgottenBy }: Moments,
): KeptRecord | undefined {
  const record = records.get(recordName(id))
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
  const removed = removeWhere(records, recordsMax, ({ expiresAt }) => expiresAt <= forgottenBy)
  let entombed = 0
  for (const [name, record] of records) {
    const { expiresAt, answer } = record
    if (expiresAt > now || 'statusClass' in answer) continue
    if (removed + entombed === recordsMax) break
    records.set(name, { ...record, answer: { statusClass: Math.floor(answer.status / 100) } })
    entombed += 1
  }
  return { removed, entombed }
}

export function removeRecordsOf(records: MemoryRecords, principal: string, recordsMax: number): number {
  return removeWhere(records, recordsMax, (record) => record.principal === principal)
}

function removeWhere(
  records: MemoryRecords,
  recordsMax: number,
  isMeant: (record: MemoryRecord) => boolean,
): number {
  let removed = 0
  for (const [name, record] of records) {
    if (removed === recordsMax) break
    if (isMeant(record)) {
      records.delete(name)
      removed += 1
    }
  }
  return removed
}
