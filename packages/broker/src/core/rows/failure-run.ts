// Why the last attempts did not end an entry, how often for each reason, and what its origin's row says of the last one.
import type { EntryCore, Trouble } from './entry.js'
import type { OriginRow } from './rows.js'

export type FailureCause = Pick<Trouble, 'reason' | 'httpStatus'>

/** The trouble after one more attempt. Each reason has its own count, whatever comes between. */
export function troubleAfter(
  { trouble: before }: EntryCore,
  { reason, httpStatus }: FailureCause,
  at: number,
): Trouble {
  const all = before && { ...before.earlier, [before.reason]: before.times }
  return { reason, httpStatus, at, times: (all?.[reason] ?? 0) + 1, ...(all && { earlier: all }) }
}

/** The origin's row without its last failure. */
export function withoutLastFailure({ lastFailure: _, ...row }: OriginRow): OriginRow {
  return row
}
