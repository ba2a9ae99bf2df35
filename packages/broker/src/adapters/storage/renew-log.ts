// Chromium keeps IndexedDB in a log, and a kill can leave the last record of the log incomplete. The next start reads the
// log up to that record and appends new records after it. The start after that finds a corrupt log and deletes every
// database of the origin (google/leveldb issue 1287). Deleting any database makes the browser write a new log. So each
// realm makes and deletes an empty database at its start, before its first write.

/** Two realms that renew the log at once may wait for each other. A start never waits longer. */
const renewMsMax = 1_000

/** Never rejects. Where the log cannot be renewed, the start goes on without. Only Chromium has this log. */
export async function renewLog(factory: IDBFactory): Promise<void> {
  if (!('storageBuckets' in navigator)) return
  await new Promise<void>((resolve) => {
    setTimeout(resolve, renewMsMax)
    try {
      // A database that was never there leaves nothing to delete.
      const opening = factory.open('redux-broker-log')
      opening.onerror = () => resolve()
      opening.onsuccess = () => {
        const database = opening.result
        database.onversionchange = () => database.close()
        database.close()
        const deleting = factory.deleteDatabase(database.name)
        deleting.onsuccess = deleting.onerror = () => resolve()
      }
    } catch {
      resolve()
    }
  })
}
