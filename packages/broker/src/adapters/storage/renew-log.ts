// Chromium keeps IndexedDB in a log that a kill can tear in the middle of a record. The next start reads it up to the
// tear and goes on writing behind it; the start after that finds a corrupt log and deletes every database of the origin
// (google/leveldb issue 1287). Deleting a database makes the browser write its log anew, tear and all: so one is made
// and deleted at each start of a realm, before its first write.

/** Two realms that do it at once may wait for each other; a start never waits longer. */
const renewMsMax = 1_000

/** Never rejects: where it cannot be done, the start goes on without. Only Chromium has this log. */
export async function renewLog(factory: IDBFactory): Promise<void> {
  if (!('storageBuckets' in navigator)) return
  await new Promise<void>((resolve) => {
    setTimeout(resolve, renewMsMax)
    try {
      // What was never there leaves nothing to delete.
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
