// A storage bucket of Chromium is a second place on the same disk. Its database has a log of its own and dies alone.
import type { Store } from '../../core/rows/store.js'
import { idbStore } from './idb-store.js'
import { renewLog } from './renew-log.js'

interface StorageBuckets {
  open(name: string): Promise<{ readonly indexedDB: IDBFactory }>
}

/** A database of the same tables in a bucket of its own. Undefined where the browser has no buckets. */
export function secondBucket(database: string): Store | undefined {
  const { storageBuckets } = navigator as { storageBuckets?: StorageBuckets }
  if (storageBuckets === undefined) return undefined
  let opened: Promise<IDBFactory> | undefined
  const open = async () => {
    const { indexedDB } = await storageBuckets.open('redux-broker')
    await renewLog(indexedDB)
    return indexedDB
  }
  const place = () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }
  return { ...idbStore(database, { place }), makeRoom: async () => renewLog(await place()) }
}
