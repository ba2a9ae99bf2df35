// Why the last attempts did not end an entry, how often in a row, and what its origin's row says of the last one.
import type { EntryCore, Trouble } from './entry.js'
import type { OriginRow } from './rows.js'

export type FailureCause = Pick<Trouble, 'reason' | 'httpStatus'>

/** The trouble after one more attempt. The same reason and status go on with the run of those before. */
export function troubleAfter(
  { trouble: before }: EntryCore,
  { reason, httpStatus }: FailureCause,
  at: number,
): Trouble {
  const isSame = before?.reason === reason && before.httpStatus === httpStatus
  return { reason, httpStatus, at, times: isSame ? before.times + 1 : 1 }
}

/** The origin's row without its last failure. */
export function withoutLastFailure({ lastFailure: _, ...row }: OriginRow): OriginRow {
  return row
}
