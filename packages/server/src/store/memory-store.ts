// The store that forgets, for tests, examples and trying things out. It keeps the port's promises but for a crash.

import { turnWaitMsDefault } from '../options/limits.js'
import { createTurns, type TurnOptions, type Turns } from '../turns/turns.js'
import { type ClockSeen, watchClock } from './clock-watch.js'
import { judgedClaim, judgedMoments } from './held-clock.js'
import {
  findRecord,
  fullUntil,
  type MemoryRecords,
  purgeRecords,
  removeRecordsOf,
  sealRecord,
} from './memory-records.js'
import { recordName } from './record-name.js'
import type {
  Claim,
  Claimed,
  Found,
  IdempotencyStore,
  Moments,
  Purged,
  RecordId,
  Settlement,
} from './store.js'

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
    clock: undefined,
  }
  return {
    runOnce: (claim, work) => runOnce(memory, claim, work),
    find: async (id, moments) => find(memory, id, moments),
    purge: (moments, recordsMax, isClockRight = false) =>
      memory.turns.take(async () => purge(memory, moments, recordsMax, isClockRight)),
    purgePrincipal: (principal, recordsMax) =>
      memory.turns.take(async () => removeRecordsOf(memory.records, principal, recordsMax)),
    transaction: (work, user, waitMsMax) =>
      write(memory, { user, waitMsMax }, async (tx) => ({ keeps: 'effects', result: await work(tx) })),
  }
}

interface Memory {
  values: Map<string, unknown>
  readonly records: MemoryRecords
  /** The ids that are worked on now. */
  readonly running: Set<string>
  readonly turns: Turns
  clock: ClockSeen | undefined
}

async function runOnce<Result>(
  memory: Memory,
  claim: Claim,
  work: (tx: MemoryTransaction) => Promise<Settlement<Result>>,
): Promise<Claimed<Result>> {
  const found = find(memory, claim.id, claim)
  if (found.kind !== 'absent') return found
  const name = recordName(claim.id)
  // From the look above to this line nothing awaits, so this line is the arbiter of the claim.
  memory.running.add(name)
  try {
    const { id, waitMsMax } = claim
    const options = { user: id.principal, waitMsMax, endsInMsMax: waitMsMax }
    return await write<Claimed<Result>>(memory, options, async (tx) => {
      const { clock, held } = watchClock(memory.clock, claim.now, false)
      memory.clock = clock
      const judged = judgedClaim(claim, held)
      const freeAt = fullUntil(memory.records, judged)
      if (freeAt !== undefined) return { keeps: 'nothing', result: { kind: 'full', freeAt } }
      const settlement = await work(tx)
      const ran = { kind: 'ran', result: settlement.result } as const
      if (settlement.kind === 'release') return { keeps: 'nothing', result: ran }
      sealRecord(memory.records, judged, settlement.answer)
      return { keeps: settlement.kind === 'seal' ? 'effects' : 'nothing', result: ran }
    })
  } finally {
    memory.running.delete(name)
  }
}

function purge(memory: Memory, moments: Moments, recordsMax: number, isClockRight: boolean): Purged {
  const { clock, held } = watchClock(memory.clock, moments.now, isClockRight)
  memory.clock = clock
  return held === undefined
    ? purgeRecords(memory.records, moments, recordsMax)
    : { entombed: 0, removed: 0, held }
}

function find({ records, running, clock }: Memory, id: RecordId, moments: Moments): Found {
  if (running.has(recordName(id))) return { kind: 'inProgress' }
  const { held } = watchClock(clock, moments.now, false)
  return findRecord(records, id, judgedMoments(moments, held)) ?? { kind: 'absent' }
}

interface Ending<Result> {
  readonly keeps: 'effects' | 'nothing'
  readonly result: Result
}

/** Works on a copy of the values. The transaction is committed by putting the copy in their place. */
function write<Result>(
  memory: Memory,
  options: TurnOptions,
  work: (tx: MemoryTransaction) => Promise<Ending<Result>>,
): Promise<Result> {
  return memory.turns.take(async () => {
    const values = new Map(memory.values)
    const { tx, close } = openTransaction(values)
    try {
      const { keeps, result } = await work(tx)
      if (keeps === 'effects') memory.values = values
      return result
    } finally {
      close()
    }
  }, options)
}

/** The handle and the way to take it back. After `close` it throws. */
function openTransaction(values: Map<string, unknown>): { readonly tx: MemoryTransaction; close(): void } {
  let isOpen = true
  const open = (): Map<string, unknown> => {
    if (!isOpen) throw new Error('this transaction is over. Await all work on it before the handler returns')
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
