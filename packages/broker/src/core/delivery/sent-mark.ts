// Marks a request that must not be repeated while it waits, and again right before it leaves (a write-ahead mark). While
// the request waits its entry has had no effect, whatever becomes of its sender.

import type { SendOptions } from '../network/network.js'
import { transition } from '../outbox/entry-state.js'
import { isActive, sessionOf } from '../outbox/partition.js'
import { isRepeatable, type SendingEntry, toRow } from '../rows/entry.js'
import type { DeliveryPorts } from './delivery-ports.js'
import { findLeasedEntry } from './lease.js'

/** The marks of one attempt, on its way to the network. */
export function createSentMark(
  ports: Pick<DeliveryPorts, 'store' | 'report'>,
  sending: SendingEntry,
): Pick<NonNullable<SendOptions['knock']>, 'hold' | 'mayLeave'> {
  let held = sending.lease.knocking ? Promise.resolve() : undefined
  return {
    hold() {
      if (!isRepeatable(sending)) held ??= writeMark(ports, sending, 'held').then(() => {}, ports.report)
    },
    async mayLeave(hasWaited) {
      if (held === undefined) return !hasWaited || isActive(ports.store, sending.partition)
      await held
      return writeMark(ports, sending, 'left')
    },
  }
}

/** False where another executor has the entry by now, or where it is to leave and its user has signed out (P6). */
const writeMark = (
  { store }: Pick<DeliveryPorts, 'store'>,
  sending: SendingEntry,
  type: 'held' | 'left',
): Promise<boolean> =>
  store.transact('readwrite', 'strict', async (tx) => {
    const entry = await findLeasedEntry(tx, sending)
    if (entry === undefined) return false
    if (type === 'left' && (await sessionOf(tx, sending.partition)) === undefined) return false
    tx.put('entries', toRow(transition(entry, { type })))
    return true
  })
