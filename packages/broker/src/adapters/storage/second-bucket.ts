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
  // Opened anew for each connection: where the site's data was cleared, its bucket is gone too.
  const bucket = async () => (await storageBuckets.open('redux-broker')).indexedDB
  const place = async () => {
    const factory = await bucket()
    await renewLog(factory)
    return factory
  }
  return { ...idbStore(database, { place }), makeRoom: async () => renewLog(await bucket()) }
}
