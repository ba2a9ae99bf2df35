// The embedded database. One connection writes and one reads, so that no read ever sees an uncommitted transaction.
// With WAL and synchronous=FULL every answered success survives a kill and a power cut.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import type { SqliteValue } from 'redux-broker-server/sqlite'
import { seed } from './seed.js'

/** The reading connection, or a transaction, which sees its own changes. */
export interface SqlReader {
  prepare(sql: string): { get(...values: SqliteValue[]): unknown; all(...values: SqliteValue[]): unknown[] }
}

/** A transaction that writes. An effect and its row in the ledger are one transaction. */
export interface SqlWriter extends SqlReader {
  prepare(sql: string): ReturnType<SqlReader['prepare']> & { run(...values: SqliteValue[]): unknown }
}

export interface Databases {
  /** For `sqliteStore` alone. All other code writes through its `transaction`, one at a time. */
  readonly writer: Database.Database
  readonly reader: Database.Database
  close(): void
}

const schema = `
  CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, user TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS tokens (hash TEXT PRIMARY KEY, session TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS posts (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, author TEXT NOT NULL, text TEXT NOT NULL,
    likes_before INTEGER NOT NULL, claps INTEGER NOT NULL, version INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS likes (post TEXT NOT NULL, user TEXT NOT NULL, PRIMARY KEY (post, user)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS comments (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, post TEXT NOT NULL, author TEXT NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS comments_by_post ON comments (post, position);
  CREATE TABLE IF NOT EXISTS photos (id TEXT PRIMARY KEY, owner TEXT NOT NULL, type TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS effects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL,
    user TEXT NOT NULL, key TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
`

/** Opens the database in `folder`. A new database is created and seeded. */
export function openDatabases(folder: string): Databases {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'demo.db')
  const writer = connect(file)
  writer.exec('PRAGMA synchronous = FULL')
  writer
    .transaction(() => {
      writer.exec(schema)
      const { count } = writer.prepare('SELECT count(*) AS count FROM users').get() as { count: number }
      if (count === 0) seed(writer)
    })
    .immediate()
  const reader = connect(file)
  reader.exec('PRAGMA query_only = ON')

  return {
    writer,
    reader,
    close: () => {
      reader.close()
      writer.close()
    },
  }
}

/** Back to the seed. All that people did is gone, with the sessions and the ledger's effects. */
export function restoreSeed(tx: SqlWriter): void {
  for (const table of ['users', 'sessions', 'tokens', 'posts', 'likes', 'comments', 'photos', 'effects']) {
    tx.prepare(`DELETE FROM ${table}`).run()
  }
  seed(tx)
}

/** A connection in WAL mode that waits where another process (a server about to end) still writes. */
export function connect(file: string): Database.Database {
  const database = new Database(file, { timeout: 5000 })
  database.exec('PRAGMA journal_mode = WAL')
  return database
}
