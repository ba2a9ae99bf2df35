// A bucket that is deleted under an open page, as where a user clears the site's data.
import { expect, it, onTestFinished } from 'vitest'
import { cdp } from 'vitest/browser'
import type { Store } from '../../core/rows/store-port.js'
import { secondBucket } from './second-bucket.js'

interface Session {
  send(method: string): Promise<unknown>
}

interface Buckets {
  open(name: string): Promise<{ readonly indexedDB: IDBFactory }>
  delete(name: string): Promise<void>
}

const { storageBuckets } = navigator as unknown as { storageBuckets: Buckets }
const deleteBucket = () => storageBuckets.delete('redux-broker')

/**
 * Deletes it, and waits until the page has heard so. A transaction that begins in the few milliseconds before that has no
 * end in Chromium. The store above bounds its wait for it.
 */
async function deleteUsedBucket(): Promise<void> {
  const { indexedDB } = await storageBuckets.open('redux-broker')
  const request = indexedDB.open(`second-${count}`)
  await new Promise((resolve) => request.addEventListener('success', resolve))
  const closed = new Promise((resolve) => request.result.addEventListener('close', resolve))
  await deleteBucket()
  await closed
}

const collectGarbage = () => (cdp() as unknown as Session).send('HeapProfiler.collectGarbage')

let count = 0
function open(): Store {
  count += 1
  const store = secondBucket(`second-${count}`)
  if (store === undefined) throw new Error('This browser has no buckets.')
  onTestFinished(() => store.close())
  return store
}

const write = (store: Store, value: string) =>
  store.transact('readwrite', 'relaxed', async (tx) => tx.put('settings', { name: 'salt', value }))
const read = (store: Store) => store.transact('readonly', 'relaxed', (tx) => tx.get('settings', ['salt']))

it.each([
  ['after a write', [() => write(open(), 'x')]],
  ['before its first use', []],
])('is created again if it was deleted %s', async (_when, before) => {
  for (const use of before) await use()
  const store = open()
  await deleteBucket()

  await write(store, 'a')
  expect(await read(store)).toMatchObject({ value: 'a' })
})

it.each(['a write', 'a read', 'a write that makes room first'])(
  'is created again for %s of a page that has used it, each time it is deleted',
  async (use) => {
    const store = open()
    await write(store, 'a')
    for (const value of ['b', 'c']) {
      await deleteUsedBucket()

      if (use.includes('room')) await store.makeRoom?.()
      if (use === 'a read') expect(await read(store)).toBeUndefined()
      await write(store, value)
      expect(await read(store)).toMatchObject({ value })
    }
  },
)

it.each([
  ['a write', (store: Store) => write(store, 'b')],
  ['a read', read],
  ['a write that makes room first', (store: Store) => store.makeRoom?.().then(() => write(store, 'b'))],
])('answers %s after its deletion and a garbage collection in the page', async (_use, use) => {
  const store = open()
  await write(store, 'a')
  for (let i = 0; i < 5; i++) {
    await collectGarbage()
    await deleteUsedBucket()

    await use(store)
    await write(store, 'c')
    expect(await read(store)).toMatchObject({ value: 'c' })
  }
})
