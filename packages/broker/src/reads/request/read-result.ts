// What came of a read, before anybody is told.
import { encodePrincipal } from '../../core/network/principal-header.js'
import { headerOf } from '../../core/reads/cache/cache-policy.js'
import type { ReadAnswer, ReadEnd } from '../../core/reads/read-types.js'
import { isTransient } from '../../core/reads/scheduler/retry-policy.js'
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

/** A header names a user as `Idempotency-Principal` does; where its server encodes nothing, blanks stand for themselves. */
const isUser = (named: string, principal: string) =>
  named.replace(/[^!-~]+/g, encodeURIComponent) === encodePrincipal(principal)

export const isGood = ({ status }: ReadAnswer): boolean => status >= 200 && status < 300

/** The server no longer gives it to this user. A 401 tells nothing: the same user may sign in again. */
export const isGone = ({ status }: ReadAnswer): boolean => [403, 404, 410, 451].includes(status)

/** The server's own no: that too is an answer. */
const isRefusal = (result: ReadResult): boolean =>
  result.kind === 'answer' &&
  result.answer.status >= 300 &&
  result.answer.status < 500 &&
  !isTransient(result.answer.status)

/** Asking again would bring the same. */
export const isFinal = (result: ReadResult): boolean =>
  isRefusal(result) || result.kind === 'answerTooLarge' || result.kind === 'userUnknown'

/** Whether the last good answer may stand in for it: not where the server refused, or spoke to somebody else. */
export const mayStandIn = (result: ReadResult): boolean =>
  result.kind === 'answer'
    ? !isRefusal(result)
    : result.kind === 'failed' || result.kind === 'redirected' || result.kind === 'timeout'
