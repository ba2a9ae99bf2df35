// The store on an embedded SQLite file, through libsql or better-sqlite3, with its records beside the application's
// tables. Promise: effect and record are one commit on disk. A crash, a kill or a power cut leaves both or neither.

import { turnWaitMsDefault } from './options/limits.js'
import { checkSqliteStore } from './sqlite/check-sqlite-store.js'
import { clockTable, seeClaim, seePurge } from './sqlite/sqlite-clock.js'
import type { SqliteDatabase } from './sqlite/sqlite-database.js'
import {
  addConditions,
  findRecord,
  fullUntil,
  insertClaim,
  purgeRecords,
  recordsTable,
  removeRecordsOf,
  sealRecord,
} from './sqlite/sqlite-records.js'
import { isInTransaction, openTransaction, type SqliteTx } from './sqlite/sqlite-transaction.js'
import { recordName } from './store/record-name.js'
import {
  type Claim,
  type Claimed,
  type Found,
  type IdempotencyStore,
  type Moments,
  type Purged,
  type RecordId,
  type Settlement,
  StoreBusyError,
} from './store/store.js'
import { createTurns, type TurnOptions, type Turns } from './turns/turns.js'

export type { SqliteDatabase, SqliteValue } from './sqlite/sqlite-database.js'
export type { SqliteRow, SqliteStatement, SqliteTx } from './sqlite/sqlite-transaction.js'

export interface SqliteStoreOptions {
  /**
   * How long a transaction waits, in milliseconds, first for its turn in this store, then for other processes.
   * Default 5000. A longer wait ends in StoreBusyError, which `run()` answers with 503.
   */
  readonly waitMs?: number
}

// SQLite's own wait would stop the whole process, so this store turns it off and waits between tries. Each wait is
// random, so that two processes do not keep missing their moments.
const betweenTriesMs = () => 2 + 10 * Math.random()
const workSavepoint = 'redux_broker_work'

/**
 * Keeps records in the table `idempotency_records` of this database, which it creates. Sets the journal to WAL and
 * `synchronous` to FULL, for a commit that a power cut must not undo
 * (https://sqlite.org/pragma.html#pragma_synchronous).
 *
 * Make one store for one connection. While the store lives, write through `transaction` and handlers only. A
 * statement sent straight to the connection may land in the middle of a handler's transaction and share its fate. A
 * read may see rows that are not committed yet, so open a second connection for other reads.
 * @throws TypeError or RangeError on arguments that cannot be meant, SqliteError where the file cannot be written
 */
export function sqliteStore(
  database: SqliteDatabase,
  options: SqliteStoreOptions = {},
): IdempotencyStore<SqliteTx> {
  checkSqliteStore(database, options)
  const { waitMs = turnWaitMsDefault } = options
  prepareDatabase(database, waitMs)
  const connection: Connection = { database, waitMs, turns: createTurns(waitMs), running: new Set() }
  const transaction: IdempotencyStore<SqliteTx>['transaction'] = (work, user, waitMsMax) =>
    write(connection, { user, waitMsMax }, async (tx) => ({ commit: true, result: await work(tx) }))
  return {
    runOnce: (claim, work) => runOnce(connection, claim, work),
    find: (id, moments) => patiently(waitMs, () => look(connection, id, moments)),
    purge: (moments, recordsMax, isClockRight = false) =>
      transaction((tx): Purged => {
        const held = seePurge(database, tx, moments.now, isClockRight)
        return held === undefined ? purgeRecords(tx, moments, recordsMax) : { entombed: 0, removed: 0, held }
      }),
    purgePrincipal: (principal, recordsMax) =>
      transaction((tx) => removeRecordsOf(tx, principal, recordsMax)),
    transaction,
  }
}

interface Connection {
  readonly database: SqliteDatabase
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
  const { id, waitMsMax } = claim
  const options = { user: id.principal, waitMsMax, endsInMsMax: waitMsMax }
  const name = recordName(id)
  // This look only saves a turn, since a sealed record stays sealed. The arbiter is insertClaim.
  const found = lookNow(connection, id, claim)
  if (found.kind !== 'absent') return found
  running.add(name)
  try {
    return await write<Claimed<Result>>(connection, options, async (tx, keep) => {
      const { judged, hasNews } = seeClaim(database, tx, claim)
      if (hasNews) await keep()
      if (!insertClaim(tx, judged)) {
        return { commit: false, result: findRecord(database, id, claim) ?? { kind: 'inProgress' } }
      }
      const freeAt = fullUntil(tx, judged)
      if (freeAt !== undefined) return { commit: false, result: { kind: 'full', freeAt } }
      return settle(connection, tx, claim, work)
    })
  } finally {
    running.delete(name)
  }
}

/** The handler's part of a transaction, in a savepoint of its own, to which `refuse` goes back. */
async function settle<Result>(
  { database }: Connection,
  tx: SqliteTx,
  claim: Claim,
  work: (tx: SqliteTx) => Promise<Settlement<Result>>,
): Promise<Ending<Claimed<Result>>> {
  database.exec(`SAVEPOINT ${workSavepoint}`)
  const settlement = await work(tx)
  const result = { kind: 'ran', result: settlement.result } as const
  if (settlement.kind === 'release') return { commit: false, result }
  if (settlement.kind === 'refuse') database.exec(`ROLLBACK TO ${workSavepoint}`)
  sealRecord(tx, claim, settlement.answer)
  return { commit: true, result }
}

/**
 * Ids at work in this process are not looked up, since the same connection would show rows that are not committed
 * yet.
 */
function look({ database, running }: Connection, id: RecordId, moments: Moments): Found {
  if (running.has(recordName(id))) return { kind: 'inProgress' }
  return tellBusy(() => findRecord(database, id, moments)) ?? { kind: 'absent' }
}

/** As `look`, without a wait where the file cannot be read now. In WAL mode that is rare. */
function lookNow(connection: Connection, id: RecordId, moments: Moments): Found {
  try {
    return look(connection, id, moments)
  } catch (error) {
    if (error instanceof StoreBusyError) return { kind: 'absent' }
    throw error
  }
}

function prepareDatabase(database: SqliteDatabase, waitMs: number): void {
  // Another process may be doing the same at this moment.
  database.pragma(`busy_timeout = ${waitMs}`)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(recordsTable)
  database.exec(clockTable)
  addConditions(database)
  database.pragma('busy_timeout = 0')
}

interface Ending<Result> {
  readonly commit: boolean
  readonly result: Result
}

/**
 * Runs `work` in its turn in a transaction, which ends with it on every path. `keep` commits what `work` has written so
 * far, even if the rest is undone.
 */
function write<Result>(
  { database, waitMs, turns }: Connection,
  options: TurnOptions,
  work: (tx: SqliteTx, keep: () => Promise<void>) => Promise<Ending<Result>>,
): Promise<Result> {
  const startedAt = performance.now()
  return turns.take(async () => {
    const begin = () => {
      const leftMs = (options.waitMsMax ?? Number.POSITIVE_INFINITY) - (performance.now() - startedAt)
      // The write lock at once, since a transaction that reads first and then writes could fail in its middle.
      return patiently(Math.min(waitMs, leftMs), () => tellBusy(() => database.exec('BEGIN IMMEDIATE')))
    }
    const keep = async () => {
      tellBusy(() => database.exec('COMMIT'))
      await begin()
    }
    await begin()
    const { tx, close } = openTransaction(database)
    try {
      const { commit, result } = await work(tx, keep)
      tellBusy(() => database.exec(commit ? 'COMMIT' : 'ROLLBACK'))
      return result
    } finally {
      close()
      if (isInTransaction(database)) database.exec('ROLLBACK')
    }
  }, options)
}

/** Tries a step until no other process holds the file, for `waitMs` at most. Awaits between the tries. */
async function patiently<Result>(waitMs: number, step: () => Result): Promise<Result> {
  const startedAt = performance.now()
  for (;;) {
    try {
      return step()
    } catch (error) {
      if (!(error instanceof StoreBusyError) || performance.now() - startedAt >= waitMs) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, betweenTriesMs()))
  }
}

/** Runs a step, and throws StoreBusyError where SQLite refuses it because another connection holds the file. */
function tellBusy<Result>(step: () => Result): Result {
  try {
    return step()
  } catch (error) {
    const isBusy = error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')
    throw isBusy ? new StoreBusyError('another process holds the database', { cause: error }) : error
  }
}
