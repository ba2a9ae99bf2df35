// An answer as data, and the marks by which answers are told apart: plain data, so that page and worker decide alike.

import { isRow } from './is.js'
import { isJson, mediaTypeOf, parseJson } from './media-type.js'
import type { Reply } from './ports.js'

export type Answer = Reply & { readonly kind: 'answer' }

export const typeOf = ({ headers }: Answer): string => mediaTypeOf(headers['content-type'])

/** The body as data: parsed where it says that it is JSON and is, else its text; undefined for broken JSON. */
export const dataOf = (answer: Answer): unknown =>
  isJson(typeOf(answer)) ? parseJson(answer.body ?? '') : answer.body

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

/** `data`: the body, parsed. */
export function bears(
  { status, headers, body = '' }: Answer,
  data: unknown,
  { status: ofStatus = status, header, path, text = '', value }: AnswerMark,
): boolean {
  const stands = (found: unknown) =>
    value === undefined ? Boolean(found) && (found as { length?: number }).length !== 0 : found === value
  return (
    status === ofStatus &&
    body.includes(text) &&
    (header === undefined || stands(headers[header.toLowerCase()])) &&
    (path === undefined || stands(valueAt(data, path)))
  )
}

const valueAt = (data: unknown, path: string): unknown =>
  path
    .split('/')
    .filter((name) => name !== '')
    .reduce<unknown>(
      (inside, name) => (isRow(inside) && Object.hasOwn(inside, name) ? inside[name] : undefined),
      data,
    )

/** Whether an answer carries one of the marks. Undefined where only its body could tell, and the body is not known. */
export function bearsAny(reply: Answer, data: unknown, marks: readonly AnswerMark[]): boolean | undefined {
  if (marks.some((mark) => bears(reply, data, mark))) return true
  const isUnknown = ({ path: _path, text: _text, ...seen }: AnswerMark) => bears(reply, data, seen)
  return reply.body === undefined && marks.some(isUnknown) ? undefined : false
}
