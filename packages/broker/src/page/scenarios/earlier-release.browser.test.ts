// A database that an earlier release wrote, in a real browser (P11).
import { describe, it } from 'vitest'
import { idbStore } from '../../adapters/storage/idb-store.js'
import { type Dump, rowsOf } from '../fixtures/dump.fixture.js'
import {
  expectDelivered,
  pathOf,
  readDump,
  releases,
  worldAfter,
} from '../fixtures/earlier-release.fixture.js'

/** With the tables and indexes that the release made, and no others. */
const create = (name: string, { version, stores }: Dump): Promise<void> =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, version)
    opening.onerror = () => reject(opening.error)
    opening.onupgradeneeded = () => {
      for (const [table, { keyPath, indexes, ...given }] of Object.entries(stores)) {
        const store = opening.result.createObjectStore(table, { keyPath: [...keyPath] })
        for (const [index, columns] of Object.entries(indexes)) store.createIndex(index, [...columns])
        for (const row of rowsOf({ keyPath, indexes, ...given })) store.put(row)
      }
    }
    opening.onsuccess = () => {
      opening.result.close()
      resolve()
    }
  })

describe.each(releases)('the database of release %s', (release) => {
  it('is delivered whole from IndexedDB, and a page that was away is told all of it', async () => {
    const dump = readDump((await import(/* @vite-ignore */ `${pathOf(release)}?raw`)).default)
    const name = crypto.randomUUID()
    await create(name, dump)
    const store = idbStore(name)

    await expectDelivered(worldAfter(dump, store), dump)

    store.close()
  })
})
