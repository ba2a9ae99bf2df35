// Keeps in an origin's row why the last attempt failed, until its application answers again.
import type { EntryCore } from './entry.js'
import type { OriginRow } from './origin.js'
import type { Outcome } from './outcome.js'

export interface LastFailure {
  /** As of the entry that met it. */
  readonly reason: string
  readonly httpStatus?: number | undefined
  readonly at: number
  /** The media type of an answer that was not taken for the application's; empty where it had none. */
  readonly came?: string | undefined
  readonly server: EntryCore['server']
}

/** The origin's row after one outcome of an entry. The same object where it says nothing new. */
export function withLastFailure(row: OriginRow, outcome: Outcome, entry: EntryCore, at: number): OriginRow {
  const isReturned = outcome.kind === 'returned' && outcome.reason === 'notAcknowledged'
  // The application has answered, whatever its answer leaves open.
  const isAnswered = outcome.kind === 'inDoubt' && !outcome.counts
  if (isAnswered || (outcome.kind !== 'retry' && outcome.kind !== 'inDoubt' && !isReturned)) {
    const { lastFailure, ...healthy } = row
    return lastFailure === undefined && row.answered ? row : { ...healthy, answered: true }
  }
  const { reason, httpStatus, came } = outcome
  // Where no request left, only a knock that nobody or a gateway answered tells of the way.
  if (outcome.kind === 'retry' && !outcome.sent && !/^(unreachable|http)$/.test(reason)) return row
  return { ...row, lastFailure: { reason, httpStatus, came, at, server: entry.server } }
}
