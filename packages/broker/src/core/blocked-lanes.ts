// Lanes that a dead letter holds back (`onReturned: 'block'`). The letters' own index tells, so that it costs the same
// however many there are.
import type { DeadLetter } from './entry.js'
import type { StoreTransaction } from './ports.js'
import { type PartitionRow, within } from './schema.js'

/** Whether a dead letter holds the lane back. */
export async function isBlocked(
  tx: StoreTransaction,
  { partition, dead }: Pick<PartitionRow, 'partition' | 'dead'>,
  lane: string,
): Promise<boolean> {
  return (
    dead > 0 &&
    (await tx.firstKey(within('deadLetters', [partition, lane, 'block'], 'blocked'))) !== undefined
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

export const listed = (lanes: readonly string[]): readonly string[] => lanes.slice(-listedMax)
