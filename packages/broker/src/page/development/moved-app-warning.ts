// For development. An app that begins above several others may be one of them that has moved.

import { baseOfHome, findHome, hasWorkIn, listHomeRows } from '../../core/rows/app-homes.js'
import type { Base } from '../../core/rows/base-path.js'
import { listPartitions } from '../../core/rows/key-spans.js'
import type { SaltRow } from '../../core/rows/rows.js'
import type { StoreTransaction } from '../../core/rows/store-port.js'
import { sayOnce } from '../../redux/development.js'

/** The bases below this one in which entries wait. Empty where this base finds a home. */
async function findMovedApp(tx: StoreTransaction, base: Base): Promise<readonly Base[]> {
  const homes = await listHomeRows<SaltRow>(tx, 'salt')
  if (findHome(homes, base) !== undefined) return []
  const rows = await listPartitions(tx)
  const waits = (home: SaltRow) => rows.some((row) => hasWorkIn(home, row))
  return homes.filter((home) => baseOfHome(home).startsWith(base) && waits(home)).map(baseOfHome)
}

/** Says so once, where work waits below a base that begins an empty outbox. Call it where `isDevelopment` only. */
export async function warnOfMovedApp(tx: StoreTransaction, base: Base): Promise<void> {
  const bases = await findMovedApp(tx, base)
  if (bases.length === 0) return
  sayOnce(
    `the page at ${base} begins an empty outbox, while entries wait at ${bases.join(', ')}. If this app was served ` +
      `there before, set \`base: '${bases[0]}'\` in createBroker() and in its worker.`,
  )
}
