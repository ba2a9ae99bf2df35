// Decides what a reply means: the table of outcomes. Only an answer that proves that the application handled this
// key is success; a failed fetch tells nothing about the effect.
import { retryAfterMs } from './backoff.js'
import { type Effect, type EntryCore, isRepeatable } from './entry.js'
import type { Reply } from './ports.js'
import type { PauseReason } from './schema.js'

export type ReturnedReason =
  | 'refused'
  | 'conflict'
  | 'protocol'
  | 'redirected'
  | 'failuresMax'
  | 'invalidRequest'

/**
 * Whether a failure counts against its entry. `away`: only while the origin seems to be there otherwise.
 * `offline`: never, and the origin need not be tried a second time to know that it cannot be reached.
 */
export type Counts = boolean | 'away' | 'offline'

export type Outcome =
  | { readonly kind: 'delivered'; readonly httpStatus: number; readonly answer: unknown }
  /** It had its effect, and its answer is not known. */
  | { readonly kind: 'confirmed'; readonly httpStatus: number; readonly reason: 'answerTooLong' }
  | {
      readonly kind: 'retry'
      readonly reason: string
      readonly httpStatus?: number | undefined
      readonly effect: Effect
      readonly counts: Counts
      /** The server's own floor. */
      readonly retryAfterMs?: number | undefined
      /** What rests until then: the entry's lane, or all that goes to its origin. */
      readonly rests: 'lane' | 'origin'
      /** False where the request surely never left this device. */
      readonly sent: boolean
    }
  | { readonly kind: 'paused'; readonly reason: PauseReason; readonly httpStatus?: number }
  | {
      readonly kind: 'inDoubt'
      readonly reason: string
      readonly httpStatus?: number | undefined
      /** As of a retry: what it tells of the origin. */
      readonly counts: Counts
    }
  | {
      readonly kind: 'returned'
      readonly reason: ReturnedReason
      readonly httpStatus?: number | undefined
      readonly problem?: unknown
      readonly effect: Effect
      /** False where no request could be built: nothing left this device. */
      readonly sent?: boolean
    }

/** A redirect may be a login page: only the session's own probe can tell. */
export type Verdict = Outcome | { readonly kind: 'redirected' }

type Answer = Reply & { readonly kind: 'answer' }

/** The outcome of one reply for one entry, whose state is still that before the reply. */
export function classify(reply: Reply, entry: EntryCore, now: number): Verdict {
  switch (reply.kind) {
    case 'failed':
      return reply.timedOut
        ? unknownEffect(entry, 'timeout', { counts: true })
        : reply.online
          ? unknownEffect(entry, 'network', { counts: 'away' })
          : { ...again('offline'), counts: 'offline', sent: false }
    case 'cut':
      return unknownEffect(entry, 'cut', { counts: true, httpStatus: reply.status })
    case 'redirect':
      return { kind: 'redirected' }
    case 'invalid': {
      const { effect } = entry
      return { kind: 'returned', reason: 'invalidRequest', problem: reply.message, effect, sent: false }
    }
    case 'answer':
      return reply.status >= 200 && reply.status < 300 ? success(reply, entry) : refusal(reply, entry, now)
  }
}

function success(reply: Answer, entry: EntryCore): Outcome {
  const { status: httpStatus } = reply
  const answer = parseBody(reply)
  if (isAcknowledged(reply, entry, answer))
    return reply.body === undefined
      ? { kind: 'confirmed', httpStatus, reason: 'answerTooLong' }
      : { kind: 'delivered', httpStatus, answer }
  return unknownEffect(entry, 'notAcknowledged', { counts: 'away', httpStatus })
}

/**
 * Whether the application itself answered: a companion echoes the key; a plain server gives the content type that
 * was asked for (JSON where nothing was), or a 204 or 205 without a body.
 */
function isAcknowledged(reply: Answer, entry: EntryCore, answer: unknown): boolean {
  if (echoesKey(reply, entry)) return true
  if (entry.server === 'idempotent') return false
  if (reply.status === 204 || reply.status === 205) return reply.body === ''
  const asked = entry.request.headers.find(([name]) => name === 'accept')?.[1] ?? 'application/json'
  const given = mediaType(reply)
  return (
    given !== '' &&
    (asked.includes(given) || isJson(given)) &&
    (answer !== undefined || reply.body === undefined)
  )
}

const echoesKey = (reply: Answer, entry: EntryCore) =>
  reply.headers['idempotency-key']?.replaceAll('"', '') === entry.key

/** Where the application has decided, and how, if not by plainly refusing. */
const returnedReasons: Readonly<Record<number, ReturnedReason>> = {
  409: 'conflict',
  412: 'conflict',
  501: 'protocol',
  505: 'protocol',
}

export const refusalReason = (httpStatus: number): ReturnedReason =>
  returnedReasons[httpStatus] ?? (httpStatus < 400 ? 'protocol' : 'refused')

function refusal(reply: Answer, entry: EntryCore, now: number): Outcome {
  const { status: httpStatus } = reply
  const problem = parseBody(reply)
  const type = problemType(problem)
  const floor = retryAfterMs(reply.headers, now)
  switch (httpStatus) {
    case 401:
      return { kind: 'paused', reason: 'auth', httpStatus }
    case 403:
    case 409:
      if (type === 'principal-mismatch') return { kind: 'paused', reason: 'principal', httpStatus }
      if (httpStatus === 409 && type === 'in-progress')
        return { ...again('inProgress', httpStatus), effect: 'unknown', retryAfterMs: floor ?? 1_000 }
      break
    case 404:
    case 410:
      if (type === 'key-expired') return { kind: 'inDoubt', reason: 'keyExpired', httpStatus, counts: false }
      // A repeat of a DELETE that finds nothing tells that an earlier try had effect.
      if (entry.request.method === 'DELETE' && entry.effect === 'unknown')
        return { kind: 'delivered', httpStatus, answer: undefined }
      break
    case 408:
      return unknownEffect(entry, 'http', { counts: true, httpStatus })
    case 423:
    case 429:
    case 503: {
      const rests = httpStatus === 429 ? 'origin' : 'lane'
      return { ...again('http', httpStatus), retryAfterMs: floor, counts: floor === undefined, rests }
    }
    case 425:
      return again('http', httpStatus)
    case 511:
      return { ...again('notAcknowledged', httpStatus), counts: 'away' }
  }
  const reason = refusalReason(httpStatus)
  if (httpStatus >= 500 && reason !== 'protocol')
    return unknownEffect(entry, 'http', { counts: true, httpStatus })
  return {
    kind: 'returned',
    reason,
    httpStatus,
    problem: problem ?? reply.body?.slice(0, 1_000),
    // Who honours the key and names it would have answered with the first try's answer; a proxy knows nothing of it.
    effect: entry.server === 'idempotent' && echoesKey(reply, entry) ? 'none' : entry.effect,
  }
}

type Retry = Outcome & { readonly kind: 'retry' }

/** The least that a retry says. */
export const again = (reason: string, httpStatus?: number): Retry => ({
  kind: 'retry',
  reason,
  httpStatus,
  effect: 'none',
  counts: false,
  rests: 'lane',
  sent: true,
})

/** In doubt beats duplicate: what may have been done is sent again only where a repeat is harmless. */
export function unknownEffect(
  entry: EntryCore,
  reason: string,
  more: { readonly counts: Counts; readonly httpStatus?: number },
): Outcome & { readonly kind: 'retry' | 'inDoubt' } {
  if (!isRepeatable(entry)) return { kind: 'inDoubt', reason, ...more }
  return { ...again(reason), ...more, effect: 'unknown' }
}

const mediaType = (reply: Answer) =>
  (reply.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
const isJson = (type: string) => type === 'application/json' || type.endsWith('+json')

/** The body as data: parsed where it says that it is JSON and is, else its text; undefined for broken JSON. */
function parseBody(reply: Answer): unknown {
  if (!isJson(mediaType(reply))) return reply.body
  try {
    return JSON.parse(reply.body ?? '')
  } catch {
    return undefined
  }
}

/** The last part of an RFC 9457 problem's `type`, whatever URI a server chose before it. */
function problemType(problem: unknown): string | undefined {
  const type = (problem as { readonly type?: unknown } | null | undefined)?.type
  return typeof type === 'string' ? type.split(/[:/#]/).at(-1) : undefined
}
