// A copy that hangs at any step, or opens late, in a real browser: the database is used all the same.
import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { recoverRows } from '../core/backup/recover-lost-rows.js'
import { syncMirror } from '../core/backup/sync-mirror.js'
import { accept, ids, look, safe, signIn } from '../core/fixtures/backup.fixture.js'
import { knownMsMax } from '../core/limits.js'
import { browserPorts } from './browser-ports.js'

afterEach(() => {
  vi.restoreAllMocks()
})

interface Buckets {
  open(name: string): Promise<{ readonly indexedDB: IDBFactory }>
}
const { storageBuckets } = navigator as unknown as { storageBuckets: Buckets }
const never = <T>() => new Promise<T>(() => {})

/** Once the copy's bucket has been opened, its databases are replaced so. */
const atOpening = (change: (factory: IDBFactory) => Partial<IDBFactory>) => {
  const open = storageBuckets.open.bind(storageBuckets)
  vi.spyOn(storageBuckets, 'open').mockImplementation(async (name) => {
    const { indexedDB: factory } = await open(name)
    const own = { open: factory.open.bind(factory), deleteDatabase: factory.deleteDatabase.bind(factory) }
    return { indexedDB: { ...own, ...change(factory) } as IDBFactory }
  })
}

/** Connections to the copy behave so. */
const atConnection = (change: (database: IDBDatabase) => void) =>
  atOpening((factory) => ({
    open(name, version) {
      const request = factory.open(name, version)
      request.addEventListener('success', () => change(request.result))
      return request
    },
  }))

/** A request or a transaction that nothing is ever told of. */
const silent = <T extends object>(of: T): T =>
  new Proxy(of, { get: (it, key) => bound(it, key), set: () => true })
const bound = (it: object, key: PropertyKey) => {
  const value = Reflect.get(it, key)
  return typeof value === 'function' ? value.bind(it) : value
}

let count = 0

it.each([
  ['whose bucket never opens', () => vi.spyOn(storageBuckets, 'open').mockImplementation(never)],
  [
    'whose database never opens',
    () => atOpening((factory) => ({ open: (name) => silent(factory.open(name)) })),
  ],
  [
    'whose transactions never end',
    () =>
      atConnection((database) => {
        const begin = database.transaction.bind(database)
        database.transaction = (...given) => silent(begin(...given))
      }),
  ],
  [
    'whose reads never end',
    () =>
      atConnection((database) => {
        const begin = database.transaction.bind(database)
        database.transaction = (...given) => {
          const tx = begin(...given)
          tx.objectStore = () => ({ get: () => ({}), getAll: () => ({}) }) as unknown as IDBObjectStore
          return tx
        }
      }),
  ],
])('a copy %s delays no write, no read, and no freeing of space', async (_how, hang) => {
  count += 1
  const before = browserPorts(`hanging-${count}`, async () => ({ recoverRows, syncMirror }))
  await signIn(before.store)
  before.store.close()
  hang()
  const { store, backup } = browserPorts(`hanging-${count}`, async () => ({ recoverRows, syncMirror }))
  onTestFinished(() => store.close())
  const write = () =>
    store.transact('readwrite', 'strict', async (tx) => tx.put('settings', { name: 'salt', value: 'a' }))
  const began = performance.now()

  await write()
  await backup?.copied()
  await store.makeRoom?.()
  await write()

  expect(await store.transact('readonly', 'relaxed', (tx) => tx.get('settings', ['salt']))).toMatchObject({
    value: 'a',
  })
  expect(performance.now() - began).toBeGreaterThan(knownMsMax - 100)
  expect(backup?.kind()).toBe('note')
})

it.each([
  ['the copy', [true, false]],
  ['the note', [false, true]],
  ['either of them', [true, true]],
])('P1 a database that was deleted is restored even if %s takes long to open', async (_which, slow) => {
  count += 1
  const name = `slow-${count}`
  const start = () => browserPorts(name, async () => ({ recoverRows, syncMirror }))
  const before = start()
  await signIn(before.store)
  await accept(before.store, safe('a'), safe('b'), safe('c', 'other'))
  await before.backup?.copied()
  before.store.close()
  const deleting = indexedDB.deleteDatabase(name)
  await new Promise((resolve) => deleting.addEventListener('success', resolve))

  const late = () => new Promise((resolve) => setTimeout(resolve, knownMsMax + 600))
  const open = storageBuckets.open.bind(storageBuckets)
  const files = navigator.storage.getDirectory.bind(navigator.storage)
  if (slow[0])
    vi.spyOn(storageBuckets, 'open').mockImplementation((bucket) => late().then(() => open(bucket)))
  if (slow[1]) vi.spyOn(navigator.storage, 'getDirectory').mockImplementation(() => late().then(files))
  const { store, backup } = start()
  onTestFinished(() => store.close())
  const { row, salt, entries } = await look(store)

  expect(ids(entries)).toEqual(['a', 'b', 'c'])
  expect(salt).toMatchObject({ value: 'salt-1' })
  expect(row.lost).toMatchObject({ upTo: 0, restored: 3 })
  expect(backup?.kind()).toBe('mirror')
})
