// The commands of a person on entries that came back or are in doubt. A person sends them again, or discards them.

import { type DeadLetter, type InDoubtEntry, isRepeatable, toRow } from '../rows/entry.js'
import { findEntry, keySpan } from '../rows/key-spans.js'
import type { PartitionRow } from '../rows/rows.js'
import type { StoreTransaction } from '../rows/store-port.js'
import { endEntry, forgetFailure } from './end-entry.js'
import { transition } from './entry-state.js'
import { record } from './journal.js'
import { blocks, promoteNext } from './lanes.js'
import { changePartition } from './partition.js'
import { isValidEntry } from './row-validation.js'

/** An entry that waits for a person, as a dead letter or in doubt. */
export type Unresolved = DeadLetter | InDoubtEntry

export async function findUnresolved(
  tx: StoreTransaction,
  partition: string,
  id: string,
): Promise<Unresolved | undefined> {
  const [letter] = await tx.list(keySpan('deadLetters', [partition, id], 'id'), 1)
  if (letter !== undefined && isValidEntry(letter)) return letter
  const entry = await findEntry(tx, partition, id)
  return entry?.state === 'inDoubt' && isValidEntry(entry) ? entry : undefined
}

/**
 * Has it sent again, under its key or a new one. It keeps its key while the server may have acted on it, so that a
 * repeat does nothing. It needs a new one after a refusal, since the server would replay the refusal. So it does where the
 * server called the key expired (`keyExpired`) or another request's (`keyReused`), since it would say so again.
 */
export function requeueEntry(
  tx: StoreTransaction,
  held: Unresolved,
  newKey: string,
  now: number,
): Promise<void> {
  const reason = held.trouble?.reason
  const isKnown = held.effect === 'unknown' && reason !== 'keyExpired' && reason !== 'keyReused'
  const keepsKey = isKnown && (held.state === 'inDoubt' || isRepeatable(held))
  const key = keepsKey ? held.key : newKey
  const { partition, seq, lane } = held
  return changePartition(tx, partition, now, async (row) => {
    const entry = transition(held, { type: 'requeued', key, seq, head: false, now })
    let isFree = true
    if (held.state === 'dead') {
      const first = await tx.firstKey(keySpan('entries', [partition, lane], 'lane'))
      isFree = blocks(held) || first === undefined
      removeLetter(tx, row, held)
      row.waiting += 1
      row.bytes += entry.bytes - held.bytes
    }
    tx.put('entries', toRow(entry))
    // One in doubt may stand behind another, where the database lost what was known of both.
    if (isFree) await promoteNext(tx, row, lane)
    record(tx, row, entry, { kind: 'requeued' }, now)
  })
}

/** It happened, though no answer says so. The entry has ended, and its lane goes on. */
export async function confirmEntry(tx: StoreTransaction, held: InDoubtEntry, now: number): Promise<void> {
  transition(held, { type: 'confirmed' })
  await forgetFailure(tx, held)
  return changePartition(tx, held.partition, now, (row) =>
    endEntry(tx, row, held, { kind: 'confirmed' }, now),
  )
}

/** Gives it up for good, and lets a lane that it held back go on. An entry in doubt may have taken effect. */
export async function discardEntry(tx: StoreTransaction, held: Unresolved, now: number): Promise<void> {
  const { partition, lane, bytes } = held
  transition(held, { type: 'discarded' })
  await forgetFailure(tx, held)
  await changePartition(tx, partition, now, async (row) => {
    if (held.state === 'inDoubt') return endEntry(tx, row, held, { kind: 'cancelled' }, now)
    removeLetter(tx, row, held)
    if (blocks(held)) await promoteNext(tx, row, lane)
    row.bytes -= bytes
    record(tx, row, held, { kind: 'discarded' }, now)
  })
}

function removeLetter(tx: StoreTransaction, row: PartitionRow, { partition, seq, lane }: DeadLetter): void {
  tx.delete('deadLetters', [partition, seq])
  row.dead -= 1
  row.blockedLanes = row.blockedLanes.filter((blocked) => blocked !== lane)
}
