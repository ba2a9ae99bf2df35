// The table of records in SQLite: one row for each key, claimed by one statement.
import type { Database } from 'libsql'
import type { SqliteRow, SqliteTx } from './sqlite-transaction.js'
import type { Claim, StoredRecord } from './store.js'
import type { StoredAnswer, StoredBody } from './stored-answer.js'

/** Made by the store where it is missing. `status` is null while the work runs, `body` where it was elided. */
export const recordsTable = `CREATE TABLE IF NOT EXISTS idempotency_records (
  principal TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  status INTEGER,
  headers TEXT,
  body BLOB,
  PRIMARY KEY (principal, key)
) STRICT`

/** Whether the id was free, or its record expired: then this claim holds it. One statement is the arbiter (SC6). */
export function insertClaim(tx: SqliteTx, { id, fingerprint, now, expiresAt }: Claim): boolean {
  const insert = tx.prepare(
    `INSERT INTO idempotency_records (principal, key, fingerprint, created_at, expires_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (principal, key) DO UPDATE SET fingerprint = excluded.fingerprint, created_at = excluded.created_at,
       expires_at = excluded.expires_at, status = NULL, headers = NULL, body = NULL
     WHERE idempotency_records.expires_at <= excluded.created_at`,
  )
  return insert.run(id.principal, id.key, fingerprint, now, expiresAt).changes === 1
}

export function sealRecord(tx: SqliteTx, { id }: Claim, { status, headers, body }: StoredAnswer): void {
  tx.prepare(
    'UPDATE idempotency_records SET status = ?, headers = ?, body = ? WHERE principal = ? AND key = ?',
  ).run(status, JSON.stringify(headers), body.kind === 'whole' ? body.bytes : null, id.principal, id.key)
}

/** The sealed record of an id that has not expired. */
export function findRecord(database: Database, { id, now }: Claim): StoredRecord | undefined {
  const row = database
    .prepare(
      `SELECT fingerprint, status, headers, body FROM idempotency_records
       WHERE principal = ? AND key = ? AND expires_at > ? AND status IS NOT NULL`,
    )
    .get([id.principal, id.key, now])
  return row === undefined ? undefined : recordOf(row as SqliteRow)
}

function recordOf(row: SqliteRow): StoredRecord {
  const { fingerprint, status, headers, body } = row
  const stored: StoredBody =
    body instanceof Uint8Array ? { kind: 'whole', bytes: new Uint8Array(body) } : { kind: 'elided' }
  return {
    kind: 'stored',
    fingerprint: String(fingerprint),
    answer: { status: Number(status), headers: JSON.parse(String(headers)), body: stored },
  }
}
