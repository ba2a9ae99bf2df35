// Keeps in an origin's row why the last attempt failed, until its application answers again.
import type { EntryCore } from '../rows/entry.js'
import { withoutLastFailure } from '../rows/failure-run.js'
import type { OriginRow } from '../rows/rows.js'
import type { Outcome } from './outcome.js'

/** The origin's row after one outcome of an entry. The same object where it says nothing new. */
export function withLastFailure(row: OriginRow, outcome: Outcome, entry: EntryCore, at: number): OriginRow {
  const isReturned = outcome.kind === 'returned' && outcome.reason === 'notAcknowledged'
  // The application has answered, whatever its answer leaves open.
  const isAnswered = outcome.kind === 'inDoubt' && !outcome.counts
  if (isAnswered || (outcome.kind !== 'retry' && outcome.kind !== 'inDoubt' && !isReturned))
    return row.lastFailure === undefined && row.answered
      ? row
      : { ...withoutLastFailure(row), answered: true }
  const { reason, httpStatus, came } = outcome
  // No request left. Two outcomes still say why: a knock that nobody or a gateway answered, or a header function that threw.
  if (outcome.kind === 'retry' && !outcome.sent && !/^(unreachable|http|headers)$/.test(reason)) return row
  return { ...row, lastFailure: { reason, httpStatus, came, at, server: entry.server } }
}
