// An app's stored rules on the answers of its server. They tell success, refusal and the end of a session.

import { isObject, isText } from '../type-checks.js'

export interface SessionRules {
  /** Statuses that end the session: the outbox pauses. Default `[401, 419, 440]`. */
  readonly endedBy?: readonly number[]
  /** Statuses that may end it: the `sessionProbe` decides, where there is one. Default `[403]`. */
  readonly probeOn?: readonly number[]
  /** Marks of a refused CSRF token: headers are prepared anew, once. Default `[{ status: 419 }]`. */
  readonly csrf?: readonly AnswerMark[]
}

export const defaultSession: Required<SessionRules> = {
  endedBy: [401, 419, 440],
  probeOn: [403],
  csrf: [{ status: 419 }],
}

/** An answer as a function of the app sees it. */
export interface AnswerSeen {
  readonly status: number
  /** Lower-case names. The page must be able to see the header. */
  readonly headers: Readonly<Record<string, string>>
  /**
   * Parsed where it is JSON, else its text. Undefined for broken JSON, and for a body over `answerBytesMax`. A function
   * that reads such a long body leaves its entry in doubt, whatever it returns.
   */
  readonly body: unknown
}

/** Whether an answer of 2xx means refusal. */
export type RefusesAnswer = (answer: AnswerSeen) => boolean

/** A mark of an answer. All that is given must hold. */
export interface AnswerMark {
  readonly status?: number
  /** A header's name. The page must be able to see the header. */
  readonly header?: string
  /** A place in the JSON body, by its names: `/errors`, `/error/code`. A body of another type has none. */
  readonly path?: string
  /** A part of the body's text. */
  readonly text?: string
  /**
   * The value in the header (a text) or at the path. Default: any value but nothing. `null`, `false`, `0`, an empty text
   * and an empty list count as nothing.
   */
  readonly value?: string | number | boolean | null
}

/**
 * The marks of success where the server does not echo the key. `json`: JSON, or a type that the request's `accept` names.
 * `any2xx`: every 2xx, whatever it carries. As an object: one of `status` (default: every 2xx) with one of
 * `contentTypes` (as in an `accept` header; default: everything but HTML, nothing too). A 204 or 205 carries nothing.
 */
export type Success =
  | 'json'
  | 'any2xx'
  | { readonly status?: readonly number[]; readonly contentTypes?: readonly string[] }

/** Whether stored marks are what a capture could have made. */
export const areMarks = (marks: unknown): boolean =>
  Array.isArray(marks) &&
  marks.every(
    (mark) => isObject(mark) && ['header', 'path', 'text'].every((part) => isText(mark[part] ?? '')),
  )
