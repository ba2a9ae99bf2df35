// The store's memory of the clock, in a row of its own. A process of an earlier version leaves it alone.

import { type ClockJump, type ClockSeen, watchClock } from '../store/clock-watch.js'
import { type JudgedClaim, judgedClaim, judgedMoments } from '../store/held-clock.js'
import type { Claim, Moments } from '../store/store.js'
import type { SqliteDatabase } from './sqlite-database.js'
import type { SqliteRow, SqliteTx } from './sqlite-transaction.js'

/** Made by the store where it is missing. */
export const clockTable = `CREATE TABLE IF NOT EXISTS idempotency_clock (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seen INTEGER NOT NULL,
  moved INTEGER
) STRICT`

/**
 * Notes the time of a claim, and gives the claim as it is to be judged. Writes once an hour at most, and at a jump,
 * and says in `hasNews` whether it did.
 */
export function seeClaim(
  database: SqliteDatabase,
  tx: SqliteTx,
  claim: Claim,
): { readonly judged: JudgedClaim; readonly hasNews: boolean } {
  const known = knownClock(database)
  const { clock, held } = watchClock(known, claim.now, false)
  const hasNews =
    known === undefined || clock.moved !== known.moved || Math.abs(clock.seen - known.seen) >= hourMs
  if (hasNews) keepClock(tx, clock)
  return { judged: judgedClaim(claim, held), hasNews }
}

/** Notes the time of a purge. Gives the jump that forbids the purge to remove anything. */
export function seePurge(
  database: SqliteDatabase,
  tx: SqliteTx,
  now: number,
  isRight: boolean,
): ClockJump | undefined {
  const { clock, held } = watchClock(knownClock(database), now, isRight)
  keepClock(tx, clock)
  return held
}

/**
 * The moments by which a record is judged.
 * @param row has `seen` and `moved` of the clock, null where it has no row
 */
export function momentsOfLook(database: SqliteDatabase, row: SqliteRow, moments: Moments): Moments {
  const known = row['seen'] === null ? firstClock(database) : clockOf(row)
  return judgedMoments(moments, watchClock(known, moments.now, false).held)
}

function knownClock(database: SqliteDatabase): ClockSeen | undefined {
  const row = database.prepare('SELECT seen, moved FROM idempotency_clock').get([])
  return row === undefined ? firstClock(database) : clockOf(row as SqliteRow)
}

/** A database of an earlier version has no row of the clock, so its newest record tells the last time. */
function firstClock(database: SqliteDatabase): ClockSeen | undefined {
  const newest = 'SELECT created_at AS seen FROM idempotency_records ORDER BY rowid DESC LIMIT 1'
  const row = database.prepare(newest).get([])
  return row === undefined ? undefined : clockOf(row as SqliteRow)
}

function clockOf({ seen, moved }: SqliteRow): ClockSeen {
  return {
    seen: Number(seen),
    moved: typeof moved === 'number' || typeof moved === 'bigint' ? Number(moved) : undefined,
  }
}

function keepClock(tx: SqliteTx, { seen, moved }: ClockSeen): void {
  tx.prepare('INSERT OR REPLACE INTO idempotency_clock (id, seen, moved) VALUES (1, ?, ?)').run(
    seen,
    moved ?? null,
  )
}

const hourMs = 3_600_000
