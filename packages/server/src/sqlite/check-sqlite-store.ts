// Checks the arguments of `sqliteStore`.
import { checkFunction, checkNames, checkNumber } from '../options/check-values.js'
import { timerMsMax } from '../options/limits.js'
import type { SqliteDatabase } from './sqlite-database.js'

const mending = 'give a database of libsql or better-sqlite3, as in sqliteStore(new Database(file))'

export function checkSqliteStore(database: SqliteDatabase, options: { readonly waitMs?: number }): void {
  // Asked for by name, since a driver's functions lie on its prototype.
  const given: Partial<SqliteDatabase> = database ?? {}
  for (const name of ['exec', 'pragma', 'prepare'] as const) {
    checkFunction(`sqliteStore: ${name} of the database`, given[name], mending)
  }
  if (given.open === false)
    throw new TypeError('sqliteStore: got a database that is closed, expected an open one')
  if (typeof given.inTransaction !== 'boolean') {
    throw new TypeError(`sqliteStore: got a database without inTransaction: ${mending}`)
  }
  if (given.inTransaction) {
    throw new TypeError('sqliteStore: got a database in a transaction. Commit it first')
  }
  checkNames('sqliteStore', options, ['waitMs'])
  checkNumber('waitMs', options.waitMs, [0, timerMsMax], 'milliseconds')
}
