// Decides what a reply means: the table of outcomes. Only an answer that proves that the application handled this
// key is success; a failed fetch tells nothing about the effect.
import { type Answer, bearsAny, dataOf, typeOf } from './answer.js'
import { type Effect, type EntryCore, isRepeatableByItself, mayRepeat } from './entry.js'
import type { Reply } from './ports.js'
import { problemOf } from './problem.js'
import { refusal, refused, type SessionWord } from './refusal.js'
import { again, unknownEffect } from './retry.js'
import type { PauseReason } from './schema.js'
import { isAcknowledged } from './success.js'
import { troubleAfter } from './trouble.js'

export type ReturnedReason =
  | 'refused'
  | 'conflict'
  | 'protocol'
  | 'redirected'
  | 'failuresMax'
  | 'invalidRequest'
  | 'notAcknowledged'

/** Why there is no answer: it is longer than `answerBytesMax`, storage does not take its like, or no room is left. */
export type NoAnswerReason = 'answerTooLong' | 'answerNotStored' | 'storageFull'

/**
 * Whether a failure counts against its entry. `away`: only while the origin seems to be there otherwise.
 * `unreachable`: never, and the origin need not be tried a second time to know that it cannot be reached.
 */
export type Counts = boolean | 'away' | 'unreachable'

export type Outcome =
  | { readonly kind: 'delivered'; readonly httpStatus: number; readonly answer: unknown }
  /** It had its effect, and its answer is not known. */
  | { readonly kind: 'confirmed'; readonly httpStatus: number; readonly reason: NoAnswerReason }
  | {
      readonly kind: 'retry'
      readonly reason: string
      readonly httpStatus?: number | undefined
      readonly effect: Effect
      readonly counts: Counts
      /** The server's own floor. */
      readonly retryAfterMs?: number | undefined
      /** Rests until then: the entry's lane, or all that goes to its origin. */
      readonly rests: 'lane' | 'origin'
      /** False where the request surely never left this device. */
      readonly sent: boolean
      /** The media type of an answer that was not taken for the application's; empty where it had none. */
      readonly came?: string
    }
  | { readonly kind: 'paused'; readonly reason: PauseReason; readonly httpStatus?: number }
  | {
      readonly kind: 'inDoubt'
      readonly reason: string
      readonly httpStatus?: number | undefined
      /** As of a retry: what it tells of the origin. */
      readonly counts: Counts
      readonly came?: string
    }
  | {
      readonly kind: 'returned'
      readonly reason: ReturnedReason
      readonly httpStatus?: number | undefined
      readonly problem?: unknown
      readonly effect: Effect
      readonly came?: string
      /** False where no request could be built: nothing left this device. */
      readonly sent?: boolean
    }

/** Whether the session is over decides: only its own probe can tell. `unknown`: nobody can. */
export type Verdict =
  | Outcome
  | { readonly kind: 'askSession'; readonly good: Outcome; readonly unknown: Outcome }

/** Says whether an answer of 2xx means refusal; undefined where that cannot be known. */
export type Judge = (answer: Answer, data: unknown) => boolean | undefined

/**
 * The outcome of one reply for one entry, in its state before the reply. `judge`: the app's own function, in place of
 * the entry's marks.
 */
export function classify(
  reply: Reply,
  entry: EntryCore,
  now: number,
  app: SessionWord = {},
  judge?: Judge,
): Verdict {
  switch (reply.kind) {
    case 'failed': {
      const { timedOut, isThere } = reply
      const counts = isThere === undefined ? timedOut || 'away' : isThere || 'unreachable'
      return unknownEffect(entry, timedOut ? 'timeout' : 'network', { counts })
    }
    case 'unsent': {
      const { reason, httpStatus } = reply
      // A gateway that finds nobody behind it has missed the server too.
      return { ...again(reason, httpStatus), counts: reason !== 'busy' && 'unreachable', sent: false }
    }
    case 'cut':
      return unknownEffect(entry, 'cut', { counts: true, httpStatus: reply.status })
    case 'redirect':
      // Most often to a login page. A server may well redirect from what it has done.
      return {
        kind: 'askSession',
        good: { kind: 'returned', reason: 'redirected', effect: 'unknown' },
        unknown: unknownEffect(entry, 'redirected', { counts: true }),
      }
    case 'invalid': {
      const { effect } = entry
      return { kind: 'returned', reason: 'invalidRequest', problem: reply.message, effect, sent: false }
    }
    case 'answer':
      return reply.status >= 200 && reply.status < 300
        ? success(reply, entry, now, judge)
        : refusal(reply, entry, now, app)
  }
}

function success(given: Answer, entry: EntryCore, now: number, judge: Judge | undefined): Outcome {
  // The companion keeps no body above 64 KiB: a repeat comes without it.
  const reply = given.headers['idempotency-body'] === 'elided' ? { ...given, body: undefined } : given
  const answer = dataOf(reply)
  const { status: httpStatus } = reply
  if (!isAcknowledged(reply, entry, answer)) return unacknowledged(reply, entry, now)
  const isRefused = judge ? judge(reply, answer) : bearsAny(reply, answer, entry.refusedWhen ?? [])
  if (isRefused === undefined) return { kind: 'inDoubt', reason: 'refusalUnknown', httpStatus, counts: false }
  if (isRefused) return refused(reply, entry)
  return reply.body === undefined
    ? { kind: 'confirmed', httpStatus, reason: 'answerTooLong' }
    : { kind: 'delivered', httpStatus, answer }
}

/**
 * Waits between the eight sends of a request whose answers say 2xx and are not the application's: ten minutes at least.
 * The first are left to the backoff, and behind a captive portal to the origin's probes, so that its end is seen at once.
 */
const unacknowledgedMs = [0, 0, 0, 0, 60_000, 240_000, 300_000]

/** A captive portal passes; a server that answers so for good was declared wrongly. */
function unacknowledged(reply: Answer, entry: EntryCore, now: number): Outcome {
  const came = typeOf(reply)
  const why = { reason: 'notAcknowledged', httpStatus: reply.status, came } as const
  const { times } = troubleAfter(entry, why, now)
  // HTML is most often of something between, which keeps everything from the server.
  const counts = came.includes('html') ? 'away' : true
  const waitMs = unacknowledgedMs[times - 1]
  if (waitMs !== undefined || !mayRepeat(entry)) {
    const outcome = { ...unknownEffect(entry, why.reason, { counts, httpStatus: reply.status }), came }
    return outcome.kind === 'inDoubt' ? outcome : { ...outcome, retryAfterMs: waitMs }
  }
  if (!isRepeatableByItself(entry)) return { kind: 'inDoubt', counts, ...why }
  return { kind: 'returned', ...why, problem: problemOf(reply), effect: 'unknown' }
}
