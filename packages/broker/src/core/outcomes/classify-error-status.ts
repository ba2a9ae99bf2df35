// Decides the outcome of an answer that is no success. A refusal counts as the application's own only where the key's
// echo signs it. At a plain server the content type that was asked for signs it (P5).

import { retryAfterMs } from '../network/backoff.js'
import { isHtml } from '../network/media-type.js'
import { defaultSession } from '../rows/answer-rules.js'
import type { EntryCore } from '../rows/entry.js'
import { troubleAfter } from '../rows/entry-trouble.js'
import type { AppSettings } from '../rows/rows.js'
import { type Answer, dataOf, matchesMark, typeOf } from './answer-marks.js'
import { leastRetryDelayMs, outcomeOfUnknownEffect, retryOutcome } from './failure-outcomes.js'
import type { Outcome, ReturnedReason, Verdict } from './outcome.js'
import { echoesKey, isAskedFor, signsAnswers } from './server-acknowledgement.js'
import { storedProblem } from './stored-problem.js'

/** How the app says that its server ends sessions. */
export type SessionSettings = Pick<AppSettings, 'sessionProbe' | 'sessionRules'>

/** Where the application has decided, and how, if not by plainly refusing. */
const returnedReasons: Readonly<Record<number, ReturnedReason>> = {
  409: 'conflict',
  412: 'conflict',
  501: 'protocol',
  505: 'protocol',
}

export const refusalReason = (httpStatus: number): ReturnedReason =>
  returnedReasons[httpStatus] ?? (httpStatus >= 300 && httpStatus < 400 ? 'protocol' : 'refused')

/** Gives `askSession` where only the session's probe can tell. */
export function classifyErrorStatus(
  reply: Answer,
  entry: EntryCore,
  now: number,
  app: SessionSettings,
): Verdict {
  const { status: httpStatus } = reply
  const { endedBy, probeOn, csrf } = { ...defaultSession, ...app.sessionRules }
  const problem = dataOf(reply)
  if ((httpStatus === 403 || httpStatus === 409) && problemType(problem) === 'principal-mismatch')
    return { kind: 'paused', reason: 'principal', httpStatus }
  const isCsrf = csrf.some((mark) => matchesMark(reply, problem, mark))
  // The next attempt has its headers prepared anew.
  if (isCsrf && entry.trouble?.reason !== 'csrf') return retryOutcome('csrf', httpStatus)
  const ends = endedBy.includes(httpStatus)
  const over = { kind: 'paused', reason: 'auth', httpStatus } as const
  // A pause has ended meanwhile, and the same request is answered so again: the answer may be about the request alone.
  const isAgain = ends && /^(auth|refused)$/.test(entry.trouble?.reason ?? '')
  const isAsking = app.sessionProbe !== undefined && (isCsrf || isAgain || probeOn.includes(httpStatus))
  if (ends && !isAsking) return over
  const refused = refusedOutcome(reply, entry)
  const inGood = ends ? { ...over, refused } : byStatus(reply, entry, now)
  const good = isCsrf ? refused : inGood
  if (!isAsking) return good
  return {
    kind: 'askSession',
    good,
    unknown: ends ? over : { ...retryOutcome('sessionUnknown', httpStatus), counts: true },
  }
}

/** The outcome of a status in a good session. */
function byStatus(reply: Answer, entry: EntryCore, now: number): Outcome {
  const { status: httpStatus } = reply
  const type = problemType(dataOf(reply))
  const floor = retryAfterMs(reply.headers, now)
  switch (httpStatus) {
    case 409:
      if (type === 'in-progress')
        return { ...retryOutcome('inProgress', httpStatus), effect: 'unknown', retryAfterMs: floor ?? 1_000 }
      break
    case 404:
    case 410:
      if (type === 'key-expired') return { kind: 'inDoubt', reason: 'keyExpired', httpStatus, counts: false }
      break
    case 422:
      // An earlier try with other headers, perhaps an older `If-Match`, has had its effect.
      if (type === 'key-reused' && entry.effect === 'unknown')
        return { kind: 'inDoubt', reason: 'keyReused', httpStatus, counts: false }
      break
    case 408:
      return outcomeOfUnknownEffect(entry, 'http', { counts: true, httpStatus })
    case 423:
    case 429:
    case 503: {
      const rests = httpStatus === 429 ? 'origin' : 'lane'
      return { ...retryOutcome('http', httpStatus), retryAfterMs: floor, counts: floor === undefined, rests }
    }
    case 425:
      return retryOutcome('http', httpStatus)
    case 511:
      return { ...retryOutcome('http', httpStatus), counts: 'away' }
  }
  if (httpStatus >= 500 && refusalReason(httpStatus) !== 'protocol')
    return outcomeOfUnknownEffect(entry, 'http', { counts: true, httpStatus })
  const unsigned = unsignedRefusal(reply, entry, now)
  if (unsigned !== undefined) return unsigned
  // A repeat of a DELETE that finds nothing tells that an earlier try had effect.
  if (
    (httpStatus === 404 || httpStatus === 410) &&
    entry.request.method === 'DELETE' &&
    entry.effect === 'unknown'
  )
    return { kind: 'delivered', httpStatus, answer: undefined }
  return refusedOutcome(reply, entry)
}

/** Sends of a request that a plain server, or a gateway before it, refuses. Their floors together are eleven minutes. */
const unsignedMax = 17

/** A refusal that the application did not make, as a gateway's during a deployment; undefined where it may be its own. */
function unsignedRefusal(reply: Answer, entry: EntryCore, now: number): Outcome | undefined {
  const { status: httpStatus } = reply
  const came = typeOf(reply)
  const why = { ...retryOutcome('unsignedRefusal', httpStatus), counts: true, came }
  if (signsAnswers(entry))
    return httpStatus < 400 || httpStatus >= 500 || echoesKey(reply, entry)
      ? undefined
      : { ...why, effect: 'unknown' }
  const isPage = isHtml(came) || came === 'text/plain'
  if (![403, 404, 413].includes(httpStatus) || !isPage || isAskedFor(entry, came)) return undefined
  const { times } = troubleAfter(entry, why, now)
  return times < unsignedMax ? { ...why, retryAfterMs: leastRetryDelayMs(times) } : undefined
}

export function refusedOutcome(reply: Answer, entry: EntryCore): Outcome & { readonly kind: 'returned' } {
  const { status: httpStatus } = reply
  return {
    kind: 'returned',
    reason: refusalReason(httpStatus),
    httpStatus,
    problem: storedProblem(reply),
    // A server that honours the key would have replayed the first try's answer. A proxy knows nothing of the key.
    effect: entry.server === 'idempotent' && echoesKey(reply, entry) ? 'none' : entry.effect,
  }
}

/** The last part of an RFC 9457 problem's `type`, whatever URI a server chose before it. */
function problemType(problem: unknown): string | undefined {
  const type = (problem as { readonly type?: unknown } | null | undefined)?.type
  return typeof type === 'string' ? type.split(/[:/#]/).at(-1) : undefined
}
