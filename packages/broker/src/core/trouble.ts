// Why the last attempts of an entry did not end it, and how often in a row.
import type { EntryCore, Trouble } from './entry.js'

export type Why = Pick<Trouble, 'reason' | 'httpStatus'>

/** The trouble after one more attempt. The same reason and status go on with the run of those before. */
export function troubleAfter(
  { trouble: before }: EntryCore,
  { reason, httpStatus }: Why,
  at: number,
): Trouble {
  const isSame = before?.reason === reason && before.httpStatus === httpStatus
  return { reason, httpStatus, at, times: isSame ? before.times + 1 : 1 }
}
