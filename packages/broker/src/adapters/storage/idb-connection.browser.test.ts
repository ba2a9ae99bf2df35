import { openDB } from 'idb'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { waiting } from '../../core/fixtures/entry.fixture.js'
import { readPartition } from '../../core/outbox/partition.js'
import { keySpan } from '../../core/rows/key-spans.js'
import type { Span } from '../../core/rows/store-port.js'
import { fresh, opened, openStore, salt, setSalt, watchTransactions } from './idb-store.fixture.js'

/** Whatever events the browser has ready, it has told by then. */
const tick = () =>
  new Promise<false>((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => resolve(false)
    port2.postMessage(undefined)
  })

afterEach(() => {
  vi.restoreAllMocks()
  for (const store of opened.splice(0)) store.close()
})

describe('a connection', () => {
  it('closes for a newer version or a deletion, and opens again at the next use', async () => {
    const name = fresh()
    const store = openStore(name)
    await setSalt(store, 's')
    const blocked = vi.fn()

    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.deleteDatabase(name)
      request.onblocked = blocked
      request.onsuccess = () => resolve()
      request.onerror = () => reject(request.error)
    })

    expect(blocked).not.toHaveBeenCalled()
    expect(await salt(store)).toBeUndefined()
    await setSalt(store, 'new')
    expect(await salt(store)).toBe('new')
  })

  it('that the browser closed is replaced by a new one', async () => {
    const store = openStore()
    await setSalt(store, 's')
    const seen = watchTransactions()
    await salt(store)

    seen[0]?.database.close()

    expect(await salt(store)).toBe('s')
  })

  it('opens at the first use, and is shared by all later ones', async () => {
    const open = vi.spyOn(indexedDB, 'open')
    const store = openStore()
    const before = open.mock.calls.length

    await Promise.all([salt(store), salt(store), setSalt(store, 's')])

    expect(before).toBe(0)
    expect(open).toHaveBeenCalledTimes(1)
  })

  it('finds the rows of an earlier connection in the same tables', async () => {
    const name = fresh()
    const first = openStore(name)
    await setSalt(first, 's')
    first.close()

    expect(await salt(openStore(name))).toBe('s')
  })

  it('of an older version gets the missing tables and keeps every row (P11)', async () => {
    const name = fresh()
    const rows = Array.from({ length: 20 }, (_, i) => waiting({ seq: i, id: `e${i}` }))
    const older = await openDB(name, 1, {
      upgrade(database) {
        database.createObjectStore('settings', { keyPath: ['name'] })
        const entries = database.createObjectStore('entries', { keyPath: ['partition', 'seq'] })
        entries.createIndex('due', ['partition', 'channel', 'dueAt'])
      },
    })
    await older.put('settings', { name: 'salt', value: 'of the older one' })
    for (const row of rows) await older.put('entries', row)
    older.close()
    const store = openStore(name)

    expect(await salt(store)).toBe('of the older one')
    expect(await store.transact('readonly', 'relaxed', (tx) => readPartition(tx, 'p'))).toBeDefined()
    const list = (span: Span<'entries'>) => store.transact('readonly', 'relaxed', (tx) => tx.list(span, 99))
    expect(await list(keySpan('entries', ['p']))).toEqual(rows)
    expect(await list(keySpan('entries', ['p', 'e7'], 'id'))).toEqual([rows[7]])
  })

  it('to a newer version opens as it is, and deletes nothing', async () => {
    const name = fresh()
    await setSalt(openStore(name), 'of both')
    const newer = await openDB(name, 99, {
      upgrade: (database) => void database.createObjectStore('of the newer one'),
    })
    newer.close()

    const store = openStore(name)

    expect(await salt(store)).toBe('of both')
    await setSalt(store, 'written by the older one')
    const again = await openDB(name)
    expect(again.version).toBe(99)
    expect([...again.objectStoreNames]).toContain('of the newer one')
    again.close()
  })

  it('P11 closes for a newer release, and works beside it from then on', async () => {
    const name = fresh()
    const older = openStore(name)
    await setSalt(older, 'of the older one')

    const newer = await openDB(name, 99)
    newer.addEventListener('versionchange', () => newer.close())
    await setSalt(older, 'and again')

    expect(await newer.get('settings', ['salt'])).toMatchObject({ value: 'and again' })
    newer.close()
  })

  it('that an older release blocks is given up after ten seconds, and blocks nothing later', async () => {
    const name = fresh()
    const frozen = await openDB(name, 1)
    const open = indexedDB.open.bind(indexedDB)
    const spy = vi.spyOn(indexedDB, 'open').mockImplementation((database) => open(database, 2))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const store = openStore(name)
    const refused = salt(store)
    const rejection = expect(refused).rejects.toMatchObject({ name: 'TimeoutError' })
    await vi.waitUntil(async () => {
      vi.advanceTimersByTime(10_000)
      return Promise.race([refused.catch(() => true), tick()])
    })
    vi.useRealTimers()
    await rejection

    frozen.close()
    spy.mockRestore()

    expect(await salt(openStore(name))).toBeUndefined()
  })

  it('that fails to open twice in a row rejects, and is tried again at the next use', async () => {
    const name = fresh()
    const refuse = () => {
      throw new DOMException('Internal error opening backing store', 'UnknownError')
    }
    vi.spyOn(indexedDB, 'open').mockImplementationOnce(refuse).mockImplementationOnce(refuse)
    const store = openStore(name)

    await expect(salt(store)).rejects.toMatchObject({ name: 'UnknownError' })

    expect(await salt(store)).toBeUndefined()
  })
})
