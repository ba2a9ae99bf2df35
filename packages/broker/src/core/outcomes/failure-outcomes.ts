// The outcomes of attempts that got no answer from the application: retry, in doubt, or paused.
import { retryAfterMs } from '../network/backoff.js'
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

/** The app's function gave no headers, so nothing was sent. */
export const outcomeWithoutHeaders = (problem: string): RetryOutcome => ({
  ...retryOutcome('headers'),
  sent: false,
  problem,
})

/**
 * The app's function threw an answer in place of giving headers. The answer says about session, server and network what
 * an answer to the request would say. A good answer that the function cannot use comes from a network that wants a sign-in
 * first. Undefined for any other answer below 500, which the app has to look at.
 */
export function outcomeOfHeadersAnswer(
  unsent: RetryOutcome,
  { httpStatus, retryAfter = '' }: { readonly httpStatus: number; readonly retryAfter?: string | undefined },
  endedBy: readonly number[],
  now: number,
): Outcome | undefined {
  if (endedBy.includes(httpStatus)) return { kind: 'paused', reason: 'auth', httpStatus }
  if (httpStatus < 400) return { ...unsent, reason: 'network', counts: 'unreachable' }
  if (httpStatus < 500 && httpStatus !== 429) return undefined
  const floor = retryAfterMs({ 'retry-after': retryAfter }, now)
  const counts = isServerThere(httpStatus) ? floor === undefined : 'unreachable'
  return { ...unsent, reason: 'http', httpStatus, retryAfterMs: floor, counts, rests: 'origin' }
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
