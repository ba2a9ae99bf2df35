// What came of a read, before anybody is told.
import { encodePrincipal } from '../core/principal.js'
import { headerOf } from '../core/reads/kept-copy.js'
import type { ReadAnswer, ReadEnd } from '../core/reads/line.js'
import { isPassing } from '../core/reads/second-try.js'
import type { AnswerMeta } from '../redux/types.js'

export type ReadResult = Answered | Failure

/** Any answer of the server's, a refusal too. */
export interface Answered extends AnswerMeta {
  readonly kind: 'answer'
  readonly answer: ReadAnswer
}

export interface Failure {
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

export interface Whose {
  /** '' while nobody is signed in. */
  readonly principal: string
  /** The response header that names a user, in lower case. */
  readonly userHeader: string | undefined
  /** Whether it hides no header. */
  readonly isOwn: boolean
}

/** An answer that says that it is another user's is thrown away. */
export function judge(end: ReadEnd, { principal, userHeader, isOwn }: Whose): ReadResult {
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
  !isPassing(result.answer.status)

/** Asking again would bring the same. */
export const isFinal = (result: ReadResult): boolean =>
  isRefusal(result) || result.kind === 'answerTooLarge' || result.kind === 'userUnknown'

/** Whether the last good answer may stand in for it: not where the server refused, or spoke to somebody else. */
export const mayStandIn = (result: ReadResult): boolean =>
  result.kind === 'answer'
    ? !isRefusal(result)
    : result.kind === 'failed' || result.kind === 'redirected' || result.kind === 'timeout'
