// A hostile read of the disk: everything that a script of the origin can read, in a real browser.
import { configureStore, createAction } from '@reduxjs/toolkit'
import { expect, it, vi } from 'vitest'
import { createBroker, discardAll, read, write } from '../../index.js'

const done = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
const textOf = (value: unknown) =>
  JSON.stringify(value, (_key, part) => (part instanceof ArrayBuffer ? new TextDecoder().decode(part) : part))

async function rowsOf(factory: IDBFactory): Promise<readonly string[]> {
  const parts: string[] = []
  for (const { name = '' } of await factory.databases()) {
    const database = await done(factory.open(name))
    for (const store of database.objectStoreNames)
      parts.push(textOf(await done(database.transaction(store).objectStore(store).getAll())))
    database.close()
  }
  return parts
}

async function copies(): Promise<readonly string[]> {
  const parts: string[] = []
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const request of await cache.keys())
      parts.push(decodeURIComponent(request.url), (await (await cache.match(request))?.text()) ?? '')
  }
  return parts
}

async function files(): Promise<readonly string[]> {
  const parts: string[] = []
  for await (const file of (await navigator.storage.getDirectory()).values())
    if (file.kind === 'file')
      parts.push(file.name, await (await (file as FileSystemFileHandle).getFile()).text())
  return parts
}

/** Databases of both buckets, caches, files, both storages. */
async function disk(): Promise<string> {
  const { storageBuckets } = navigator as {
    storageBuckets?: { open(name: string): Promise<{ indexedDB: IDBFactory }> }
  }
  const second = await storageBuckets?.open('redux-broker')
  return [
    ...(await rowsOf(indexedDB)),
    ...(second === undefined ? [] : await rowsOf(second.indexedDB)),
    ...(await copies()),
    ...(await files()),
    textOf({ ...localStorage, ...sessionStorage }),
  ].join('\n')
}

const mark = () => crypto.randomUUID()

it('discardAll removes the user’s texts, writes and reads from the disk, while they stay signed in', async () => {
  const [user, words, path, seen] = [mark(), mark(), mark(), mark()]
  const saved = write(createAction<string>('saved'), {
    request: (url) => ({ url, method: 'PUT', body: { words } }),
    lane: (url) => url,
  })
  const load = read(createAction('load'), { request: () => `/wire/echo?${seen}` })
  const broker = createBroker({ user: () => user, routes: [saved, load], name: mark() })
  const store = configureStore({
    reducer: { broker: broker.reducer },
    middleware: (getDefault) => getDefault().prepend(broker.middleware),
  })
  const found = async () => {
    const text = await disk()
    return [user, words, path, seen].filter((trace) => text.includes(trace))
  }
  await store.dispatch(load()).unwrap()
  await store.dispatch(saved('/wire/echo')).unwrap()
  // This one is on its way for ever.
  await store.dispatch(saved(`/wire/silent?${path}`)).accepted
  await vi.waitFor(async () => expect(await found()).toEqual([user, words, path, seen]))

  await discardAll(broker)

  await vi.waitFor(async () => expect(await found()).toEqual([]))
  await broker.stop()
})
