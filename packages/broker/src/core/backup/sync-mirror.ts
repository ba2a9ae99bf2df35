// Makes a copy level with the database, since a realm that was killed may have left the copy behind.
import { pageRowsMax } from '../limits.js'
import { keySpan } from '../rows/key-spans.js'
import type { Key, Store, StoreTransaction } from '../rows/store-port.js'
import type { Checkpoint } from './checkpoint.js'
import { backedUpTables, type RecordedWrite, readCheckpoint, replayWrites, saltsOf } from './write-log.js'

export type SyncMirror = typeof syncMirror

/** Gives the copy what it lacks, and takes from it what has ended. */
export async function syncMirror(
  store: Pick<Store, 'transact'>,
  copy: Pick<Store, 'transact'>,
): Promise<void> {
  for (const table of backedUpTables) {
    const keys = (tx: StoreTransaction) => tx.keys(keySpan(table, []))
    const own = await store.transact('readonly', 'relaxed', keys)
    const different = difference(own, await copy.transact('readonly', 'relaxed', keys))
    for (let i = 0; i < different.length; i += pageRowsMax) {
      const page = different.slice(i, i + pageRowsMax)
      const rows = await store.transact('readonly', 'relaxed', (tx) =>
        Promise.all(page.map((key) => tx.get(table, key))),
      )
      const writes = page.map((key, i): RecordedWrite => {
        const row = rows[i]
        return row === undefined ? { store: table, key } : { store: table, row }
      })
      await copy.transact('readwrite', 'relaxed', (tx) => replayWrites(tx, writes))
    }
  }
  const writes = writesOfCheckpoint(await store.transact('readonly', 'relaxed', readCheckpoint))
  await copy.transact('readwrite', 'relaxed', (tx) => replayWrites(tx, writes))
}

/** Writes it whole. */
const writesOfCheckpoint = (note: Checkpoint): readonly RecordedWrite[] => [
  ...saltsOf(note).map((row) => ({ store: 'settings', row }) as const),
  ...note.partitions.map((row) => ({ store: 'partitions', row }) as const),
]

/** Keys that only one of the two has. */
function difference(one: readonly Key[], other: readonly Key[]): readonly Key[] {
  const keys = new Map(one.map((key) => [JSON.stringify(key), key]))
  for (const key of other) {
    const text = JSON.stringify(key)
    if (!keys.delete(text)) keys.set(text, key)
  }
  return [...keys.values()]
}
