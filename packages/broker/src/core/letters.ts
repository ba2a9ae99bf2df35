// What a person may do with entries: take back one that was never sent, send a returned one again, or let it go.
import { type DeadLetter, entryVersion, type InDoubtEntry, isRepeatable, toRow } from './entry.js'
import { pageRowsMax } from './limits.js'
import { readPartition } from './partition.js'
import type { StoreTransaction } from './ports.js'
import { last } from './schema.js'
import { end, type Ledgers, promote, record } from './settle.js'
import { transition } from './transition.js'

/** Takes an entry back while it is certain that nothing of it was sent. */
export async function cancel(
  tx: StoreTransaction,
  partition: string,
  seq: number,
  now: number,
): Promise<'cancelled' | 'tooLate'> {
  const entry = await tx.get('entries', [partition, seq])
  if (entry?.state !== 'waiting' || entry.effect === 'unknown' || entry.version > entryVersion)
    return 'tooLate'
  transition(entry, { type: 'cancelled' })
  await change(tx, partition, (ledgers) =>
    end(tx, ledgers, entry, { kind: 'cancelled', answer: undefined }, now),
  )
  return 'cancelled'
}

/** What waits for a person: a dead letter, or an entry in doubt. */
export type Held = DeadLetter | InDoubtEntry

export async function findHeld(
  tx: StoreTransaction,
  partition: string,
  id: string,
): Promise<Held | undefined> {
  const [letter] = await tx.list(
    { store: 'deadLetters', index: 'id', from: [partition, id], to: [partition, id] },
    1,
  )
  if (letter !== undefined) return letter
  const inDoubt = [partition, 'inDoubt']
  const doubted = await tx.list(
    { store: 'entries', index: 'unsure', from: inDoubt, to: inDoubt },
    pageRowsMax,
  )
  return doubted.filter((entry) => entry.state === 'inDoubt').find((entry) => entry.id === id)
}

/**
 * Puts it back in its old place of its lane. It keeps its key while the server may have acted on it, so that a repeat
 * does nothing; after a refusal it needs a new one, since the refusal would be replayed (R4).
 */
export async function requeue(tx: StoreTransaction, held: Held, newKey: string, now: number): Promise<void> {
  const { partition, seq, lane, state } = held
  await change(tx, partition, async (ledgers) => {
    const key = held.effect === 'unknown' && isRepeatable(held) ? held.key : newKey
    // In doubt it has been the head of its lane all the time.
    const entry = transition(held, { type: 'requeued', key, seq, head: state === 'inDoubt', now })
    if (held.state === 'dead') {
      const first = await tx.firstKey({
        store: 'entries',
        index: 'lane',
        from: [partition, lane],
        to: [partition, lane, last],
      })
      const free = unblock(ledgers, held) || first === undefined
      tx.put('entries', toRow(entry))
      tx.delete('deadLetters', [partition, seq])
      if (free) await promote(tx, ledgers.row, lane)
      ledgers.row = { ...ledgers.row, waiting: ledgers.row.waiting + 1, dead: ledgers.row.dead - 1 }
    } else tx.put('entries', toRow(entry))
    record(tx, ledgers, entry, { kind: 'requeued', answer: undefined }, now)
  })
}

/** Gives it up for good, and lets a lane that it held back go on. What was in doubt may have taken effect. */
export async function discard(tx: StoreTransaction, held: Held, now: number): Promise<void> {
  const { partition, seq, lane, bytes } = held
  transition(held, { type: 'discarded' })
  await change(tx, partition, async (ledgers) => {
    if (held.state === 'inDoubt') return end(tx, ledgers, held, { kind: 'cancelled', answer: undefined }, now)
    tx.delete('deadLetters', [partition, seq])
    if (unblock(ledgers, held)) await promote(tx, ledgers.row, lane)
    ledgers.row = { ...ledgers.row, dead: ledgers.row.dead - 1, bytes: ledgers.row.bytes - bytes }
    record(tx, ledgers, held, { kind: 'discarded', answer: undefined }, now)
  })
}

/** Whether the letter held its lane back; it no longer does. */
function unblock(ledgers: Ledgers, { onReturned, lane }: DeadLetter): boolean {
  const { blockedLanes } = ledgers.row
  if (onReturned !== 'block' || !blockedLanes.includes(lane)) return false
  ledgers.row = { ...ledgers.row, blockedLanes: blockedLanes.filter((blocked) => blocked !== lane) }
  return true
}

async function change(
  tx: StoreTransaction,
  partition: string,
  work: (ledgers: Ledgers) => Promise<void>,
): Promise<void> {
  const ledgers: Ledgers = { row: await readPartition(tx, partition), origins: new Map() }
  await work(ledgers)
  tx.put('partitions', ledgers.row)
}
