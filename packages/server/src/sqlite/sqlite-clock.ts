// The store's memory of the clock, in a row of its own. A process of an earlier version leaves it alone.

import { clockStepMsMax } from '../options/limits.js'
import { type ClockJump, watchClock } from '../store/clock-watch.js'
import type { Claim } from '../store/store.js'
import type { SqliteTx } from './sqlite-transaction.js'

/** Made by the store where it is missing. */
export const clockTable = `CREATE TABLE IF NOT EXISTS idempotency_clock (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seen INTEGER NOT NULL,
  moved INTEGER
) STRICT`

/** Notes the time of a claim by the rule of `seeClock`. Writes once an hour at most, and otherwise reads one row. */
export function seeClaim(tx: SqliteTx, { now }: Claim): void {
  tx.prepare(
    `INSERT INTO idempotency_clock (id, seen) VALUES (1, ?)
     ON CONFLICT (id) DO UPDATE SET seen = excluded.seen, moved = NULL
     WHERE abs(excluded.seen - seen) <= ${clockStepMsMax}
       AND (excluded.seen - seen >= ${hourMs} OR moved IS NOT NULL)`,
  ).run(now)
}

/** Notes the time of a purge by the rule of `watchClock`. Gives the jump that forbids the purge to remove anything. */
export function seePurge(tx: SqliteTx, now: number, isRight: boolean): ClockJump | undefined {
  // A database of an earlier version has no row here, so its newest record tells the last time.
  const row =
    tx.prepare('SELECT seen, moved FROM idempotency_clock').get() ??
    tx.prepare('SELECT created_at AS seen FROM idempotency_records ORDER BY rowid DESC LIMIT 1').get()
  const moved = row?.['moved']
  const known = row && { seen: Number(row['seen']), moved: typeof moved === 'number' ? moved : undefined }
  const { clock, held } = watchClock(known, now, isRight)
  tx.prepare('INSERT OR REPLACE INTO idempotency_clock (id, seen, moved) VALUES (1, ?, ?)').run(
    clock.seen,
    clock.moved ?? null,
  )
  return held
}

const hourMs = 3_600_000
