// Decides the outcome of a reply. Only an answer that proves that the application handled this
// key is success. A failed fetch tells nothing about the effect.

import { isHtml } from '../network/media-type.js'
import type { Reply } from '../network/network.js'
import { type EntryCore, isRepeatableByItself, mayRepeat } from '../rows/entry.js'
import { troubleAfter } from '../rows/entry-trouble.js'
import { type Answer, dataOf, matchesAnyMark, typeOf } from './answer-marks.js'
import { classifyErrorStatus, refusedOutcome, type SessionSettings } from './classify-error-status.js'
import { outcomeOfUnknownEffect, retryOutcome } from './failure-outcomes.js'
import type { Outcome, RefusalJudge, Verdict } from './outcome.js'
import { isAcknowledged } from './server-acknowledgement.js'
import { storedProblem } from './stored-problem.js'

/**
 * The outcome of one reply for one entry, in its state before the reply. `judge`: the app's own function, in place of
 * the entry's marks.
 */
export function classifyReply(
  reply: Reply,
  entry: EntryCore,
  now: number,
  app: SessionSettings = {},
  judge?: RefusalJudge,
): Verdict {
  switch (reply.kind) {
    case 'failed': {
      const { timedOut, isThere } = reply
      const counts = isThere === undefined ? timedOut || 'away' : isThere || 'unreachable'
      return outcomeOfUnknownEffect(entry, timedOut ? 'timeout' : 'network', { counts })
    }
    case 'unsent': {
      const { reason, httpStatus } = reply
      // A gateway that finds nobody behind it has missed the server too.
      return { ...retryOutcome(reason, httpStatus), counts: reason !== 'busy' && 'unreachable', sent: false }
    }
    case 'cut':
      return outcomeOfUnknownEffect(entry, 'cut', { counts: true, httpStatus: reply.status })
    case 'redirect':
      // Most often to a login page. A server may well redirect from what it has done.
      return {
        kind: 'askSession',
        good: { kind: 'returned', reason: 'redirected', effect: 'unknown' },
        unknown: outcomeOfUnknownEffect(entry, 'redirected', { counts: true }),
      }
    case 'invalid': {
      const { effect } = entry
      return { kind: 'returned', reason: 'invalidRequest', problem: reply.message, effect, sent: false }
    }
    case 'answer':
      return reply.status >= 200 && reply.status < 300
        ? success(reply, entry, now, judge)
        : classifyErrorStatus(reply, entry, now, app)
  }
}

function success(given: Answer, entry: EntryCore, now: number, judge: RefusalJudge | undefined): Outcome {
  // The companion keeps no body above 64 KiB: a repeat comes without it.
  const reply = given.headers['idempotency-body'] === 'elided' ? { ...given, body: undefined } : given
  const answer = dataOf(reply)
  const { status: httpStatus } = reply
  if (!isAcknowledged(reply, entry, answer)) return unacknowledged(reply, entry, now)
  const isRefused = judge ? judge(reply, answer) : matchesAnyMark(reply, answer, entry.refusedWhen ?? [])
  if (isRefused === undefined) return { kind: 'inDoubt', reason: 'refusalUnknown', httpStatus, counts: false }
  if (isRefused) return refusedOutcome(reply, entry)
  return reply.body === undefined
    ? { kind: 'confirmed', httpStatus, reason: 'answerTooLong' }
    : { kind: 'delivered', httpStatus, answer }
}

/**
 * Waits between the eight sends of a request whose answers say 2xx and are not the application's. They take ten minutes.
 * The first are left to the backoff, and behind a captive portal to the origin's probes, so that its end is seen at once.
 */
const unacknowledgedMs = [0, 0, 0, 0, 60_000, 240_000, 300_000]

/** A captive portal passes; a server that answers so for good was declared wrongly. */
function unacknowledged(reply: Answer, entry: EntryCore, now: number): Outcome {
  const came = typeOf(reply)
  const why = { reason: 'notAcknowledged', httpStatus: reply.status, came } as const
  const { times } = troubleAfter(entry, why, now)
  // HTML is most often of something between, which keeps everything from the server.
  const counts = isHtml(came) ? 'away' : true
  const waitMs = unacknowledgedMs[times - 1]
  if (waitMs !== undefined || !mayRepeat(entry)) {
    const outcome = {
      ...outcomeOfUnknownEffect(entry, why.reason, { counts, httpStatus: reply.status }),
      came,
    }
    return outcome.kind === 'inDoubt' ? outcome : { ...outcome, retryAfterMs: waitMs }
  }
  if (!isRepeatableByItself(entry)) return { kind: 'inDoubt', counts, ...why }
  return { kind: 'returned', ...why, problem: storedProblem(reply), effect: 'unknown' }
}
