// Finds work that nobody can reach, since its salt was damaged and could not be brought back.

import { type Owner, readPartition } from '../outbox/partition.js'
import { type Base, findHome, listNamed, nameOf, waitsIn } from '../rows/app-homes.js'
import type { SaltRow, SessionRow } from '../rows/rows.js'
import { partitionsMax } from '../rows/schema.js'
import { within } from '../rows/spans.js'
import type { StoreTransaction } from '../rows/store.js'

const homeAt = async (tx: StoreTransaction, base: Base) =>
  findHome(await listNamed<SaltRow>(tx, 'salt'), base)

/** Whether work waits in a home whose salt was made a moment ago. */
export async function hasUnreachableWork(tx: StoreTransaction, base: Base): Promise<boolean> {
  const home = await homeAt(tx, base)
  if (home === undefined) return false
  const rows = await tx.list(within('partitions', []), partitionsMax)
  return rows.some((row) => waitsIn(home, row))
}

/** How much of a user's work lies in another partition than theirs, as the session of before tells. */
export async function countUnreachableWork(tx: StoreTransaction, owner: Owner, base: Base): Promise<number> {
  const home = await homeAt(tx, base)
  if (home === undefined) return 0
  const sessions = await listNamed<SessionRow>(tx, 'active')
  const before = sessions.find(({ name }) => name === nameOf(home))
  if (before?.principal !== owner.principal || before.partition === owner.partition) return 0
  const { waiting, dead } = await readPartition(tx, before.partition)
  return waiting + dead
}
