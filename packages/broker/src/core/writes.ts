// What was written of an outbox, and what a place outside of the database is told of it.
import type { Key, Note, StoreTransaction } from './ports.js'
import { isBehind } from './progress.js'
import { type PartitionRow, partitionsMax, type Rows, type StoreName, within } from './schema.js'

export type Write =
  | { readonly store: StoreName; readonly row: Rows[StoreName] }
  | { readonly store: StoreName; readonly key: Key }

/** The rows that are nowhere else once the database has lost them. */
export const tables = ['entries', 'deadLetters'] as const

/** The transaction, with a record of what is written in it. */
export function recorded(tx: StoreTransaction, writes: Write[]): StoreTransaction {
  return {
    ...tx,
    put(store, row) {
      tx.put(store, row)
      // Who put it may go on changing its own.
      writes.push({ store, row: { ...row } })
    },
    delete(store, key) {
      tx.delete(store, key)
      writes.push({ store, key })
    },
  }
}

/** What nobody sent can be sent from the copy; who is signed in must never come from there (P6). */
export const isKept = (write: Write): boolean =>
  write.store === 'partitions' ||
  (tables as readonly StoreName[]).includes(write.store) ||
  ('row' in write && (write.row as { name?: string }).name === 'salt')

export const writesOf = ({ salt, partitions }: Note): readonly Write[] => [
  ...(salt === undefined ? [] : [{ store: 'settings', row: { name: 'salt', value: salt } } as const]),
  ...partitions.map((row) => ({ store: 'partitions', row }) as const),
]

export function noteOf(writes: readonly Write[]): Note {
  const rows = (store: StoreName) =>
    writes.flatMap((write) => (write.store === store && 'row' in write ? write.row : []))
  const [salt] = rows('settings') as readonly { readonly value: string }[]
  return { salt: salt?.value, partitions: rows('partitions') as PartitionRow[] }
}

/** Writes the same in another place. */
export async function replay(tx: StoreTransaction, writes: readonly Write[]): Promise<void> {
  for (const write of writes) {
    if (!('row' in write)) tx.delete(write.store, write.key)
    else if (write.store !== 'partitions') tx.put(write.store, write.row as never)
    else {
      const row = write.row as PartitionRow
      const known = await tx.get('partitions', [row.partition])
      // Another realm's later write may have been the quicker one.
      if (known === undefined || !isBehind(row, known)) tx.put('partitions', row)
    }
  }
}

export async function noteIn(tx: StoreTransaction): Promise<Note> {
  const [salt, partitions] = await Promise.all([
    tx.get('settings', ['salt']),
    tx.list(within('partitions', []), partitionsMax),
  ])
  return { salt: salt?.name === 'salt' ? salt.value : undefined, partitions }
}

/** Of each partition the newest row; a tie goes to the later note. */
export function newest(...notes: readonly (Note | undefined)[]): Note {
  const rows = new Map<string, PartitionRow>()
  for (const row of notes.flatMap((note) => note?.partitions ?? [])) {
    const known = rows.get(row.partition)
    if (known === undefined || !isBehind(row, known)) rows.set(row.partition, row)
  }
  return { salt: notes.find((note) => note?.salt !== undefined)?.salt, partitions: [...rows.values()] }
}
