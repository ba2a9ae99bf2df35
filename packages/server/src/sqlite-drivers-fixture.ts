// The drivers that the store stands on: each of its tests runs on both.
import BetterSqlite3 from 'better-sqlite3'
import Libsql from 'libsql'
import type { SqliteDatabase } from './sqlite.js'

export interface TestDatabase extends SqliteDatabase {
  close(): void
}

export const drivers: readonly (readonly [name: string, open: (file: string) => TestDatabase])[] = [
  ['libsql', (file) => new Libsql(file)],
  ['better-sqlite3', (file) => new BetterSqlite3(file)],
]
