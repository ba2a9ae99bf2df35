// The store that forgets: for tests, examples and trying things out. It keeps the port's promises but for a crash.
import { turnWaitMsDefault } from './limits.js'
import {
  findRecord,
  type MemoryRecords,
  purgeRecords,
  removeRecordsOf,
  sealRecord,
} from './memory-records.js'
import { recordName } from './record-name.js'
import type { Claim, Claimed, Found, IdempotencyStore, Moments, RecordId, Settlement } from './store.js'
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
    find: async (id, moments) => find(memory, id, moments),
    purge: (moments, recordsMax) =>
      memory.turns.take(async () => purgeRecords(memory.records, moments, recordsMax)),
    purgePrincipal: (principal, recordsMax) =>
      memory.turns.take(async () => removeRecordsOf(memory.records, principal, recordsMax)),
    transaction: (work) => write(memory, async (tx) => ({ commit: () => {}, result: await work(tx) })),
  }
}

interface Memory {
  values: Map<string, unknown>
  readonly records: MemoryRecords
  /** The ids that are worked on now. */
  readonly running: Set<string>
  readonly turns: Turns
}

async function runOnce<Result>(
  memory: Memory,
  claim: Claim,
  work: (tx: MemoryTransaction) => Promise<Settlement<Result>>,
): Promise<Claimed<Result>> {
  const found = find(memory, claim.id, claim)
  if (found.kind !== 'absent') return found
  const id = recordName(claim.id)
  // From the look above to this line nothing awaits: that is the arbiter here (SC6).
  memory.running.add(id)
  try {
    return await write<Claimed<Result>>(memory, async (tx) => {
      const settlement = await work(tx)
      const ran = { kind: 'ran', result: settlement.result } as const
      if (settlement.kind === 'release') return { commit: undefined, result: ran }
      return { commit: () => sealRecord(memory.records, claim, settlement.answer), result: ran }
    })
  } finally {
    memory.running.delete(id)
  }
}

function find({ records, running }: Memory, id: RecordId, moments: Moments): Found {
  if (running.has(recordName(id))) return { kind: 'inProgress' }
  return findRecord(records, id, moments) ?? { kind: 'absent' }
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
