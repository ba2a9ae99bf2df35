// The ledger of every request that arrived and every effect that was applied, for tests and benchmarks. Promise: an
// effect's row commits with the effect. Attempts stand in a file of their own, written with synchronous=OFF (about 40
// µs each). They survive a killed server, but not a power cut, which no test brings about.
import { join } from 'node:path'
import { connect, type SqlReader, type SqlWriter } from './database.js'

export type EffectKind = 'like' | 'unlike' | 'clap' | 'post' | 'comment'

export interface Effect {
  readonly kind: EffectKind
  /** The post that was liked, clapped for, commented on or made. */
  readonly target: string
  readonly user: string
  readonly key: string
}

/** How an attempt ended, or null while it is being answered. */
export type AttemptStatus = number | 'dropped' | 'cut' | 'stalled' | 'aborted' | null

export interface Arrival {
  readonly method: string
  readonly path: string
  readonly key: string | null
  readonly user: string | null
}

export interface LedgerContent {
  readonly attempts: readonly (Arrival & { seq: number; at: number; status: AttemptStatus })[]
  readonly effects: readonly (Effect & { seq: number; at: number })[]
}

export interface Attempt {
  /** Says how it ended. The first word stands, but that an answer which did not leave whole is `aborted`. */
  end(status: AttemptStatus): void
}

export interface Ledger {
  arrived(arrival: Arrival): Attempt
  /** Writes the effect's row into the transaction that applies it. */
  record(tx: SqlWriter, effect: Effect): void
  read(): LedgerContent
  emptyAttempts(): void
  close(): void
}

const schema = `
  PRAGMA synchronous = OFF;
  CREATE TABLE IF NOT EXISTS attempts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    key TEXT, user TEXT, status ANY
  ) STRICT;
  -- No answer went out for what a killed server had in hand: its sockets died with it.
  UPDATE attempts SET status = 'dropped' WHERE status IS NULL;
`

export function openLedger(folder: string, effects: SqlReader): Ledger {
  const attempts = connect(join(folder, 'attempts.db'))
  attempts.exec(schema)
  return {
    arrived: ({ method, path, key, user }) => {
      const row = attempts
        .prepare('INSERT INTO attempts (at, method, path, key, user) VALUES (?, ?, ?, ?, ?)')
        .run(Date.now(), method, path, key, user)
      return createAttempt((status) => {
        attempts.prepare('UPDATE attempts SET status = ? WHERE seq = ?').run(status, row.lastInsertRowid)
      })
    },
    record: (tx, { kind, target, user, key }) => {
      tx.prepare('INSERT INTO effects (at, kind, target, user, key) VALUES (?, ?, ?, ?, ?)').run(
        Date.now(),
        kind,
        target,
        user,
        key,
      )
    },
    read: () => ({
      attempts: attempts
        .prepare('SELECT seq, at, method, path, key, user, status FROM attempts ORDER BY seq')
        .all() as LedgerContent['attempts'],
      effects: effects
        .prepare('SELECT seq, at, kind, target, user, key FROM effects ORDER BY seq')
        .all() as LedgerContent['effects'],
    }),
    emptyAttempts: () => attempts.exec('DELETE FROM attempts'),
    close: () => attempts.close(),
  }
}

function createAttempt(write: (status: AttemptStatus) => void): Attempt {
  let ended: AttemptStatus = null
  return {
    end: (status) => {
      const isAnswerCutShort = typeof ended === 'number' && status === 'aborted'
      if (ended !== null && !isAnswerCutShort) return
      ended = status
      write(status)
    },
  }
}
