import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { answer, claimOf, expired, momentsAt, stored } from '../contract/contract-fixture.js'
import { sqliteStore } from '../sqlite.js'
import { drivers, type TestDatabase } from './sqlite-drivers-fixture.js'

describe.each(drivers)('records by %s', (_name, openDatabase) => {
  let folder = ''
  let database: TestDatabase
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'redux-broker-server-'))
    database = openDatabase(join(folder, 'app.db'))
  })
  afterEach(() => {
    vi.restoreAllMocks()
    database.close()
    rmSync(folder, { recursive: true })
  })

  const rows = () =>
    database
      .prepare(
        'SELECT key, fingerprint, expires_at, status, headers, body FROM idempotency_records ORDER BY key',
      )
      .all([])
  const seal = (key: string, expiresAt: number) =>
    sqliteStore(database).runOnce(claimOf(key, { expiresAt }), async () => ({
      kind: 'seal',
      answer,
      result: 'done',
    }))

  it.each([true, false])('refuse a look-up of %o, which would crash libsql', async (value) => {
    const store = sqliteStore(database)
    const id = { principal: value as unknown as string, key: 'k' }
    await expect(store.find(id, momentsAt(0))).rejects.toThrow('expected 1 or 0')
    await expect(store.find({ principal: 'ada', key: id.principal }, momentsAt(0))).rejects.toThrow(
      'booleans',
    )
    const work = async () => ({ kind: 'release', result: '' }) as const
    await expect(store.runOnce(claimOf('k', { id }), work)).rejects.toThrow('expected 1 or 0')
  })

  describe('a tombstone on disk', () => {
    it('has the key, the fingerprint and the class of the status, no headers and no body', async () => {
      await seal('k', 2_000)
      await sqliteStore(database).purge(momentsAt(2_000), 10)
      const fingerprint = 'f'.repeat(64)
      expect(rows()).toMatchObject([
        { key: 'k', fingerprint, expires_at: 2_000, status: 2, headers: null, body: null },
      ])
    })

    it('is found by a purge through the index, which skips all other records', async () => {
      const store = sqliteStore(database)
      const prepared = vi.spyOn(database, 'prepare')
      await store.purge(momentsAt(2_000), 10)
      const statements = prepared.mock.calls.map(([sql]) => sql).filter((sql) => /DELETE|UPDATE/.test(sql))
      vi.restoreAllMocks()
      expect(statements).toHaveLength(2)
      for (const sql of statements) {
        const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql.replaceAll('?', '1')}`).all([])
        expect(JSON.stringify(steps)).toContain('INDEX idempotency_records_by_age')
        expect(JSON.stringify(steps)).not.toContain('SCAN')
      }
    })
  })

  it('checks through an index whether a user has room for a record, without reading a row', async () => {
    const store = sqliteStore(database)
    const prepared = vi.spyOn(database, 'prepare')
    await store.runOnce(claimOf(), async () => ({ kind: 'release', result: '' }))
    const [sql = ''] = prepared.mock.calls.map(([sql]) => sql).filter((sql) => sql.includes('OFFSET'))
    vi.restoreAllMocks()
    const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql.replaceAll('?', '1')}`).all([])
    expect(JSON.stringify(steps)).toContain('USING COVERING INDEX idempotency_records_by_user')
    expect(JSON.stringify(steps)).not.toContain('SCAN')
  })

  describe('a table of an earlier version', () => {
    it('keeps every row, and reports expired ones', async () => {
      database.exec(`CREATE TABLE idempotency_records (
      principal TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL, status INTEGER, headers TEXT, body BLOB, PRIMARY KEY (principal, key)) STRICT`)
      const insert = database.prepare('INSERT INTO idempotency_records VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
      const { status, headers, body } = answer
      const bytes = body.kind === 'whole' ? body.bytes : null
      for (const [key, expiresAt] of [
        ['alive', 9_000],
        ['expired', 2_000],
      ] as const) {
        insert.run(['ada', key, 'f'.repeat(64), 1_000, expiresAt, status, JSON.stringify(headers), bytes])
      }
      const before = rows()

      const store = sqliteStore(database)

      expect(rows()).toEqual(before)
      expect(await store.find({ principal: 'ada', key: 'alive' }, momentsAt(5_000))).toEqual(stored)
      expect(await store.find({ principal: 'ada', key: 'expired' }, momentsAt(5_000))).toEqual(expired)
      expect(await store.purge(momentsAt(5_000), 10)).toEqual({ entombed: 1, removed: 0 })
    })
  })

  it('never returns a sealed record that is not committed yet', async () => {
    const store = sqliteStore(database)
    // The first claim notes the clock, in a commit of its own.
    await seal('first', 2_000)
    const exec = database.exec.bind(database)
    const told: unknown[] = []
    vi.spyOn(database, 'exec').mockImplementation((sql) => {
      if (sql === 'COMMIT') {
        told.push(store.find({ principal: 'ada', key: 'k' }, momentsAt(1_000)))
        throw new Error('disk full')
      }
      return exec(sql)
    })
    const work = async () => ({ kind: 'seal', answer, result: 'done' }) as const
    await expect(store.runOnce(claimOf(), work)).rejects.toThrow('disk full')
    expect(await Promise.all(told)).toEqual([{ kind: 'inProgress' }])
    expect(await store.find({ principal: 'ada', key: 'k' }, momentsAt(1_000))).toEqual({ kind: 'absent' })
  })

  it('checks in the claim itself whether an id was used, since the earlier look-up may be too early', async () => {
    const other = openDatabase(join(folder, 'app.db'))
    const store = sqliteStore(database)
    other.exec('BEGIN IMMEDIATE')
    const claimed = store.runOnce(claimOf('k', { now: 3_000, expiresAt: 4_000 }), () => {
      throw new Error('not to be called')
    })
    other
      .prepare('INSERT INTO idempotency_records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(['ada', 'k', 'f'.repeat(64), 1_000, 2_000, 201, '[]', null, null])
    other.exec('COMMIT')
    other.close()
    expect(await claimed).toEqual(expired)
  })
})
