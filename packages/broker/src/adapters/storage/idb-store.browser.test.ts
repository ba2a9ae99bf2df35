import { afterEach, describe, expect, it, vi } from 'vitest'
import { claim } from '../../core/delivery/claim.js'
import { appendTo } from '../../core/fixtures/append.fixture.js'
import { capture } from '../../core/fixtures/entry.fixture.js'
import { defaultLimits } from '../../core/limits.js'
import { activate, readPartition } from '../../core/outbox/partition.js'
import { describeStore } from '../contracts/store-contract.js'
import { fresh, opened, openStore, salt, setSalt, watchTransactions } from './idb-store.fixture.js'
import { idbStore } from './idb-store.js'

afterEach(() => {
  vi.restoreAllMocks()
  for (const store of opened.splice(0)) store.close()
})

describeStore('IndexedDB', () => idbStore(fresh()))

describe('a commit in IndexedDB (P1)', () => {
  it('is reported after the transaction’s `complete` event, with strict durability', async () => {
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

  it('is asked for as soon as the last write is, before any write is answered', async () => {
    const store = openStore()
    await salt(store)
    const order: string[] = []
    const commit = vi.spyOn(IDBTransaction.prototype, 'commit').mockImplementation(function (
      this: IDBTransaction,
    ) {
      order.push('commit')
      commit.mockRestore()
      this.commit()
    })
    const put = IDBObjectStore.prototype.put
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      row: unknown,
    ) {
      const request = put.call(this, row)
      request.addEventListener('success', () => order.push('answered'))
      return request
    })

    await store.transact('readwrite', 'strict', async (tx) =>
      tx.put('settings', { name: 'salt', value: 's' }),
    )

    expect(order).toEqual(['commit', 'answered'])
  })

  it('is relaxed where strict durability is not needed', async () => {
    const store = openStore()
    await salt(store)
    const seen = watchTransactions()

    await store.transact('readwrite', 'relaxed', async (tx) =>
      tx.put('settings', { name: 'salt', value: 's' }),
    )

    expect(seen[0]?.tx.durability).toBe('relaxed')
  })

  it('rejects if the browser aborts it at its end twice, although every request succeeded', async () => {
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

  it('shares the new connection with all transactions that were lost at the same time', async () => {
    const store = openStore()
    await setSalt(store, 's')
    const open = vi.spyOn(indexedDB, 'open')
    for (let i = 0; i < 3; i++) atNext((tx) => tx.abort())

    expect(await Promise.all([salt(store), salt(store), salt(store)])).toEqual(['s', 's', 's'])
    expect(open).toHaveBeenCalledOnce()
  })

  it('is not tried again if its own work throws or the disk is full', async () => {
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

describe('claiming with 1,000 entries waiting (P12)', () => {
  it('reads the due heads by one bounded read, with no more rows than requests allowed', async () => {
    const store = openStore()
    const captures = Array.from({ length: 1_000 }, (_, i) => capture(`c${i}`, { lane: `lane-${i}` }))
    await store.transact('readwrite', 'relaxed', async (tx) => {
      await appendTo(tx, 'p', captures, { now: 1, limits: defaultLimits })
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
