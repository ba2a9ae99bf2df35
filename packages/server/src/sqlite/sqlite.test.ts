import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { describeStore, type StoreUnderTest } from '../contract/store-contract.js'
import { createIdempotency } from '../run/create-idempotency.js'
import { createGate, requestOf, sessionUser } from '../run/request-fixture.js'
import { type SqliteTx, sqliteStore } from '../sqlite.js'
import { bigIntDrivers, drivers } from './sqlite-drivers-fixture.js'

let folder = ''
let opened = 0
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redux-broker-server-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const effectsTable = 'CREATE TABLE IF NOT EXISTS effects (id INTEGER PRIMARY KEY, name TEXT)'
const addEffect = (tx: SqliteTx, name: string): void => {
  tx.prepare('INSERT INTO effects (name) VALUES (?)').run(name)
}
const effectsIn = (tx: SqliteTx): string[] =>
  tx
    .prepare('SELECT name FROM effects ORDER BY id')
    .all()
    .map((row) => String(row['name']))

describe.each([...drivers, ...bigIntDrivers])('sqliteStore on %s', (_name, openDatabase) => {
  describeStore('it', (): StoreUnderTest<SqliteTx> => {
    opened += 1
    const database = openDatabase(join(folder, `${opened}.db`))
    database.exec(effectsTable)
    const store = sqliteStore(database)
    return { store, addEffect, effects: () => store.transaction(effectsIn), close: () => database.close() }
  })

  it('counts the purged records as a number', async () => {
    const database = openDatabase(join(folder, 'purged.db'))
    const store = sqliteStore(database)
    let now = 1_000_000
    const options = { store, principal: sessionUser, now: () => now, retentionMs: 1_000, tombstoneMs: 1_000 }
    const { run, purge, purgePrincipal } = createIdempotency(options)
    for (const key of ['a', 'b', 'c']) await run(requestOf({ key: key.repeat(16) }), () => new Response('ok'))
    now += 1_000
    expect(await purge(2)).toEqual({ entombed: 2, removed: 0 })
    now += 1_000
    expect(await purge(2)).toEqual({ entombed: 0, removed: 2 })
    expect(await purgePrincipal('ada')).toBe(1)
    database.close()
  })
})

describe.each(drivers)('sqliteStore on %s', (_name, openDatabase) => {
  describe('on a file', () => {
    const open = (waitMs?: number) => {
      const database = openDatabase(join(folder, 'shared.db'))
      database.exec(effectsTable)
      return { database, store: sqliteStore(database, waitMs === undefined ? {} : { waitMs }) }
    }

    it('sets the journal to WAL and synchronous to FULL', () => {
      const { database } = open()
      expect(database.pragma('journal_mode')).toEqual([{ journal_mode: 'wal' }])
      expect(database.pragma('synchronous')).toEqual([{ synchronous: 2 }])
      // SQLite's own wait would stop the process.
      expect(JSON.stringify(database.pragma('busy_timeout'))).toContain(':0}')
    })

    it('answers 503 with Retry-After while another process holds the file, and the key stays free', async () => {
      const { database: other } = open()
      const { store } = open(0)
      const { run } = createIdempotency({ store, principal: sessionUser })
      other.exec('BEGIN IMMEDIATE')
      const busy = await run(requestOf(), () => new Response('ok'))
      expect(busy.status).toBe(503)
      expect(busy.headers.get('retry-after')).toBe('1')
      expect(busy.headers.get('idempotency-status')).toBe('rejected')
      expect(await busy.json()).toMatchObject({ type: 'urn:redux-broker:problem:busy' })
      other.exec('COMMIT')
      const stored = await run(requestOf(), () => new Response('ok'))
      expect(stored.headers.get('idempotency-status')).toBe('stored')
    })

    it('waits for another connection to commit without stopping this process', async () => {
      const { store: first } = open()
      const { database, store: second } = open()
      const begins = vi.spyOn(database, 'exec')
      const gate = createGate()
      const holding = first.transaction((tx) => gate.opened.then(() => addEffect(tx, 'first')))
      const waiting = second.transaction((tx) => addEffect(tx, 'second'))
      await vi.waitUntil(() => begins.mock.calls.length >= 2)
      gate.open()
      await Promise.all([holding, waiting])
      expect(await second.transaction(effectsIn)).toEqual(['first', 'second'])
    })

    it('has one effect for 64 duplicates that come through two connections', async () => {
      const runs = [open(), open()].map(
        ({ store }) => createIdempotency({ store, principal: sessionUser }).run,
      )
      const statuses = await Promise.all(
        Array.from({ length: 64 }, async (_, index) => {
          for (;;) {
            const response = await runs[index % 2]?.(requestOf(), async ({ tx }) => {
              addEffect(tx, 'once')
              await Promise.resolve()
              return new Response('ok')
            })
            if (response?.status === 200) return response.headers.get('idempotency-status')
            await new Promise((resolve) => setImmediate(resolve))
          }
        }),
      )
      expect(statuses.filter((status) => status === 'stored')).toHaveLength(1)
      expect(await open().store.transaction(effectsIn)).toEqual(['once'])
    })

    it('finds what an earlier process stored', async () => {
      const handler = ({ tx }: { readonly tx: SqliteTx }) => {
        addEffect(tx, 'once')
        return new Response('{"claps":1}', { status: 201, headers: { 'content-type': 'application/json' } })
      }
      const before = open()
      await createIdempotency({ store: before.store, principal: sessionUser }).run(requestOf(), handler)
      before.database.close()
      const { store } = open()
      const repeat = await createIdempotency({ store, principal: sessionUser }).run(requestOf(), handler)
      expect(repeat.status).toBe(201)
      expect(repeat.headers.get('content-type')).toBe('application/json')
      expect(await repeat.text()).toBe('{"claps":1}')
      expect(await store.transaction(effectsIn)).toEqual(['once'])
    })

    it('replays records of version 0.1.0, which have no second part of the fingerprint', async () => {
      const { database, store } = open()
      let now = 1_000_000
      const { run } = createIdempotency({
        store,
        principal: sessionUser,
        now: () => now,
        retentionMs: 10_000,
      })
      const handler = () => new Response('once', { status: 201 })
      const withMatch = () => requestOf({ headers: { 'if-match': '"2"' } })
      await run(requestOf(), handler)
      expect((await run(withMatch(), handler)).status).toBe(422)
      database.exec('UPDATE idempotency_records SET conditions = NULL')
      for (const request of [requestOf(), withMatch()]) {
        expect(await (await run(request, handler)).text()).toBe('once')
      }
      expect((await run(requestOf({ body: '{"by":2}' }), handler)).status).toBe(422)
      now += 10_000
      expect((await run(requestOf(), handler)).status).toBe(410)
      expect((await run(requestOf({ path: '/other' }), handler)).status).toBe(422)
    })

    it('keeps the first part where a process of version 0.1.0 looks for it, on a shared table', async () => {
      const { database, store } = open()
      await createIdempotency({ store, principal: sessionUser }).run(requestOf(), () => new Response('ok'))
      const row = database.prepare('SELECT fingerprint FROM idempotency_records').get([])
      expect((row as { fingerprint: string }).fingerprint).toMatch(/^[0-9a-f]{64}$/)
    })

    it('answers 500 and goes on living when its database is closed under a handler', async () => {
      const { database, store } = open()
      const { run } = createIdempotency({ store, principal: sessionUser, onError: () => {} })
      const response = await run(requestOf(), () => {
        database.close()
        return new Response('ok')
      })
      expect(response.status).toBe(500)
      const reopened = open().database
      expect(reopened.prepare('SELECT * FROM idempotency_records').all([])).toEqual([])
    })

    it('answers 500 and stores nothing when the disk refuses the commit', async () => {
      const { database, store } = open()
      const { run } = createIdempotency({ store, principal: sessionUser, onError: () => {} })
      // The first claim notes the clock, in a commit of its own.
      await run(requestOf({ key: 'b'.repeat(16) }), () => new Response('ok'))
      const exec = database.exec.bind(database)
      vi.spyOn(database, 'exec').mockImplementation((sql) => {
        if (sql === 'COMMIT') throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' })
        return exec(sql)
      })
      const handler = ({ tx }: { readonly tx: SqliteTx }) => {
        addEffect(tx, 'once')
        return new Response('ok')
      }
      expect((await run(requestOf(), handler)).status).toBe(500)
      vi.restoreAllMocks()
      expect(await store.transaction(effectsIn)).toEqual([])
      expect((await run(requestOf(), handler)).headers.get('idempotency-status')).toBe('stored')
    })
  })
})
