// One user's outbox as a row, with its owner, its counts and its pause.

import type { RandomSource } from '../platform.js'
import {
  baseOfHome,
  findHome,
  listHomeRows,
  sessionNameOfHome,
  sessionNameOfPartition,
  storedBase,
} from '../rows/app-homes.js'
import { partitionName } from '../rows/app-salt.js'
import type { Base } from '../rows/base-path.js'
import { keySpan, listPartitions } from '../rows/key-spans.js'
import { isValidPartition } from '../rows/partition-validation.js'
import type { AppSettings, PartitionRow, PauseReason, SaltRow, SessionRow } from '../rows/rows.js'
import type { Store, StoreTransaction } from '../rows/store-port.js'
import { isLeft } from './journal.js'
import { latestLanes } from './lanes.js'
import { rebuiltCounts } from './rebuild-counts.js'
import { recordSignOut, storeLeftPartition } from './sign-out.js'

/** The user of a session, by the app's own name for them and by their partition. */
export interface Owner {
  readonly principal: string
  readonly partition: string
}

export async function readPartition(tx: StoreTransaction, partition: string): Promise<PartitionRow> {
  const row = await tx.get('partitions', [partition])
  return row !== undefined &&
    isValidPartition(row) &&
    (row.waiting > 0 || !(await hasRow(tx, 'entries', partition)))
    ? row
    : rebuiltCounts(tx, newPartition(partition), row)
}

/** Whether a store has a row of the user, at a place or after it. */
export const hasRow = async (
  tx: StoreTransaction,
  store: 'entries' | 'deadLetters' | 'journal',
  partition: string,
  place = 0,
): Promise<boolean> =>
  (await tx.firstKey(keySpan<typeof store>(store, [partition], undefined, [partition, place]))) !== undefined

/** Whether the place that the next entry is given is somebody's already. */
export async function isPlaceTaken(
  tx: StoreTransaction,
  { partition, nextSeq }: Pick<PartitionRow, 'partition' | 'nextSeq'>,
): Promise<boolean> {
  const stores = ['entries', 'deadLetters'] as const
  const taken = await Promise.all(stores.map((store) => hasRow(tx, store, partition, nextSeq)))
  return taken.includes(true)
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

/**
 * The sessions of all apps. No two of their bases are nested, so the root's session stands alone. A session beside it is
 * older, since a release that knew only one session wrote the root's after it.
 */
export async function readSessions(tx: StoreTransaction): Promise<readonly SessionRow[]> {
  const sessions = await listHomeRows<SessionRow>(tx, 'active')
  const root = sessions.find(isOfRoot)
  return root === undefined ? sessions : [root]
}

const isOfRoot = ({ base }: SessionRow) => base === undefined

/** The session of an app that lies at a base. */
export async function readActive(tx: StoreTransaction, base: Base = '/'): Promise<Owner | undefined> {
  const sessions = await readSessions(tx)
  const home = findHome(await listHomeRows(tx, 'salt'), base)
  return sessions.find((session) => isOfRoot(session) || (home && session.name === sessionNameOfHome(home)))
}

/** The session of the user of a partition; undefined while they are not signed in. */
export const sessionOf = async (tx: StoreTransaction, partition: string): Promise<SessionRow | undefined> =>
  (await readSessions(tx)).find((session) => session.partition === partition)

export const isActive = async (store: Store, partition: string): Promise<boolean> =>
  (await store.transact('readonly', 'relaxed', (tx) => sessionOf(tx, partition))) !== undefined

/**
 * Why the user's entries may not be sent, if they may not. `principal` means that somebody else is in their place. Their
 * session is given too then.
 */
export async function readPause(
  tx: StoreTransaction,
  row: PartitionRow,
): Promise<readonly [PauseReason | undefined, SessionRow?]> {
  const sessions = await readSessions(tx)
  if (row.paused || sessions.some(({ partition }) => partition === row.partition)) return [row.paused]
  const taken = sessions.find((session) => isOfRoot(session) || session.name === sessionNameOfPartition(row))
  return taken ? ['principal', taken] : ['auth']
}

/** The active user with their name. Undefined also after `discardAll`, when nothing of theirs waits. */
export const readNamed = async (tx: StoreTransaction, base: Base): Promise<Owner | undefined> => {
  const active = await readActive(tx, base)
  return active?.principal === '' ? undefined : active
}

/** The active user with their name, where the partition is theirs. No session may send another user's work (P6). */
export async function readProven(
  { store, randomSource }: { readonly store: Store; readonly randomSource: RandomSource },
  base: Base,
): Promise<Owner | undefined> {
  const { owner, salts } = await store.transact('readonly', 'relaxed', async (tx) => ({
    owner: await readNamed(tx, base),
    salts: await listHomeRows<SaltRow>(tx, 'salt'),
  }))
  if (owner === undefined) return undefined
  const theirs = await Promise.all(
    salts.map(({ value }) => partitionName(randomSource, value, owner.principal)),
  )
  return theirs.includes(owner.partition) ? owner : undefined
}

/** Takes the user's name off the disk, or puts it back. Their session goes on. */
export async function nameActive(tx: StoreTransaction, { partition, principal }: Owner): Promise<void> {
  const session = await sessionOf(tx, partition)
  if (session !== undefined && session.principal !== principal)
    tx.put('settings', { ...session, principal, from: principal ? session.from : undefined })
}

/** Changes the row of a partition, and puts it away where its user has left. */
export async function changePartition(
  tx: StoreTransaction,
  partition: string,
  now: number,
  change: (row: PartitionRow) => unknown,
): Promise<void> {
  const row = await readPartition(tx, partition)
  await change(row)
  if (isLeft(row)) await storeLeftPartition(tx, row, now)
  else tx.put('partitions', row)
}

/** Where a page lies that names its user, and when it does. */
export interface SignInPlace {
  readonly from: string
  readonly at: number
}

/**
 * Makes the owner's partition the one that every executor drains for an app, until another is. Ends the sessions of apps
 * above and below its base, which may be pages of the same app (P6). Gives an ended session of another user, if it came
 * from elsewhere.
 */
export async function activate(
  tx: StoreTransaction,
  owner: Owner,
  app: AppSettings = {},
  base: Base = '/',
  place: SignInPlace = { from: base, at: 0 },
): Promise<SessionRow | undefined> {
  const home = findHome(await listHomeRows(tx, 'salt'), base) ?? { name: 'salt', base }
  const name = sessionNameOfHome(home)
  const at = baseOfHome(home)
  const sessions = await listHomeRows<SessionRow>(tx, 'active')
  const isEnded = (session: SessionRow) =>
    at.startsWith(baseOfHome(session)) || baseOfHome(session).startsWith(at)
  const ended = sessions.filter(isEnded)
  const row = await readPartition(tx, owner.partition)
  beginSession(row)
  Object.assign(row, app)
  if (name !== 'active') row.home = name
  row.blockedLanes = latestLanes(row.blockedLanes)
  tx.put('partitions', row)
  for (const session of ended) tx.delete('settings', [session.name])
  tx.put('settings', { name, ...owner, base: storedBase(at), from: storedBase(place.from), at: place.at })
  const signedIn = [owner, ...sessions.filter((session) => !isEnded(session))]
  // The others have left, whether a page could say so or not.
  for (const other of await listPartitions(tx))
    if (!signedIn.some(({ partition }) => partition === other.partition))
      await recordSignOut(tx, await readPartition(tx, other.partition), place.at)
  return ended.find(({ partition, from = '/' }) => partition !== owner.partition && from !== place.from)
}

/** No entries of this partition are sent from here on, and its owner has left. */
export async function deactivate(tx: StoreTransaction, partition: string, now: number): Promise<void> {
  for (const session of await listHomeRows<SessionRow>(tx, 'active'))
    if (session.partition === partition) tx.delete('settings', [session.name])
  await recordSignOut(tx, await readPartition(tx, partition), now)
}

/** So many entries are gone, and a page knows them by their ids. Others, who found it first, may have known of fewer. */
export async function noteLoss(
  tx: StoreTransaction,
  partition: string,
  upTo: number,
  at: number,
): Promise<void> {
  const row = await readPartition(tx, partition)
  if (upTo > (row.lost?.upTo ?? 0)) row.lost = { restored: 0, at, ...row.lost, upTo }
  tx.put('partitions', row)
}

/** Moves the loss of a partition that no page finds any more to the partition that its user has now. */
export async function moveLoss(tx: StoreTransaction, from: string, to: string): Promise<void> {
  const row = await readPartition(tx, from)
  if (row.lost === undefined) return
  const { upTo, restored, at } = row.lost
  delete row.lost
  tx.put('partitions', row)
  await noteLoss(tx, to, upTo + restored, at)
}

/** Sends again after a pause for want of a session. */
export const unpause = (store: Store, partition: string, now: number): Promise<void> =>
  store.transact('readwrite', 'relaxed', (tx) => changePartition(tx, partition, now, beginSession))

export function beginSession(row: PartitionRow): void {
  delete row.paused
  delete row.unclear
  delete row.proven
  // A damaged count begins anew. It must not meet the session in which the user left.
  delete row.left
  row.session += 1
}
