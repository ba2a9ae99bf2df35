// The lanes of an outbox. A dead letter may hold a lane back, and the first entry of a lane is its head.

import { type DeadLetter, toRow } from '../rows/entry.js'
import { keySpan } from '../rows/key-spans.js'
import type { PartitionRow } from '../rows/rows.js'
import type { StoreTransaction } from '../rows/store-port.js'
import { transition } from './entry-state.js'
import { isValidEntry } from './row-validation.js'

/** Whether a dead letter holds the lane back. */
export async function isBlocked(
  tx: StoreTransaction,
  { partition, dead }: Pick<PartitionRow, 'partition' | 'dead'>,
  lane: string,
): Promise<boolean> {
  return (
    dead > 0 &&
    (await tx.firstKey(keySpan('deadLetters', [partition, lane, 'block'], 'blocked'))) !== undefined
  )
}

/** Those of the lanes that are held back. */
export async function blockedOf(
  tx: StoreTransaction,
  row: PartitionRow,
  lanes: readonly string[],
): Promise<readonly string[]> {
  const held = await Promise.all(lanes.map((lane) => isBlocked(tx, row, lane)))
  return lanes.filter((_, i) => held[i])
}

export const blocks = ({ onReturned }: Pick<DeadLetter, 'onReturned'>): boolean => onReturned === 'block'

/** So many are listed in the partition's row, the latest, for tabs of a release that asks no index. */
const listedMax = 20

export const latestLanes = (lanes: readonly string[]): readonly string[] => lanes.slice(-listedMax)

/**
 * Makes the first entry of a lane its head, unless a dead letter holds the lane back. An entry that this release cannot
 * read is left as it is, and the lane is noted for a release that can.
 */
export async function promoteNext(tx: StoreTransaction, row: PartitionRow, lane: string): Promise<void> {
  if (await isBlocked(tx, row, lane)) return
  const [next] = await tx.list(keySpan('entries', [row.partition, lane], 'lane'), 1)
  const others = row.stuckLanes?.filter((stuck) => stuck !== lane)
  if (next !== undefined && !isValidEntry(next)) {
    row.stuckLanes = [...(others ?? []), lane]
    return
  }
  if (others !== undefined) row.stuckLanes = others
  if (next?.state === 'waiting' && !next.head)
    tx.put('entries', toRow(transition(next, { type: 'promoted' })))
}
