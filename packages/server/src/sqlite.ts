// The store on an embedded SQLite file, through libsql: records lie beside the application's own tables.
// Promise: effect and record are one commit on disk; a crash, a kill or a power cut leaves both or neither.
import type { Database } from 'libsql'
import { turnWaitMsDefault } from './limits.js'
import { recordName } from './record-name.js'
import {
  findRecord,
  insertClaim,
  purgeRecords,
  recordsTable,
  removeRecordsOf,
  sealRecord,
} from './sqlite-records.js'
import { isInTransaction, openTransaction, type SqliteTx } from './sqlite-transaction.js'
import {
  type Claim,
  type Claimed,
  type Found,
  type IdempotencyStore,
  type Moments,
  type RecordId,
  type Settlement,
  StoreBusyError,
} from './store.js'
import { createTurns, type Turns } from './turns.js'

export type { SqliteRow, SqliteStatement, SqliteTx, SqliteValue } from './sqlite-transaction.js'

export interface SqliteStoreOptions {
  /**
   * How long a transaction waits for the others, in milliseconds: first for those of this store, then for other
   * processes. Default 5000; then StoreBusyError, which `run()` answers with 503.
   */
  readonly waitMs?: number
}

// SQLite's own wait stops the whole process, so it is short; the rest of the wait is spent in between, awaiting.
const nativeWaitMs = 20
const betweenTriesMs = 10

/**
 * Keeps records in the table `idempotency_records` of this database, which it creates. Sets the journal to WAL and
 * `synchronous` to FULL, for a commit that a power cut must not undo (https://sqlite.org/pragma.html#pragma_synchronous).
 *
 * One store for one connection, and while it lives the application writes through `transaction` and handlers only:
 * a statement sent straight to the connection may land in the middle of a handler's transaction and share its fate,
 * and a read may see what is not committed yet. For other reads open a second connection.
 * @throws SqliteError where the file cannot be opened for writing
 */
export function sqliteStore(
  database: Database,
  { waitMs = turnWaitMsDefault }: SqliteStoreOptions = {},
): IdempotencyStore<SqliteTx> {
  prepareDatabase(database, waitMs)
  const connection: Connection = { database, waitMs, turns: createTurns(waitMs), running: new Set() }
  const transaction = <Result>(work: (tx: SqliteTx) => Result | PromiseLike<Result>) =>
    write(connection, async (tx) => ({ commit: true, result: await work(tx) }))
  return {
    runOnce: (claim, work) => runOnce(connection, claim, work),
    find: async (id, moments) => find(connection, id, moments),
    purge: (moments, recordsMax) => transaction((tx) => purgeRecords(tx, moments, recordsMax)),
    purgePrincipal: (principal, recordsMax) =>
      transaction((tx) => removeRecordsOf(tx, principal, recordsMax)),
    transaction,
  }
}

interface Connection {
  readonly database: Database
  readonly waitMs: number
  readonly turns: Turns
  /** The ids that this process works on now. */
  readonly running: Set<string>
}

async function runOnce<Result>(
  connection: Connection,
  claim: Claim,
  work: (tx: SqliteTx) => Promise<Settlement<Result>>,
): Promise<Claimed<Result>> {
  const { database, running } = connection
  // Only saves a turn: of a sealed record no claim is answered otherwise later on. The arbiter is insertClaim.
  const found = find(connection, claim.id, claim)
  if (found.kind !== 'absent') return found
  const id = recordName(claim.id)
  running.add(id)
  try {
    return await write<Claimed<Result>>(connection, async (tx) => {
      if (!insertClaim(tx, claim)) {
        return { commit: false, result: findRecord(database, claim.id, claim) ?? { kind: 'inProgress' } }
      }
      const settlement = await work(tx)
      if (settlement.kind === 'seal') sealRecord(tx, claim, settlement.answer)
      return { commit: settlement.kind === 'seal', result: { kind: 'ran', result: settlement.result } }
    })
  } finally {
    running.delete(id)
  }
}

/** What this process works on is not looked up: its own connection would show it what is not committed yet. */
function find({ database, running }: Connection, id: RecordId, moments: Moments): Found {
  if (running.has(recordName(id))) return { kind: 'inProgress' }
  return tellBusy(() => findRecord(database, id, moments)) ?? { kind: 'absent' }
}

function prepareDatabase(database: Database, waitMs: number): void {
  // Another process may be doing the same at this moment.
  database.pragma(`busy_timeout = ${waitMs}`)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(recordsTable)
  database.pragma(`busy_timeout = ${nativeWaitMs}`)
}

interface Ending<Result> {
  readonly commit: boolean
  readonly result: Result
}

/** Runs `work` in its turn in a transaction, which ends with it on every path. */
function write<Result>(
  { database, waitMs, turns }: Connection,
  work: (tx: SqliteTx) => Promise<Ending<Result>>,
): Promise<Result> {
  return turns.take(async () => {
    await begin(database, waitMs)
    const { tx, close } = openTransaction(database)
    try {
      const { commit, result } = await work(tx)
      tellBusy(() => database.exec(commit ? 'COMMIT' : 'ROLLBACK'))
      return result
    } finally {
      close()
      if (isInTransaction(database)) database.exec('ROLLBACK')
    }
  })
}

/** Takes the write lock at once: a transaction that reads first and then writes could fail in its middle. */
async function begin(database: Database, waitMs: number): Promise<void> {
  const startedAt = performance.now()
  for (;;) {
    try {
      tellBusy(() => database.exec('BEGIN IMMEDIATE'))
      return
    } catch (error) {
      if (!(error instanceof StoreBusyError) || performance.now() - startedAt >= waitMs) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, betweenTriesMs))
  }
}

/** Runs what SQLite may refuse because another connection holds the file, and says so in the store's words. */
function tellBusy<Result>(step: () => Result): Result {
  try {
    return step()
  } catch (error) {
    const isBusy = error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')
    throw isBusy ? new StoreBusyError('another process holds the database', { cause: error }) : error
  }
}
