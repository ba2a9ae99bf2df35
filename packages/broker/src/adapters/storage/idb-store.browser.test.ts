import { openDB } from 'idb'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { claim } from '../../core/delivery/claim.js'
import { capture, waiting } from '../../core/fixtures/entry.fixture.js'
import { defaultLimits } from '../../core/limits.js'
import { append } from '../../core/outbox/append.js'
import { activate, readPartition } from '../../core/outbox/partition.js'
import { within } from '../../core/rows/spans.js'
import type { Span, Store } from '../../core/rows/store.js'
import { describeStore } from '../contracts/store-contract.js'
import { idbStore } from './idb-store.js'

const fresh = () => `idb-${crypto.randomUUID()}`
const setSalt = (store: Store, value: string) =>
  store.transact('readwrite', 'strict', async (tx) => tx.put('settings', { name: 'salt', value }))
const salt = (store: Store) =>
  store.transact('readonly', 'relaxed', async (tx) => {
    const row = await tx.get('settings', ['salt'])
    return row?.name === 'salt' ? row.value : undefined
  })

/** Whatever events the browser has ready, it has told by then. */
const tick = () =>
  new Promise<false>((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => resolve(false)
    port2.postMessage(undefined)
  })

const opened: Store[] = []
const openStore = (name = fresh()) => {
  const store = idbStore(name)
  opened.push(store)
  return store
}
afterEach(() => {
  vi.restoreAllMocks()
  for (const store of opened.splice(0)) store.close()
})

describeStore('IndexedDB', () => idbStore(fresh()))

/** Sees every native transaction and its connection. */
function watchTransactions(onComplete = () => {}) {
  const seen: { readonly tx: IDBTransaction; readonly database: IDBDatabase }[] = []
  const native = IDBDatabase.prototype.transaction
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...args) {
    const tx = native.apply(this, args)
    // Before anybody else listens: microtasks run between the listeners of one event.
    tx.addEventListener('complete', onComplete)
    seen.push({ tx, database: this })
    return tx
  })
  return seen
}

describe('a commit in IndexedDB (P1)', () => {
  it('is reported after the transaction’s `complete` event, and was asked to reach the disk', async () => {
    const store = openStore()
    await salt(store)
    const order: string[] = []
    const seen = watchTransactions(() => order.push('complete'))

    await store.transact('readwrite', 'strict', async (tx) => {
      tx.put('settings', { name: 'salt', value: 's' })
      await tx.get('settings', ['salt'])
      order.push('request succeeded')
    })
    order.push('reported')

    expect(order).toEqual(['request succeeded', 'complete', 'reported'])
    expect(seen[0]?.tx.durability).toBe('strict')
  })

  it('is relaxed where it may be', async () => {
    const store = openStore()
    await salt(store)
    const seen = watchTransactions()

    await store.transact('readwrite', 'relaxed', async (tx) =>
      tx.put('settings', { name: 'salt', value: 's' }),
    )

    expect(seen[0]?.tx.durability).toBe('relaxed')
  })

  it('that the browser aborts at its end, and again at the second try, rejects, though every request succeeded (F9, F12)', async () => {
    const store = openStore()
    await setSalt(store, 'before')
    const seen = watchTransactions()

    const lost = store.transact('readwrite', 'strict', async (tx) => {
      tx.put('settings', { name: 'salt', value: 'after' })
      await tx.get('settings', ['salt'])
      seen.at(-1)?.tx.abort()
    })

    await expect(lost).rejects.toMatchObject({ name: 'AbortError' })
    expect(seen).toHaveLength(2)
    expect(await salt(store)).toBe('before')
  })
})

describe('a transaction that the storage loses', () => {
  /** The next transaction of the page meets this at its beginning. */
  const atNext = (meet: (tx: IDBTransaction) => void) => {
    const native = IDBDatabase.prototype.transaction
    vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementationOnce(function (
      this: IDBDatabase,
      ...args
    ) {
      const tx = native.apply(this, args)
      meet(tx)
      return tx
    })
  }
  const lose = (name: string) => () => {
    throw new DOMException('Connection to Indexed Database server lost.', name)
  }

  it.each([
    ['aborts before its first request', (tx: IDBTransaction) => tx.abort()],
    ['aborts in the middle of its requests', (tx: IDBTransaction) => void setTimeout(() => tx.abort())],
    ['aborts a task later', (tx: IDBTransaction) => void queueMicrotask(() => tx.abort())],
    ['cannot begin, since the connection is closed', lose('InvalidStateError')],
    ['cannot begin, since the server of the databases is lost', lose('UnknownError')],
  ])('and that %s, is tried once more, on a new connection', async (_, meet) => {
    const store = openStore()
    await setSalt(store, 'before')
    const open = vi.spyOn(indexedDB, 'open')
    atNext(meet)

    const found = await store.transact('readwrite', 'strict', async (tx) => {
      for (let i = 0; i < 50; i++) await tx.get('settings', ['salt'])
      tx.put('settings', { name: 'salt', value: 'after' })
      return 'done'
    })

    expect([found, await salt(store)]).toEqual(['done', 'after'])
    expect(open).toHaveBeenCalledOnce()
  })

  it('shares the new connection with all others that were lost with it', async () => {
    const store = openStore()
    await setSalt(store, 's')
    const open = vi.spyOn(indexedDB, 'open')
    for (let i = 0; i < 3; i++) atNext((tx) => tx.abort())

    expect(await Promise.all([salt(store), salt(store), salt(store)])).toEqual(['s', 's', 's'])
    expect(open).toHaveBeenCalledOnce()
  })

  it('is not tried again where its own work throws, or the disk is full', async () => {
    const store = openStore()
    await setSalt(store, 's')
    for (const error of [new TypeError('a bug'), new DOMException('no room', 'QuotaExceededError')]) {
      let runs = 0
      const failed = store.transact('readwrite', 'strict', async () => {
        runs += 1
        throw error
      })
      await expect(failed).rejects.toBe(error)
      expect(runs).toBe(1)
    }
  })
})

describe('a connection', () => {
  it('makes way for a newer version or a deletion, and is opened again at the next use (F13)', async () => {
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

  it('that was closed under the store is replaced by a new one (F11)', async () => {
    const store = openStore()
    await setSalt(store, 's')
    const seen = watchTransactions()
    await salt(store)

    seen[0]?.database.close()

    expect(await salt(store)).toBe('s')
  })

  it('is not opened before the first use, and is shared by all after that', async () => {
    const open = vi.spyOn(indexedDB, 'open')
    const store = openStore()
    const before = open.mock.calls.length

    await Promise.all([salt(store), salt(store), setSalt(store, 's')])

    expect(before).toBe(0)
    expect(open).toHaveBeenCalledTimes(1)
  })

  it('finds what another one left, in the same tables', async () => {
    const name = fresh()
    const first = openStore(name)
    await setSalt(first, 's')
    first.close()

    expect(await salt(openStore(name))).toBe('s')
  })

  it('of an older version is given what it lacks and keeps every row (P11)', async () => {
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
    expect(await list(within('entries', ['p']))).toEqual(rows)
    expect(await list(within('entries', ['p', 'e7'], 'id'))).toEqual([rows[7]])
  })

  it('F15 that a newer release has been at is opened as it is, and nothing of it is deleted', async () => {
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

  it('P11 F13 makes way for a newer release, and works beside it from then on', async () => {
    const name = fresh()
    const older = openStore(name)
    await setSalt(older, 'of the older one')

    const newer = await openDB(name, 99)
    newer.addEventListener('versionchange', () => newer.close())
    await setSalt(older, 'and again')

    expect(await newer.get('settings', ['salt'])).toMatchObject({ value: 'and again' })
    newer.close()
  })

  it('F14 that an older release holds open is given up after ten seconds, and holds up nobody later', async () => {
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

  it('that cannot be opened twice in a row rejects, and is tried again at the next use (F10)', async () => {
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

describe('claiming with 1,000 entries waiting (P12)', () => {
  it('reads the due heads by one bounded read, and no more rows than it may send', async () => {
    const store = openStore()
    const captures = Array.from({ length: 1_000 }, (_, i) => capture(`c${i}`, { lane: `lane-${i}` }))
    await store.transact('readwrite', 'relaxed', async (tx) => {
      await append(tx, 'p', captures, { now: 1, limits: defaultLimits })
      await activate(tx, { partition: 'p', principal: 'ada' })
    })
    const reads: string[] = []
    let rowsRead = 0
    for (const prototype of [IDBObjectStore.prototype, IDBIndex.prototype])
      for (const method of [
        'get',
        'getAll',
        'getKey',
        'getAllKeys',
        'openCursor',
        'openKeyCursor',
        'count',
      ] as const) {
        const native = prototype[method] as (...args: unknown[]) => IDBRequest
        vi.spyOn(prototype as IDBObjectStore, method).mockImplementation(function (
          this: IDBObjectStore | IDBIndex,
          ...args: unknown[]
        ) {
          const request = native.apply(this, args)
          const table = this instanceof IDBIndex ? this.objectStore : this
          reads.push(`${table.name}.${this === table ? '' : `${this.name}.`}${method}`)
          request.addEventListener('success', () => {
            if (table.name === 'entries' && Array.isArray(request.result)) rowsRead += request.result.length
          })
          return request as never
        })
      }

    const { claimed } = await store.transact('readwrite', 'strict', async (tx) =>
      claim(tx, await readPartition(tx, 'p'), new Map(), {
        owner: 'me',
        now: 2,
        probe: 'signal',
        concurrencyMax: 6,
        inFlight: [],
        serves: () => true,
      }),
    )

    expect(claimed).toHaveLength(6)
    expect(reads.filter((read) => read.startsWith('entries'))).toEqual(['entries.due.getAll'])
    expect(reads).toHaveLength(3)
    expect(rowsRead).toBe(6)
  })
})
