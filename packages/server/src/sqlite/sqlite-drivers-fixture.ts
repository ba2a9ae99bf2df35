// The drivers that the store stands on. Each of its tests runs on all that are installed.
import { createRequire } from 'node:module'
import type BetterSqlite3 from 'better-sqlite3'
import Libsql from 'libsql'
import type { SqliteDatabase } from '../sqlite.js'

export interface TestDatabase extends SqliteDatabase {
  close(): void
  defaultSafeIntegers(isOn: boolean): unknown
}

type Driver = readonly [name: string, open: (file: string) => TestDatabase]

export const drivers: readonly Driver[] = [['libsql', (file) => new Libsql(file)], ...betterSqlite3()]

/** The same, set to give each integer as a bigint. */
export const bigIntDrivers: readonly Driver[] = drivers.map(([name, open]) => [
  `${name} with defaultSafeIntegers`,
  (file) => {
    const database = open(file)
    database.defaultSafeIntegers(true)
    return database
  },
])

/** It compiles for minutes where its download fails, so `npm install` leaves it out, and CI does not. */
function betterSqlite3(): readonly Driver[] {
  try {
    const Database: typeof BetterSqlite3 = createRequire(import.meta.url)('better-sqlite3')
    return [['better-sqlite3', (file) => new Database(file)]]
  } catch {
    return []
  }
}
