// Keeps in an origin's row why the last attempt failed, until its application answers again.
import { originOf } from './channel.js'
import type { DeadLetter, EntryCore } from './entry.js'
import type { OriginRow } from './origin.js'
import type { Outcome } from './outcome.js'
import type { StoreTransaction } from './ports.js'

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
  if (isAnswered || (outcome.kind !== 'retry' && outcome.kind !== 'inDoubt' && !isReturned))
    return row.lastFailure === undefined && row.answered
      ? row
      : { ...withoutLastFailure(row), answered: true }
  const { reason, httpStatus, came } = outcome
  // No request left. Two outcomes still say why: a knock that nobody or a gateway answered, or a header function that threw.
  if (outcome.kind === 'retry' && !outcome.sent && !/^(unreachable|http|headers)$/.test(reason)) return row
  return { ...row, lastFailure: { reason, httpStatus, came, at, server: entry.server } }
}

/** The origin's row without it. */
export function withoutLastFailure({ lastFailure: _, ...row }: OriginRow): OriginRow {
  return row
}

/** Call it where an entry ends without an answer: its last failure is no present trouble. */
export async function forgetFailure(
  tx: StoreTransaction,
  { channel, trouble, returnedAt }: EntryCore & Partial<Pick<DeadLetter, 'returnedAt'>>,
): Promise<void> {
  const row = await tx.get('origins', [originOf(channel)])
  if (row?.lastFailure && row.lastFailure.at === (returnedAt ?? trouble?.at))
    tx.put('origins', withoutLastFailure(row))
}
