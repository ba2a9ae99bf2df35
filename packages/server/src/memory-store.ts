// The store that forgets: for tests, examples and trying things out. It keeps the port's promises but for a crash,
// and it never removes anything.
import { turnWaitMsDefault } from './limits.js'
import type { Claim, Claimed, IdempotencyStore, RecordId, Settlement, StoredRecord } from './store.js'
import { createTurns, type Turns } from './turns.js'

/** A small map from names to values. Values are copied in and out, so what was not `set` cannot have changed. */
export interface MemoryTransaction {
  /** undefined where there is none. */
  get(name: string): unknown
  /** @throws DataCloneError where the value is no plain data */
  set(name: string, value: unknown): void
  delete(name: string): void
}

/** Everything in the memory of this process. */
export function memoryStore(): IdempotencyStore<MemoryTransaction> {
  const memory: Memory = {
    values: new Map(),
    records: new Map(),
    running: new Set(),
    turns: createTurns(turnWaitMsDefault),
  }
  return {
    runOnce: (claim, work) => runOnce(memory, claim, work),
    transaction: (work) => write(memory, async (tx) => ({ commit: () => {}, result: await work(tx) })),
  }
}

interface Memory {
  values: Map<string, unknown>
  readonly records: Map<string, StoredRecord & { readonly expiresAt: number }>
  /** The ids that are worked on now. */
  readonly running: Set<string>
  readonly turns: Turns
}

async function runOnce<Result>(
  memory: Memory,
  claim: Claim,
  work: (tx: MemoryTransaction) => Promise<Settlement<Result>>,
): Promise<Claimed<Result>> {
  const found = findRecord(memory, claim)
  if (found !== undefined) return found
  const id = nameOf(claim.id)
  if (memory.running.has(id)) return { kind: 'inProgress' }
  // From the look above to this line nothing awaits: that is the arbiter here (SC6).
  memory.running.add(id)
  try {
    return await write<Claimed<Result>>(memory, async (tx) => {
      const settlement = await work(tx)
      const ran = { kind: 'ran', result: settlement.result } as const
      if (settlement.kind === 'release') return { commit: undefined, result: ran }
      const { fingerprint, expiresAt } = claim
      const record = { kind: 'stored', fingerprint, answer: settlement.answer, expiresAt } as const
      return { commit: () => memory.records.set(id, record), result: ran }
    })
  } finally {
    memory.running.delete(id)
  }
}

interface Ending<Result> {
  /** What else to write when the transaction is committed; undefined undoes it. */
  readonly commit: (() => void) | undefined
  readonly result: Result
}

/** Works on a copy of the values: the transaction is committed by putting the copy in their place. */
function write<Result>(
  memory: Memory,
  work: (tx: MemoryTransaction) => Promise<Ending<Result>>,
): Promise<Result> {
  return memory.turns.take(async () => {
    const values = new Map(memory.values)
    const { tx, close } = openTransaction(values)
    try {
      const { commit, result } = await work(tx)
      if (commit !== undefined) {
        memory.values = values
        commit()
      }
      return result
    } finally {
      close()
    }
  })
}

function nameOf({ principal, key }: RecordId): string {
  return JSON.stringify([principal, key])
}

function findRecord({ records }: Memory, { id, now }: Claim): StoredRecord | undefined {
  const record = records.get(nameOf(id))
  if (record === undefined || record.expiresAt <= now) return undefined
  return { kind: 'stored', fingerprint: record.fingerprint, answer: record.answer }
}

/** The handle and the way to take it back: after `close` it throws. */
function openTransaction(values: Map<string, unknown>): { readonly tx: MemoryTransaction; close(): void } {
  let isOpen = true
  const open = (): Map<string, unknown> => {
    if (!isOpen) throw new Error('this transaction is over: await all work on it before the handler returns')
    return values
  }
  const tx: MemoryTransaction = {
    get: (name) => structuredClone(open().get(name)),
    set: (name, value) => {
      open().set(name, structuredClone(value))
    },
    delete: (name) => {
      open().delete(name)
    },
  }
  return {
    tx,
    close: () => {
      isOpen = false
    },
  }
}
