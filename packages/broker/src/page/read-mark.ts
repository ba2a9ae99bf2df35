// Keeps a read from being taken for the truth about what was being written while it ran (P8).

import { readUnsettledLanes } from '../core/journal/outbox-changes.js'
import { journalMax } from '../core/limits.js'
import { readPartition } from '../core/outbox/partition.js'
import { maxKey } from '../core/rows/key-spans.js'
import type { StoreTransaction } from '../core/rows/store-port.js'
import { type Broker, internals } from './broker-types.js'

export interface ReadMark {
  /** When the read began, in epoch milliseconds: for `meta.readAt` of the action that brings its answer. */
  readonly readAt: number
  /**
   * Call it when the answer is there. Gives the lanes for which the answer cannot be trusted. In such a lane an entry was
   * in flight, of unknown effect, or settled since the mark, so the answer may or may not have it. Or the answer has it,
   * while the view still shows it as pending. Keep what you had of these lanes, and read again when they have settled.
   */
  touchedLanes(): Promise<ReadonlySet<string>>
}

/** Call it before a read is sent whose answer becomes confirmed state. */
// biome-ignore lint/suspicious/noExplicitAny: it serves a broker of any state
export async function markRead(broker: Broker<any, any>): Promise<ReadMark> {
  const inside = broker[internals]()
  const owner = await inside?.user()
  if (inside === undefined || owner === undefined) return { readAt: 0, touchedLanes: async () => new Set() }
  const { store, clock } = inside.ports
  const { partition } = owner
  const look = (since: number) =>
    store.transact('readonly', 'relaxed', (tx) => uncertainLanes(tx, partition, since))
  const readAt = clock.now()
  const before = await look(inside.shown() + 1)
  return {
    readAt,
    async touchedLanes() {
      const after = await look(before.number)
      return new Set([...before.lanes, ...after.lanes])
    },
  }
}

async function uncertainLanes(tx: StoreTransaction, partition: string, since: number) {
  const { nextNumber } = await readPartition(tx, partition)
  const [uncertain, journal] = await Promise.all([
    readUnsettledLanes(tx, partition),
    tx.list({ store: 'journal', from: [partition, since], to: [partition, maxKey] }, journalMax),
  ])
  return { number: nextNumber, lanes: [...uncertain, ...journal.map(({ lane }) => lane)] }
}
