// Brings back what the database has lost, from what is known elsewhere.

import { listMax } from '../limits.js'
import { record } from '../outbox/journal.js'
import { changePartition, newPartition, noteLoss, readPartition } from '../outbox/partition.js'
import { rebuiltCounts } from '../outbox/rebuild-counts.js'
import { isValidEntry } from '../outbox/row-validation.js'
import { listHomeRows, sessionNameOfHome, sessionNameOfPartition } from '../rows/app-homes.js'
import { keySpan, listPartitions } from '../rows/key-spans.js'
import { isValidPartition } from '../rows/partition-validation.js'
import type { PartitionRow, SaltRow } from '../rows/rows.js'
import type { Store, StoreTransaction } from '../rows/store-port.js'
import type { Checkpoint } from './checkpoint.js'
import { type KnownRows, mergeCopies } from './merge-copies.js'
import { isSuspect } from './row-versions.js'
import { type RecordedWrite, recordWrites } from './write-log.js'

export interface LostRows {
  readonly salts: readonly SaltRow[]
  /** The newest known rows of partitions that may have lost something. */
  readonly suspects: readonly PartitionRow[]
  readonly copy: Store | undefined
  /** The note in the copy; undefined where the copy cannot be read. */
  readonly copied: Checkpoint | undefined
  /** The salts that are known elsewhere. */
  readonly elsewhere: readonly SaltRow[]
}

export interface RecoveredRows {
  readonly writes: readonly RecordedWrite[]
  /** Whether the copy was read as far as it was needed. */
  readonly isRead: boolean
}

export type RecoverRows = typeof recoverRows

/** Uses one transaction of the database. A realm that dies has changed nothing, and a second one finds it done. */
export async function recoverRows(
  transact: Store['transact'],
  { salts, suspects, copy, copied, elsewhere }: LostRows,
  now: number,
): Promise<RecoveredRows> {
  const rows = await readRows(copied && copy, suspects)
  const writes: RecordedWrite[] = []
  await transact('readwrite', 'strict', async (plain) => {
    const tx = recordWrites(plain, writes)
    const homes = await listHomeRows<SaltRow>(tx, 'salt')
    for (const salt of salts) if (!homes.some(({ name }) => name === salt.name)) tx.put('settings', salt)
    let unreachable = 0
    for (const [i, known] of suspects.entries()) {
      const row = await tx.get('partitions', [known.partition])
      // The row is damaged, not lost. Count it anew from its entries.
      if (row !== undefined && !isValidPartition(row)) {
        tx.put('partitions', await rebuiltCounts(tx, known, row))
        continue
      }
      if (!isSuspect(row, known, copied)) continue
      await writeRowsBack(tx, row, known, rows?.[i], now)
      if (copy !== undefined && rows === undefined)
        await changePartition(tx, known.partition, now, (changed) => {
          changed.owed = true
        })
      const { lost } = await readPartition(tx, known.partition)
      if (row === undefined && lost && isReplaced(homeOf(homes, known), elsewhere))
        unreachable += lost.upTo + lost.restored
    }
    if (unreachable > 0) await tellAll(tx, homes, suspects, unreachable, now)
  })
  return { writes, isRead: rows !== undefined }
}

const homeOf = (homes: readonly SaltRow[], row: PartitionRow) =>
  homes.find((home) => sessionNameOfHome(home) === sessionNameOfPartition(row))

/** Whether the app began anew before anybody could say that it had a salt. Its pages do not find earlier outboxes. */
const isReplaced = (home: SaltRow | undefined, elsewhere: readonly SaltRow[]): boolean =>
  home !== undefined && elsewhere.some(({ name, value }) => name === home.name && value !== home.value)

/** Tells every user of the home, since nobody can tell whose entries they were. */
async function tellAll(
  tx: StoreTransaction,
  homes: readonly SaltRow[],
  suspects: readonly PartitionRow[],
  upTo: number,
  now: number,
): Promise<void> {
  for (const row of await listPartitions(tx))
    if (homeOf(homes, row) !== undefined && !suspects.some(({ partition }) => partition === row.partition))
      await noteLoss(tx, row.partition, upTo, now)
}

async function writeRowsBack(
  tx: StoreTransaction,
  row: PartitionRow | undefined,
  witness: PartitionRow,
  copied: KnownRows | undefined,
  now: number,
): Promise<void> {
  const own = await knownIn(tx, row ?? newPartition(witness.partition))
  const whole = mergeCopies({ own, copy: copied ?? { ...own, entries: [], letters: [] }, witness, now })
  const stay = { entries: seqsOf(whole.entries), deadLetters: seqsOf(whole.letters) }
  for (const { partition, seq } of own.entries)
    if (!stay.entries.has(seq)) tx.delete('entries', [partition, seq])
  for (const { partition, seq } of own.letters)
    if (!stay.deadLetters.has(seq)) tx.delete('deadLetters', [partition, seq])
  for (const entry of whole.entries) tx.put('entries', entry)
  for (const letter of whole.letters) tx.put('deadLetters', letter)
  const mended = {
    ...whole.row,
    wipes: Math.max(own.row.wipes ?? 0, witness.wipes ?? 0) + (row === undefined ? 1 : 0),
    owed: false,
  }
  // An open page has read past the places of what comes back late.
  const there = seqsOf(own.entries)
  for (const entry of row === undefined ? [] : whole.entries.filter(isValidEntry))
    if (!there.has(entry.seq) && entry.seq < own.row.nextSeq)
      record(tx, mended, entry, { kind: 'requeued' }, now)
  tx.put('partitions', mended)
}

const seqsOf = (rows: readonly { readonly seq: number }[]) => new Set(rows.map(({ seq }) => seq))

async function knownIn(tx: StoreTransaction, row: PartitionRow): Promise<KnownRows> {
  const [entries, letters] = await Promise.all([
    tx.list(keySpan('entries', [row.partition]), listMax),
    tx.list(keySpan('deadLetters', [row.partition]), listMax),
  ])
  return { row, entries, letters }
}

/** Undefined where there is no copy, or none that can be read. */
const readRows = async (
  copy: Store | undefined,
  suspects: readonly PartitionRow[],
): Promise<readonly KnownRows[] | undefined> =>
  copy
    ?.transact('readonly', 'relaxed', (tx) =>
      Promise.all(suspects.map(async ({ partition }) => knownIn(tx, await readPartition(tx, partition)))),
    )
    .catch(() => undefined)
