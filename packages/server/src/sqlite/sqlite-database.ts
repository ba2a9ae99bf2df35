// The part of a SQLite driver that the store needs, which libsql and better-sqlite3 both have.

/** A boolean is not among them. SQLite has none, and libsql ends the whole process when it is given one. */
export type SqliteValue = null | number | bigint | string | Uint8Array

/** A database of libsql or of better-sqlite3. */
export interface SqliteDatabase {
  readonly open: boolean
  readonly inTransaction: boolean
  exec(sql: string): unknown
  pragma(source: string): unknown
  prepare(sql: string): {
    run(...values: unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint }
    get(...values: unknown[]): unknown
    all(...values: unknown[]): unknown[]
  }
}
