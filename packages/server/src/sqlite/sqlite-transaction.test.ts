import { beforeEach, describe, expect, it } from 'vitest'
import { type SqliteTx, type SqliteValue, sqliteStore } from '../sqlite.js'
import type { IdempotencyStore } from '../store/store.js'
import { drivers } from './sqlite-drivers-fixture.js'

describe.each(drivers)('a transaction on SQLite by %s', (_name, openDatabase) => {
  let store: IdempotencyStore<SqliteTx>
  beforeEach(() => {
    const database = openDatabase(':memory:')
    database.exec('CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT UNIQUE, bytes BLOB)')
    store = sqliteStore(database)
  })
  const insert = 'INSERT INTO things (name, bytes) VALUES (?, ?)'

  it('returns rows by column names, blobs as Uint8Array, and undefined for no row', async () => {
    await store.transaction((tx) => {
      const bytes = new Uint8Array([1, 0, 255])
      expect(tx.prepare(insert).run('a', bytes)).toEqual({ changes: 1, lastInsertRowid: 1 })
      const row = { id: 1, name: 'a', bytes }
      expect(tx.prepare('SELECT * FROM things').get()).toEqual(row)
      expect(tx.prepare('SELECT * FROM things').all()).toEqual([row])
      expect(tx.prepare('SELECT * FROM things WHERE bytes = ?').all(bytes)).toEqual([row])
      expect(tx.prepare('SELECT * FROM things WHERE id = ?').get(2)).toBeUndefined()
      expect(tx.prepare('SELECT ? AS empty').get(null)).toEqual({ empty: null })
    })
  })

  it('refuses a boolean, which would crash the process', async () => {
    const refused = store.transaction((tx) => tx.prepare(insert).run(true as unknown as SqliteValue, null))
    await expect(refused).rejects.toThrow('expected 1 or 0')
  })

  it.each([
    'COMMIT',
    ' end;',
    'Rollback',
    'BEGIN IMMEDIATE',
    '/* x */ COMMIT',
    ';COMMIT',
    '-- x\nROLLBACK',
    '/*/ COMMIT */;-- to\n ; end transaction',
    '\uFEFFcommit',
    'ROLLBACK -- TO here\n',
    'rollback/* to here */',
    'COMMIT/*',
    'SAVEPOINT redux_broker_work',
    'release/**/"redux_broker_work"',
    'ROLLBACK TO Redux_Broker_work',
  ])('refuses %j, which would end the transaction', async (sql) => {
    await store.transaction((tx) => {
      tx.prepare(insert).run('a', null)
      expect(() => tx.prepare(sql)).toThrow(/the store begins and ends|the store's own/)
    })
    expect(await store.transaction((tx) => tx.prepare('SELECT name FROM things').all())).toHaveLength(1)
  })

  it.each([
    'PRAGMA synchronous = OFF',
    '/* x */ pragma main.journal_mode(delete)',
    'PRAGMA"busy_timeout"=9',
    ";ATTACH ':memory:' AS other",
    'detach main',
    '-- x\nVACUUM',
  ])('refuses %j, whose effect outlives the transaction', async (sql) => {
    await expect(store.transaction((tx) => tx.prepare(sql))).rejects.toThrow('outlives the transaction')
  })

  it('allows savepoints, and statements that only look like refused ones', async () => {
    await store.transaction((tx) => {
      for (const back of [
        'ROLLBACK TO here',
        'rollback/**/transaction to savepoint here',
        '; ROLLBACK -- x\nTO here',
      ]) {
        tx.prepare('SAVEPOINT here').run()
        tx.prepare(insert).run('a', null)
        tx.prepare(back).run()
        expect(tx.prepare('SELECT * FROM things').all()).toEqual([])
        tx.prepare('RELEASE here').run()
      }
      expect(tx.prepare('PRAGMA table_info(things)').all()).toHaveLength(3)
      expect(tx.prepare('PRAGMA foreign_keys').all()).toHaveLength(1)
      tx.prepare('PRAGMA defer_foreign_keys = ON')
      tx.prepare(insert).run('/* */ COMMIT', null)
      expect(tx.prepare("SELECT ';COMMIT' AS said -- COMMIT").get()).toEqual({ said: ';COMMIT' })
    })
  })

  it('goes on after a statement that failed alone', async () => {
    await store.transaction((tx) => {
      tx.prepare(insert).run('a', null)
      expect(() => tx.prepare(insert).run('a', null)).toThrow('UNIQUE')
      tx.prepare(insert).run('b', null)
    })
    expect(await store.transaction((tx) => tx.prepare('SELECT name FROM things').all())).toHaveLength(2)
  })

  it('refuses all later statements after a rollback by SQLite, even if the handler hides the error', async () => {
    const hidden = store.transaction((tx) => {
      tx.prepare(insert).run('a', null)
      const orRollback = tx.prepare('INSERT OR ROLLBACK INTO things (name) VALUES (?)')
      expect(() => orRollback.run('a')).toThrow('UNIQUE')
      expect(() => tx.prepare(insert)).toThrow('rolled back')
      expect(() => orRollback.run('b')).toThrow('rolled back')
    })
    await expect(hidden).rejects.toThrow('no transaction is active')
    expect(await store.transaction((tx) => tx.prepare('SELECT * FROM things').all())).toEqual([])
  })
})
