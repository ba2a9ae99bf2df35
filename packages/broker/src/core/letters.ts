// What a person may do with entries: take back one that was never sent, send a returned one again, or let it go.
import { type DeadLetter, entryVersion, isRepeatable, toRow } from './entry.js'
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

export async function findLetter(
  tx: StoreTransaction,
  partition: string,
  id: string,
): Promise<DeadLetter | undefined> {
  const [letter] = await tx.list(
    { store: 'deadLetters', index: 'id', from: [partition, id], to: [partition, id] },
    1,
  )
  return letter
}

/**
 * Puts a dead letter back in its old place of its lane. It keeps its key while the server may have acted on it, so
 * that a repeat does nothing; after a refusal it needs a new one, since the refusal would be replayed (R4).
 */
export async function requeue(
  tx: StoreTransaction,
  letter: DeadLetter,
  newKey: string,
  now: number,
): Promise<void> {
  const { partition, seq, lane } = letter
  await change(tx, partition, async (ledgers) => {
    const first = await tx.firstKey({
      store: 'entries',
      index: 'lane',
      from: [partition, lane],
      to: [partition, lane, last],
    })
    const free = unblock(ledgers, letter) || first === undefined
    const key = letter.effect === 'unknown' && isRepeatable(letter) ? letter.key : newKey
    const entry = transition(letter, { type: 'requeued', key, seq, head: false, now })
    tx.put('entries', toRow(entry))
    tx.delete('deadLetters', [partition, seq])
    if (free) await promote(tx, ledgers.row, lane)
    ledgers.row = { ...ledgers.row, waiting: ledgers.row.waiting + 1, dead: ledgers.row.dead - 1 }
    record(tx, ledgers, entry, { kind: 'requeued', answer: undefined }, now)
  })
}

/** Gives a dead letter up for good, and lets a lane that it held back go on. */
export async function discard(tx: StoreTransaction, letter: DeadLetter, now: number): Promise<void> {
  const { partition, seq, lane, bytes } = letter
  transition(letter, { type: 'discarded' })
  await change(tx, partition, async (ledgers) => {
    tx.delete('deadLetters', [partition, seq])
    if (unblock(ledgers, letter)) await promote(tx, ledgers.row, lane)
    ledgers.row = { ...ledgers.row, dead: ledgers.row.dead - 1, bytes: ledgers.row.bytes - bytes }
    record(tx, ledgers, letter, { kind: 'discarded', answer: undefined }, now)
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
