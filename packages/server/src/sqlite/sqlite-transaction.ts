// The transaction a handler works with on SQLite. It sends statements on the store's own connection, as long as it
// lasts. Promise: nothing is written through it before or after its transaction, nor when SQLite has already undone
// it.
import type { SqliteDatabase, SqliteValue } from './sqlite-database.js'
import { checkStatement } from './sqlite-statement.js'

/** A row by column names. Blobs are Uint8Array. */
export type SqliteRow = Readonly<Record<string, SqliteValue>>

export interface SqliteStatement {
  run(...values: readonly SqliteValue[]): {
    readonly changes: number
    readonly lastInsertRowid: number | bigint
  }
  /** The first row, or undefined where there is none. */
  get(...values: readonly SqliteValue[]): SqliteRow | undefined
  all(...values: readonly SqliteValue[]): SqliteRow[]
}

export interface SqliteTx {
  /**
   * Prepares one statement with `?` for its values.
   * @throws where the SQL is wrong, and on COMMIT, ATTACH or a PRAGMA with a value, which would end the transaction
   * or outlive it
   */
  prepare(sql: string): SqliteStatement
}

/** Asks first whether it is open, since libsql ends the whole process when a closed database is asked. */
export function isInTransaction(database: SqliteDatabase): boolean {
  return database.open && database.inTransaction
}

/** The handle and the way to take it back. After `close` its statements throw. */
export function openTransaction(database: SqliteDatabase): { readonly tx: SqliteTx; close(): void } {
  let isOpen = true
  const assertOpen = (): void => {
    if (!isOpen) throw new Error('this transaction is over. Await all work on it before the handler returns')
    if (!isInTransaction(database))
      throw new Error('SQLite has rolled back this transaction after an error. Let the handler throw')
  }
  const tx: SqliteTx = {
    prepare: (sql) => {
      checkStatement(sql)
      assertOpen()
      return guardedStatement(database, sql, assertOpen)
    },
  }
  return {
    tx,
    close: () => {
      isOpen = false
    },
  }
}

function guardedStatement(database: SqliteDatabase, sql: string, assertOpen: () => void): SqliteStatement {
  const statement = database.prepare(sql)
  // Values go to the driver as one array, since it would read a lone object as named parameters.
  const bind = (values: readonly SqliteValue[]): SqliteValue[] => {
    assertOpen()
    return checkedValues(values)
  }
  return {
    run: (...values) => {
      const { changes, lastInsertRowid } = statement.run(bind(values))
      return { changes, lastInsertRowid }
    },
    get: (...values) => {
      const row = statement.get(bind(values))
      return row === undefined ? undefined : plainRow(row)
    },
    all: (...values) => statement.all(bind(values)).map(plainRow),
  }
}

/** The values, no boolean among them, since libsql ends the whole process when it is given one. */
export function checkedValues(values: readonly SqliteValue[]): SqliteValue[] {
  for (const value of values) {
    if (typeof value === 'boolean')
      throw new TypeError(`got ${value}, expected 1 or 0, since SQLite has no booleans`)
  }
  return [...values]
}

/** A row without libsql's `_metadata`, its blobs all of one type. */
function plainRow(row: unknown): SqliteRow {
  const plain: Record<string, SqliteValue> = {}
  for (const [name, value] of Object.entries(row as Record<string, SqliteValue | ArrayBuffer>)) {
    if (name === '_metadata') continue
    const isBlob = value instanceof ArrayBuffer || value instanceof Uint8Array
    plain[name] = isBlob ? new Uint8Array(value) : value
  }
  return plain
}
