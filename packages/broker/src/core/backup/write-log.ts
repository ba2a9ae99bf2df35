// Records the writes to an outbox, so that a place outside of the database can have the same.

import { baseOfHome, isValidHomeRow, listHomeRows } from '../rows/app-homes.js'
import { listPartitions } from '../rows/key-spans.js'
import { isValidPartition } from '../rows/partition-validation.js'
import type { PartitionRow, Rows, SaltRow, StoreName } from '../rows/rows.js'
import type { Key, StoreTransaction } from '../rows/store-port.js'
import type { Checkpoint } from './checkpoint.js'
import { isBehind } from './row-versions.js'

export type RecordedWrite =
  | { readonly store: StoreName; readonly row: Rows[StoreName] }
  | { readonly store: StoreName; readonly key: Key }

/** The rows that are nowhere else once the database has lost them. */
export const backedUpTables = ['entries', 'deadLetters'] as const

/** The transaction, with a record of what is written in it. */
export function recordWrites(tx: StoreTransaction, writes: RecordedWrite[]): StoreTransaction {
  return {
    ...tx,
    put(store, row) {
      tx.put(store, row)
      // The caller may go on changing its own row.
      writes.push({ store, row: { ...row } })
    },
    delete(store, key) {
      tx.delete(store, key)
      writes.push({ store, key })
    },
  }
}

/** Unsent work may be sent from the copy. The session must never come from there (P6). */
export const isBackedUp = (write: RecordedWrite): boolean =>
  write.store === 'partitions' ||
  (backedUpTables as readonly StoreName[]).includes(write.store) ||
  ('row' in write && isSalt(write.row))

const isSalt = (row: Rows[StoreName]): boolean => 'name' in row && row.name.startsWith('salt')

export function checkpointOf(writes: readonly RecordedWrite[]): Checkpoint {
  const rows = (store: StoreName) =>
    writes.flatMap((write) => (write.store === store && 'row' in write ? write.row : []))
  return checkpointWith(rows('settings') as SaltRow[], rows('partitions') as PartitionRow[])
}

/** Writes the same in another place. */
export async function replayWrites(tx: StoreTransaction, writes: readonly RecordedWrite[]): Promise<void> {
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

export const readCheckpoint = async (tx: StoreTransaction): Promise<Checkpoint> =>
  checkpointWith(await listHomeRows<SaltRow>(tx, 'salt'), await listPartitions(tx))

/** With the one salt that a release before this one reads. */
const checkpointWith = (salts: readonly SaltRow[], partitions: readonly PartitionRow[]): Checkpoint => ({
  salt: salts.find(({ name }) => name === 'salt')?.value,
  salts: salts.filter(isValidHomeRow),
  partitions: partitions.filter(isValidPartition),
})

export const saltsOf = ({ salt, salts }: Checkpoint): readonly SaltRow[] =>
  salts ?? (salt === undefined ? [] : [{ name: 'salt', value: salt }])

/** Homes that the witness knows and the database does not. A base that has a home again by now keeps that one. */
export const lostSaltsOf = (own: Checkpoint, witness: Checkpoint): readonly SaltRow[] =>
  saltsOf(witness).filter(
    (salt) =>
      !saltsOf(own).some((home) => home.name === salt.name || baseOfHome(salt).startsWith(baseOfHome(home))),
  )

/**
 * Of each home the row with the widest base, since homes only grow. Where a home was made anew, the earlier note's row.
 * Of each partition the newest row, at a tie the later note's.
 */
export function newestCheckpoint(...notes: readonly (Checkpoint | undefined)[]): Checkpoint {
  const all = notes.filter((note) => note !== undefined)
  const salts = latestBy(
    all.flatMap(saltsOf),
    'name',
    (row, known) => row.value === known.value && baseOfHome(row).length < baseOfHome(known).length,
  )
  const rows = all.flatMap(({ partitions }) => partitions)
  return checkpointWith(
    salts,
    latestBy(rows, 'partition', (row, known) => !isBehind(row, known)),
  )
}

function latestBy<Row>(
  rows: readonly Row[],
  key: keyof Row,
  isLater: (row: Row, known: Row) => boolean,
): readonly Row[] {
  const all = new Map<unknown, Row>()
  for (const row of rows) {
    const known = all.get(row[key])
    if (known === undefined || isLater(row, known)) all.set(row[key], row)
  }
  return [...all.values()]
}
