// The result of a read, and the outcome that the store is told of it.

import { accepts, isJson, mediaTypeOf, parseJson } from '../../core/network/media-type.js'
import { encodePrincipal } from '../../core/network/principal-header.js'
import { forbidPromise } from '../../core/outcomes/forbid-promise.js'
import { acceptFor } from '../../core/outcomes/server-acknowledgement.js'
import { headerOf } from '../../core/reads/cache/cache-policy.js'
import type { ReadAnswer, ReadEnd, ReadRequest } from '../../core/reads/read-types.js'
import { isTransient } from '../../core/reads/scheduler/retry-policy.js'
import type { StoredAction } from '../../core/rows/entry.js'
import { answerInvalid, type OutcomeAction, type OutcomeKind, outcome } from '../../redux/actions.js'
import type { AnswerMeta } from '../../redux/types.js'

export type ReadResult = AnsweredRead | FailedRead

/** Any answer of the server's, a refusal too. */
export interface AnsweredRead extends AnswerMeta {
  readonly kind: 'answer'
  readonly answer: ReadAnswer
}

export interface FailedRead {
  readonly kind:
    | 'redirected'
    | 'failed'
    | 'timeout'
    | 'wrongUser'
    | 'tooManyReads'
    | 'cancelled'
    | 'answerTooLarge'
    | 'userUnknown'
}

export interface ReadOwner {
  /** '' while nobody is signed in. */
  readonly principal: string
  /** The response header that names a user, in lower case. */
  readonly userHeader: string | undefined
  /** Whether it hides no header. */
  readonly isOwn: boolean
}

/** An answer that says that it is another user's is thrown away. */
export function judgeAnswer(end: ReadEnd, { principal, userHeader, isOwn }: ReadOwner): ReadResult {
  switch (end.kind) {
    case 'timedOut':
      return { kind: 'timeout' }
    case 'tooMany':
      return { kind: 'tooManyReads' }
    case 'redirect':
      return { kind: 'redirected' }
    case 'failed':
      return { kind: 'failed' }
    case 'tooLarge':
      return { kind: 'answerTooLarge' }
    case 'answer': {
      const user = userHeader && headerOf(end.answer, userHeader)
      // While nobody is signed in it may tell the app who is.
      if (user !== undefined && principal !== '' && !isUser(user, principal)) return { kind: 'wrongUser' }
      // An answer of another origin says it to nobody, unless it exposes the header (CORS).
      if (userHeader && principal !== '' && user === undefined && !isOwn && isGood(end.answer))
        return { kind: 'userUnknown' }
      return { kind: 'answer', answer: end.answer, fetchedAt: end.sentAt }
    }
  }
}

/** A header names a user as `Idempotency-Principal` does. A server that encodes nothing may send blanks. */
const isUser = (named: string, principal: string) =>
  named.replace(/[^!-~]+/g, encodeURIComponent) === encodePrincipal(principal)

export const isGood = ({ status }: ReadAnswer): boolean => status >= 200 && status < 300

/** The server no longer gives it to this user. A 401 does not count, since the same user may sign in again. */
export const isGone = ({ status }: ReadAnswer): boolean => [403, 404, 410, 451].includes(status)

/** A refusal by the server is an answer too. */
const isRefusal = (result: ReadResult): boolean =>
  result.kind === 'answer' &&
  result.answer.status >= 300 &&
  result.answer.status < 500 &&
  !isTransient(result.answer.status)

/** Asking again would bring the same. */
export const isFinal = (result: ReadResult): boolean =>
  isRefusal(result) || result.kind === 'answerTooLarge' || result.kind === 'userUnknown'

/** Whether the last good answer may stand in. It may not where the server refused, or answered another user. */
export const mayStandIn = (result: ReadResult): boolean =>
  result.kind === 'answer'
    ? !isRefusal(result)
    : result.kind === 'failed' || result.kind === 'redirected' || result.kind === 'timeout'

/** A route's action that asks, and how its answer is read. */
export interface RoutedRead {
  readonly id: string
  readonly action: StoredAction
  readonly request: ReadRequest
  parse(body: unknown): unknown
}

type Error = NonNullable<OutcomeAction['error']>

/** Undefined for a reader that left. Never throws. An error of `parse` is reported. */
export function readOutcome(
  result: ReadResult,
  routed: RoutedRead,
  report: (error: unknown) => void,
): OutcomeAction | undefined {
  switch (result.kind) {
    case 'cancelled':
      return undefined
    case 'tooManyReads':
      return make(routed, 'notAccepted', { error: { reason: result.kind } })
    case 'answer':
      return isGood(result.answer) ? deliveredRead(result, routed, report) : refusedRead(result, routed)
    default:
      return returnedRead(routed, { reason: result.kind })
  }
}

function deliveredRead(
  result: AnsweredRead,
  routed: RoutedRead,
  report: (error: unknown) => void,
): OutcomeAction {
  const httpStatus = result.answer.status
  const body = bodyOf(result.answer, routed.request)
  if (body === undefined) return returnedRead(routed, { reason: 'protocol', httpStatus })
  try {
    const { fetchedAt, stale, uncertain } = result
    const told = make(routed, 'delivered', {
      payload: forbidPromise(routed.parse(body.data), 'answer'),
      at: fetchedAt,
    })
    return {
      ...told,
      meta: { ...told.meta, fetchedAt, ...(stale && { stale }), ...(uncertain && { uncertain }) },
    }
  } catch (error) {
    report(error)
    return returnedRead(routed, { ...answerInvalid(error), httpStatus })
  }
}

function refusedRead(result: AnsweredRead, routed: RoutedRead): OutcomeAction {
  const { status: httpStatus } = result.answer
  const reason = httpStatus >= 500 ? 'failed' : httpStatus >= 400 ? 'refused' : 'protocol'
  const problem = bodyOf(result.answer, routed.request)?.data
  return returnedRead(routed, { reason, httpStatus, problem })
}

const returnedRead = (routed: RoutedRead, error: Error) => make(routed, 'returned', { error })

const make = (
  { id: entryId, action }: RoutedRead,
  kind: OutcomeKind,
  { payload, error, at = 0 }: { readonly payload?: unknown; readonly error?: Error; readonly at?: number },
) => outcome({ kind, entryId, action, payload, error, at, lane: '', late: false, read: true })

/** The body as JSON, or as text of a type that the request accepts. Undefined for any other body, as a login page. */
export function bodyOf(
  answer: ReadAnswer,
  { method, headers }: ReadRequest,
): { readonly data: unknown } | undefined {
  if (method === 'HEAD' || answer.status === 204 || answer.status === 205) return { data: undefined }
  const type = mediaTypeOf(headerOf(answer, 'content-type'))
  if (!accepts(headerOf({ headers }, 'accept') ?? acceptFor(), type)) return undefined
  const text = new TextDecoder().decode(answer.body)
  const data = isJson(type) ? parseJson(text) : text
  return data === undefined ? undefined : { data }
}
