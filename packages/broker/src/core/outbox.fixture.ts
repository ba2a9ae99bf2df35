// An outbox in memory for tests of the core: what an executor does to it, one transaction at a time.
import { memoryStore } from '../adapters/memory-store.js'
import { type Appended, append, type Capture } from './append.js'
import { type ClaimOptions, claim } from './claim.js'
import type { DeadLetter, EntryRow, SendingEntry } from './entry.js'
import { defaultLimits, type Limits } from './limits.js'
import type { OriginRow } from './origin.js'
import type { Outcome } from './outcome.js'
import { type AppWord, activate, readPartition } from './partition.js'
import type { Store, StoreTransaction } from './ports.js'
import { type JournalRow, last, type PartitionRow } from './schema.js'
import { type Ledgers, settle } from './settle.js'

const ownerOf = (partition: string) => ({ partition, principal: `user of ${partition}` })

/** All that is stored of one user. */
export interface Contents {
  readonly row: PartitionRow
  readonly entries: readonly EntryRow[]
  readonly letters: readonly DeadLetter[]
  readonly journal: readonly JournalRow[]
}

export interface Outbox {
  readonly store: Store
  write<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T>
  activate(partition?: string, app?: AppWord): Promise<void>
  accept(
    captures: readonly Capture[],
    more?: { partition?: string; now?: number; limits?: Partial<Limits> },
  ): Promise<readonly Appended[]>
  claim(more?: Partial<ClaimOptions> & { partition?: string }): Promise<readonly SendingEntry[]>
  settle(
    entry: SendingEntry,
    outcome: Outcome,
    more?: { now?: number; failuresMax?: number; random?: number; retentionMs?: number },
  ): Promise<boolean>
  contents(partition?: string): Promise<Contents>
  origin(name?: string): Promise<OriginRow | undefined>
}

export function outbox(): Outbox {
  const store = memoryStore()
  const write: Outbox['write'] = (work) => store.transact('readwrite', 'strict', work)

  const withLedgers = <T>(
    partition: string,
    origins: readonly string[],
    work: (tx: StoreTransaction, ledgers: Ledgers) => Promise<T>,
  ) =>
    write(async (tx) => {
      const rows = await Promise.all(origins.map((name) => tx.get('origins', [name])))
      const ledgers: Ledgers = {
        row: await readPartition(tx, partition),
        origins: new Map(rows.flatMap((row) => (row === undefined ? [] : [[row.origin, row]]))),
      }
      const result = await work(tx, ledgers)
      tx.put('partitions', ledgers.row)
      for (const row of ledgers.origins.values()) tx.put('origins', row)
      return result
    })

  return {
    store,
    write,
    async activate(partition = 'p', app = {}) {
      await write((tx) => activate(tx, ownerOf(partition), app))
    },
    accept: (captures, { partition = 'p', now = 0, limits = {} } = {}) =>
      write((tx) => append(tx, partition, captures, { now, limits: { ...defaultLimits, ...limits } })),
    claim: ({ partition = 'p', ...more } = {}) =>
      withLedgers(partition, ['https://o.example'], async (tx, { row, origins }) => {
        const { claimed } = await claim(tx, row, origins, {
          owner: 'me',
          now: 0,
          probe: 'none',
          concurrencyMax: 6,
          inFlight: [],
          serves: () => true,
          ...more,
        })
        return claimed
      }),
    settle: (entry, outcome, { now = 0, failuresMax = 60, random = 0.5, retentionMs } = {}) =>
      withLedgers(entry.partition, ['https://o.example'], (tx, ledgers) =>
        settle(tx, ledgers, { entry, outcome, retentionMs }, { now, failuresMax, random: () => random }),
      ),
    contents: (partition = 'p') =>
      store.transact('readonly', 'relaxed', async (tx) => {
        const all = { from: [partition], to: [partition, last] }
        return {
          row: await readPartition(tx, partition),
          entries: await tx.list({ store: 'entries', ...all }, 1e6),
          letters: await tx.list({ store: 'deadLetters', ...all }, 1e6),
          journal: await tx.list({ store: 'journal', ...all }, 1e6),
        }
      }),
    origin: (name = 'https://o.example') =>
      store.transact('readonly', 'relaxed', (tx) => tx.get('origins', [name])),
  }
}

export const delivered: Outcome & { readonly kind: 'delivered' } = {
  kind: 'delivered',
  httpStatus: 200,
  answer: { likes: 1 },
}
export const refused: Outcome & { readonly kind: 'returned' } = {
  kind: 'returned',
  reason: 'refused',
  httpStatus: 422,
  problem: 'no',
  effect: 'none',
}
export const doubted: Outcome & { readonly kind: 'inDoubt' } = {
  kind: 'inDoubt',
  reason: 'cut',
  counts: true,
}
export const retry = (more: Partial<Outcome & { kind: 'retry' }> = {}): Outcome & { kind: 'retry' } => ({
  kind: 'retry',
  reason: 'http',
  httpStatus: 500,
  effect: 'unknown',
  counts: true,
  rests: 'lane',
  sent: true,
  ...more,
})
