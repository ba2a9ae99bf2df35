import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { answer, claimOf, expired, ran } from '../contract/contract-fixture.js'
import { sqliteStore } from '../sqlite.js'
import { StoreBusyError } from '../store/store.js'
import { drivers, type TestDatabase } from './sqlite-drivers-fixture.js'

const dayMs = 86_400_000
const start = 5_000 * dayMs

describe.each(drivers)('the clock by %s', (_name, openDatabase) => {
  let folder = ''
  let database: TestDatabase
  let other: TestDatabase
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'redux-broker-server-'))
    database = openDatabase(join(folder, 'app.db'))
    other = openDatabase(join(folder, 'app.db'))
  })
  afterEach(() => {
    vi.restoreAllMocks()
    database.close()
    other.close()
    rmSync(folder, { recursive: true })
  })

  const seal = async () => ({ kind: 'seal', answer, result: 'done' }) as const
  const clock = () => other.prepare('SELECT seen, moved FROM idempotency_clock').get([])
  const insertByOther = (expiresAt: number) =>
    other
      .prepare('INSERT INTO idempotency_records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(['ada', 'k', 'f'.repeat(64), start, expiresAt, 201, '[]', null, null])
  /** Lets another process have the file as soon as this one has committed for the first time. */
  const takeAfterCommit = () => {
    const exec = database.exec.bind(database)
    const mock = vi.spyOn(database, 'exec').mockImplementation((sql) => {
      const result = exec(sql)
      if (sql !== 'COMMIT') return result
      mock.mockRestore()
      return other.exec('BEGIN IMMEDIATE')
    })
  }

  it.each([8, 408, -30])(
    'is stored by a claim that finds the id used by another process, %i days away',
    async (days) => {
      const store = sqliteStore(database)
      await store.runOnce(claimOf('first', { now: start, expiresAt: start + dayMs }), seal)
      const now = start + days * dayMs
      other.exec('BEGIN IMMEDIATE')
      const claimed = store.runOnce(claimOf('k', { now, expiresAt: now + dayMs }), seal)
      insertByOther(start - 4_000)
      other.exec('COMMIT')
      expect(await claimed).toEqual(days > 0 ? expired : expect.objectContaining({ kind: 'stored' }))
      expect(clock()).toMatchObject({ seen: start, moved: now })
    },
  )

  it('is stored before the claim, and stays if the work is undone', async () => {
    const store = sqliteStore(database)
    const work = async () => {
      expect(clock()).toMatchObject({ seen: start, moved: null })
      throw new Error('from the handler')
    }
    const claim = claimOf('k', { now: start, expiresAt: start + dayMs })
    await expect(store.runOnce(claim, work)).rejects.toThrow('from the handler')
    expect(other.prepare('SELECT * FROM idempotency_records').all([])).toEqual([])
  })

  it('lets a claim wait for a process that took the file afterwards, and then finds the id used', async () => {
    const store = sqliteStore(database)
    takeAfterCommit()
    const claimed = store.runOnce(claimOf('k', { now: start, expiresAt: start + dayMs }), seal)
    await vi.waitUntil(() => other.inTransaction)
    insertByOther(start + dayMs)
    other.exec('COMMIT')
    expect((await claimed).kind).toBe('stored')
  })

  it.each([0, 30, 200])('lets it wait no longer there than its limit of %i ms', async (waitMsMax) => {
    const store = sqliteStore(database)
    takeAfterCommit()
    const claim = claimOf('k', { now: start, expiresAt: start + dayMs, waitMsMax })
    const work = () => Promise.reject(new Error('not to be called'))
    await expect(store.runOnce(claim, work)).rejects.toBeInstanceOf(StoreBusyError)
    other.exec('ROLLBACK')
    expect(await store.runOnce({ ...claim, waitMsMax: 60_000 }, seal)).toEqual(ran)
  })
})
