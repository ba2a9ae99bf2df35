// A storage bucket of Chromium is a second place on the same disk. Its database has a log of its own and dies alone.
import type { Store } from '../../core/rows/store-port.js'
import { idbStore } from './idb-store.js'
import { renewLog } from './renew-log.js'

interface StorageBucket {
  readonly indexedDB: IDBFactory
}

interface StorageBuckets {
  open(name: string): Promise<StorageBucket>
}

/** A database of the same tables in a bucket of its own. Undefined where the browser has no buckets. */
export function secondBucket(database: string): Store | undefined {
  const { storageBuckets } = navigator as { storageBuckets?: StorageBuckets }
  if (storageBuckets === undefined) return undefined
  // Held while it is used. A connection to a bucket that was collected never hears that it was closed.
  let bucket: StorageBucket | undefined
  const place = async () => {
    // Opened anew for each connection: where the site's data was cleared, its bucket is gone too.
    bucket = await storageBuckets.open('redux-broker')
    await renewLog(bucket.indexedDB)
    return bucket.indexedDB
  }
  // Nothing of this realm lies in a bucket that it has not opened.
  return { ...idbStore(database, { place }), makeRoom: async () => bucket && renewLog(bucket.indexedDB) }
}
