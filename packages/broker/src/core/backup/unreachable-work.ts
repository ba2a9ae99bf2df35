// Finds work that nobody can reach, since its salt was damaged and could not be brought back.

import { type Owner, readPartition } from '../outbox/partition.js'
import { findHome, hasWorkIn, listHomeRows, sessionNameOfHome } from '../rows/app-homes.js'
import type { Base } from '../rows/base-path.js'
import { listPartitions } from '../rows/key-spans.js'
import type { SaltRow, SessionRow } from '../rows/rows.js'
import type { StoreTransaction } from '../rows/store-port.js'

const homeAt = async (tx: StoreTransaction, base: Base) =>
  findHome(await listHomeRows<SaltRow>(tx, 'salt'), base)

/** Whether work waits in a home whose salt was made a moment ago. */
export async function hasUnreachableWork(tx: StoreTransaction, base: Base): Promise<boolean> {
  const home = await homeAt(tx, base)
  if (home === undefined) return false
  const rows = await listPartitions(tx)
  return rows.some((row) => hasWorkIn(home, row))
}

/** How much of a user's work lies in another partition than theirs, as the session of before tells. */
export async function countUnreachableWork(tx: StoreTransaction, owner: Owner, base: Base): Promise<number> {
  const home = await homeAt(tx, base)
  if (home === undefined) return 0
  const sessions = await listHomeRows<SessionRow>(tx, 'active')
  const before = sessions.find(({ name }) => name === sessionNameOfHome(home))
  if (before?.principal !== owner.principal || before.partition === owner.partition) return 0
  const { waiting, dead } = await readPartition(tx, before.partition)
  return waiting + dead
}
