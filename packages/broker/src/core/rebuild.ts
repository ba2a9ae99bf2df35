// Counts an outbox anew from its rows, where the row that counts them is missing or damaged.
import { isNumber, isText, type Row } from './is.js'
import { listMax } from './limits.js'
import type { StoreTransaction } from './ports.js'
import { isReadable } from './readable.js'
import { type PartitionRow, within } from './schema.js'

const counters = ['nextSeq', 'nextNumber', 'waiting', 'dead', 'bytes', 'session']
const lists = ['channels', 'blockedLanes']

/** Whether a partition's row holds all that its executors and pages count with. */
export function isCounting(row: PartitionRow): boolean {
  const given = row as unknown as Row
  return (
    counters.map((name) => given[name]).every((count) => isNumber(count) && count >= 0) &&
    lists.map((name) => given[name]).every((list) => Array.isArray(list) && list.every(isText))
  )
}

/** The row as its entries, letters and notes make it. All else that the damaged row said is gone. */
export async function rebuilt(tx: StoreTransaction, empty: PartitionRow): Promise<PartitionRow> {
  const { partition } = empty
  const [entries, letters, notes] = await Promise.all([
    tx.list(within('entries', [partition]), listMax),
    tx.list(within('deadLetters', [partition]), listMax),
    tx.keys(within('journal', [partition])),
  ])
  const rows = [...entries, ...letters]
  const readable = rows.filter(isReadable)
  const after = (numbers: readonly unknown[]) =>
    numbers.filter(isNumber).reduce((most, number) => Math.max(most, number), 0) + 1
  return {
    ...empty,
    nextSeq: after(rows.map(({ seq }) => seq)),
    nextNumber: after(notes.map((key) => (key as readonly unknown[])[1])),
    waiting: entries.length,
    dead: letters.length,
    bytes: readable.reduce((sum, { bytes }) => sum + bytes, 0),
    channels: [...new Set(readable.map(({ channel }) => channel))],
  }
}
