// The table of records in SQLite, with one row for each key, claimed by one statement. A row without its answer is a
// tombstone. A row says `expired` from its `expires_at` on, also before a purge has taken its answer.

import type { StoredAnswer, StoredBody } from '../answer/stored-answer.js'
import type { JudgedClaim } from '../store/held-clock.js'
import type { Claim, KeptRecord, Moments, Purged, RecordId } from '../store/store.js'
import { momentsOfLook } from './sqlite-clock.js'
import type { SqliteDatabase } from './sqlite-database.js'
import { checkedValues, type SqliteRow, type SqliteTx } from './sqlite-transaction.js'

/**
 * Made by the store where it is missing. `status` is null while the work runs, `body` where it was elided. In a
 * tombstone `headers` and `body` are null and `status` is its class, 2, 3 or 4. The columns are older than
 * tombstones, so a process without them may use the table too. `conditions` is the second part of the fingerprint. A
 * process of version 0.1.0 knows the first part alone, and leaves `conditions` null. By the first index a purge costs
 * no more than it purges. The second index counts the records of one user.
 */
export const recordsTable = `CREATE TABLE IF NOT EXISTS idempotency_records (
  principal TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  status INTEGER,
  headers TEXT,
  body BLOB,
  conditions TEXT,
  PRIMARY KEY (principal, key)
) STRICT;
CREATE INDEX IF NOT EXISTS idempotency_records_by_age ON idempotency_records (headers IS NULL, expires_at);
CREATE INDEX IF NOT EXISTS idempotency_records_by_user ON idempotency_records (principal, expires_at)`

/** Adds the column that a table of version 0.1.0 lacks. */
export function addConditions(database: SqliteDatabase): void {
  const column = "SELECT 1 FROM pragma_table_info('idempotency_records') WHERE name = 'conditions'"
  const lacks = () => database.prepare(column).get([]) === undefined
  if (!lacks()) return
  database.exec('BEGIN IMMEDIATE')
  // Another process may have added it while this one waited.
  if (lacks()) database.exec('ALTER TABLE idempotency_records ADD COLUMN conditions TEXT')
  database.exec('COMMIT')
}

/** Whether this claim holds the id, which was free or had a forgotten record. One statement is the arbiter. */
export function insertClaim(tx: SqliteTx, { id, fingerprint, now, forgottenBy, expiresAt }: Claim): boolean {
  const insert = tx.prepare(
    `INSERT INTO idempotency_records (principal, key, fingerprint, conditions, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (principal, key) DO UPDATE SET fingerprint = excluded.fingerprint, conditions = excluded.conditions,
       created_at = excluded.created_at, expires_at = excluded.expires_at, status = NULL, headers = NULL, body = NULL
     WHERE idempotency_records.expires_at <= ?`,
  )
  const [print = '', conditions = null] = fingerprint.split('.')
  return insert.run(id.principal, id.key, print, conditions, now, expiresAt, forgottenBy).changes === 1
}

/**
 * When one more record has room, in epoch milliseconds, or undefined where this one has. Counts to the bound at most.
 */
export function fullUntil(tx: SqliteTx, { id, roomBy, recordsMax }: JudgedClaim): number | undefined {
  const unexpired = `SELECT expires_at FROM idempotency_records WHERE principal = ? AND expires_at > ?
    ORDER BY expires_at LIMIT 1`
  if (tx.prepare(`${unexpired} OFFSET ?`).get(id.principal, roomBy, recordsMax) === undefined)
    return undefined
  return Number(tx.prepare(unexpired).get(id.principal, roomBy)?.['expires_at'])
}

export function sealRecord(tx: SqliteTx, { id }: Claim, { status, headers, body }: StoredAnswer): void {
  tx.prepare(
    'UPDATE idempotency_records SET status = ?, headers = ?, body = ? WHERE principal = ? AND key = ?',
  ).run(status, JSON.stringify(headers), body.kind === 'whole' ? body.bytes : null, id.principal, id.key)
}

/** The sealed record of an id that is not forgotten. The clock comes along by the same query. */
export function findRecord(
  database: SqliteDatabase,
  { principal, key }: RecordId,
  moments: Moments,
): KeptRecord | undefined {
  const row = database
    .prepare(
      `SELECT fingerprint, conditions, expires_at, status, headers, body, seen, moved
       FROM idempotency_records LEFT JOIN idempotency_clock ON id = 1
       WHERE principal = ? AND key = ? AND status IS NOT NULL`,
    )
    .get(checkedValues([principal, key])) as SqliteRow | undefined
  if (row === undefined) return undefined
  const { now, forgottenBy } = momentsOfLook(database, row, moments)
  return Number(row['expires_at']) <= forgottenBy ? undefined : recordOf(row, now)
}

/** Removes first, since a forgotten record need not be entombed before. */
export function purgeRecords(tx: SqliteTx, { now, forgottenBy }: Moments, recordsMax: number): Purged {
  const some = `SELECT rowid FROM idempotency_records WHERE (headers IS NULL) = ? AND expires_at <= ? LIMIT ?`
  const remove = tx.prepare(`DELETE FROM idempotency_records WHERE rowid IN (${some})`)
  const entomb = tx.prepare(
    `UPDATE idempotency_records SET status = status / 100, headers = NULL, body = NULL WHERE rowid IN (${some})`,
  )
  const tombstones = remove.run(1, forgottenBy, recordsMax).changes
  const removed = tombstones + remove.run(0, forgottenBy, recordsMax - tombstones).changes
  return { removed, entombed: entomb.run(0, now, recordsMax - removed).changes }
}

export function removeRecordsOf(tx: SqliteTx, principal: string, recordsMax: number): number {
  const remove = tx.prepare(
    `DELETE FROM idempotency_records
     WHERE rowid IN (SELECT rowid FROM idempotency_records WHERE principal = ? LIMIT ?)`,
  )
  return remove.run(principal, recordsMax).changes
}

function recordOf(row: SqliteRow, now: number): KeptRecord {
  const { status, headers, body, conditions } = row
  const print = String(row['fingerprint'])
  const fingerprint = conditions === null ? print : `${print}.${conditions}`
  // After a clock that went back, a tombstone may lie before its time. It has no answer to give all the same.
  if (Number(row['expires_at']) <= now || headers === null) return { kind: 'expired', fingerprint }
  const stored: StoredBody =
    body instanceof Uint8Array ? { kind: 'whole', bytes: new Uint8Array(body) } : { kind: 'elided' }
  return {
    kind: 'stored',
    fingerprint,
    answer: { status: Number(status), headers: JSON.parse(String(headers)), body: stored },
  }
}
