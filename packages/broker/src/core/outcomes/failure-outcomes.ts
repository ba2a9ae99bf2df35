// The outcomes after which an entry is sent again.
import { isServerThere } from '../network/reachability.js'
import { type EntryCore, mayRepeat } from '../rows/entry.js'
import type { Counts, Outcome } from './outcome.js'

type RetryOutcome = Outcome & { readonly kind: 'retry' }

/** The least that a retry says. */
export const retryOutcome = (reason: string, httpStatus?: number): RetryOutcome => ({
  kind: 'retry',
  reason,
  httpStatus,
  effect: 'none',
  counts: false,
  rests: 'lane',
  sent: true,
})

/**
 * The app's function gave no headers, so nothing was sent. `httpStatus`: of the answer that it got in their place. A good
 * one that it has no use for is of a network that wants a sign-in first.
 */
export function outcomeWithoutHeaders(problem: string, httpStatus?: number): RetryOutcome {
  const unsent = { ...retryOutcome('headers'), sent: false, problem }
  if (httpStatus === undefined) return unsent
  return httpStatus < 400
    ? { ...unsent, reason: 'network', counts: 'unreachable' }
    : { ...unsent, reason: 'http', httpStatus, counts: isServerThere(httpStatus) || 'unreachable' }
}

/** In doubt beats duplicate. A request that may have had effect is sent again only where a repeat is harmless. */
export function outcomeOfUnknownEffect(
  entry: EntryCore,
  reason: string,
  more: { readonly counts: Counts; readonly httpStatus?: number },
): Outcome & { readonly kind: 'retry' | 'inDoubt' } {
  if (!mayRepeat(entry)) return { kind: 'inDoubt', reason, ...more }
  return { ...retryOutcome(reason), ...more, effect: 'unknown' }
}

/** The least wait before the next attempt, which grows with each of a run that ended alike. */
export const leastRetryDelayMs = (times: number): number => Math.min(1_000 * 2 ** (times - 1), 60_000)
