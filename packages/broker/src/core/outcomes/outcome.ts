// The possible outcomes of an attempt, as types.
import type { Effect } from '../rows/entry.js'
import type { PauseReason } from '../rows/rows.js'
import type { Answer } from './answer-marks.js'

export type ReturnedReason =
  | 'refused'
  | 'conflict'
  | 'protocol'
  | 'redirected'
  | 'failuresMax'
  | 'invalidRequest'
  | 'notAcknowledged'

/** Why there is no answer, which was longer than `answerBytesMax`, not storable, or too long for the disk. */
export type UnstoredAnswerReason = 'answerTooLong' | 'answerNotStored' | 'storageFull'

/**
 * Whether a failure counts against its entry. `away`: only while the origin seems to be there otherwise.
 * `unreachable`: never, and the origin need not be tried a second time to know that it cannot be reached.
 */
export type Counts = boolean | 'away' | 'unreachable'

export type Outcome =
  | { readonly kind: 'delivered'; readonly httpStatus: number; readonly answer: unknown }
  /** It had its effect, and its answer is not known. */
  | { readonly kind: 'confirmed'; readonly httpStatus: number; readonly reason: UnstoredAnswerReason }
  | {
      readonly kind: 'retry'
      readonly reason: string
      readonly httpStatus?: number | undefined
      readonly effect: Effect
      readonly counts: Counts
      /** The server's own floor. */
      readonly retryAfterMs?: number | undefined
      /** The entry's lane rests until then, or all that goes to its origin. */
      readonly rests: 'lane' | 'origin'
      /** False where the request surely never left this device. */
      readonly sent: boolean
      /** The error of the app's own function, for which nothing was sent. Too many of them make an invalid request. */
      readonly problem?: string
      /** The media type of an answer that was not taken for the application's; empty where it had none. */
      readonly came?: string
    }
  | {
      readonly kind: 'paused'
      readonly reason: PauseReason
      readonly httpStatus?: number
      /** The outcome in its place once it is plain that the session lets other writes through, and this one never. */
      readonly refused?: Outcome & { readonly kind: 'returned' }
    }
  | {
      readonly kind: 'inDoubt'
      readonly reason: string
      readonly httpStatus?: number | undefined
      /** As of a retry, for the origin. */
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
      /** False where no request could be built, so that nothing left this device. */
      readonly sent?: boolean
    }

/** Only the session's own probe can tell whether it is over. `unknown` is the outcome where nobody can tell. */
export type Verdict =
  | Outcome
  | { readonly kind: 'askSession'; readonly good: Outcome; readonly unknown: Outcome }

/** Says whether an answer of 2xx means refusal; undefined where that cannot be known. */
export type RefusalJudge = (answer: Answer, data: unknown) => boolean | undefined
