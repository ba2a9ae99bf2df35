// One user's outbox as a row: who it belongs to, what it counts, whether it is paused.
import { listed } from './blocked-lanes.js'
import { leave } from './leave.js'
import type { Chance, Store, StoreTransaction } from './ports.js'
import { type PartitionRow, partitionsMax, within } from './schema.js'

/** Whose session this is: the app's own name for the user, and the partition that it stands for. */
export interface Owner {
  readonly principal: string
  readonly partition: string
}

export async function readPartition(tx: StoreTransaction, partition: string): Promise<PartitionRow> {
  return (await tx.get('partitions', [partition])) ?? newPartition(partition)
}

export const newPartition = (partition: string): PartitionRow => ({
  partition,
  nextSeq: 1,
  nextNumber: 1,
  waiting: 0,
  dead: 0,
  bytes: 0,
  channels: [],
  blockedLanes: [],
  session: 0,
})

/** The database's salt, made at its first use: so the names of partitions tell nothing of their users (SEC1). */
export async function readSalt(tx: StoreTransaction, chance: Chance): Promise<string> {
  const row = await tx.get('settings', ['salt'])
  if (row?.name === 'salt') return row.value
  const value = chance.id()
  tx.put('settings', { name: 'salt', value })
  return value
}

export async function readActive(tx: StoreTransaction): Promise<Owner | undefined> {
  const row = await tx.get('settings', ['active'])
  return row?.name === 'active' ? row : undefined
}

/** The active user with their name; undefined too after `discardAll`, when nothing of them waits. */
export const readNamed = async (tx: StoreTransaction): Promise<Owner | undefined> => {
  const active = await readActive(tx)
  return active?.principal === '' ? undefined : active
}

/** Takes the user's name off the disk, or puts it back. Their session goes on. */
export async function nameActive(tx: StoreTransaction, { partition, principal }: Owner): Promise<void> {
  const active = await readActive(tx)
  if (active?.partition === partition && active.principal !== principal)
    tx.put('settings', { name: 'active', partition, principal })
}

/** Changes the row of a partition. */
export async function changePartition(
  tx: StoreTransaction,
  partition: string,
  change: (row: PartitionRow) => unknown,
): Promise<void> {
  const row = await readPartition(tx, partition)
  await change(row)
  tx.put('partitions', row)
}

/** What an app says of its requests in general: kept in the row, since a worker may be alone. */
export type AppWord = Pick<
  PartitionRow,
  'sessionProbe' | 'sessionRules' | 'statusQuery' | 'knock' | 'needs' | 'bytesMax'
>

/** Makes the owner's partition the one that is drained, by every executor, until another is. */
export async function activate(tx: StoreTransaction, owner: Owner, app: AppWord = {}): Promise<void> {
  await changePartition(tx, owner.partition, (row) => {
    beginSession(row)
    Object.assign(row, app)
    row.blockedLanes = listed(row.blockedLanes)
  })
  tx.put('settings', { name: 'active', ...owner })
  // The others have left, whether a page could say so or not.
  for (const row of await tx.list(within('partitions', []), partitionsMax))
    if (row.partition !== owner.partition) await leave(tx, row)
}

/** Nobody's entries are sent from here on, and the owner of this partition has left. */
export async function deactivate(tx: StoreTransaction, partition: string): Promise<void> {
  tx.delete('settings', ['active'])
  await leave(tx, await readPartition(tx, partition))
}

/** So many entries are gone, and a page knows them by their ids. Others, who found it first, may have known of fewer. */
export const noteLoss = (tx: StoreTransaction, partition: string, upTo: number, at: number): Promise<void> =>
  changePartition(tx, partition, (row) => {
    if (upTo > (row.lost?.upTo ?? 0)) row.lost = { restored: 0, at, ...row.lost, upTo }
  })

/** What was paused for want of a session is sent again. */
export const unpause = (store: Store, partition: string): Promise<void> =>
  store.transact('readwrite', 'relaxed', (tx) => changePartition(tx, partition, beginSession))

function beginSession(row: PartitionRow): void {
  delete row.paused
  row.session += 1
}
