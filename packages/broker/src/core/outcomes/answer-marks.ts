// An answer as data, and the marks of answers. Marks are plain data, so that page and worker decide alike.

import { isJson, mediaTypeOf, parseJson } from '../network/media-type.js'
import type { Reply } from '../network/network.js'
import type { AnswerMark } from '../rows/answer-rules.js'
import { isObject } from '../type-checks.js'

export type Answer = Reply & { readonly kind: 'answer' }

export const typeOf = ({ headers }: Answer): string => mediaTypeOf(headers['content-type'])

/** The body as data. A JSON body is parsed, and any other is its text. Broken JSON gives undefined. */
export const dataOf = (answer: Answer): unknown =>
  isJson(typeOf(answer)) ? parseJson(answer.body ?? '') : answer.body

/** `data` is the parsed body. */
export function matchesMark(
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
      (inside, name) => (isObject(inside) && Object.hasOwn(inside, name) ? inside[name] : undefined),
      data,
    )

/** Whether an answer carries one of the marks. Undefined where only its body could tell, and the body is not known. */
export function matchesAnyMark(
  reply: Answer,
  data: unknown,
  marks: readonly AnswerMark[],
): boolean | undefined {
  if (marks.some((mark) => matchesMark(reply, data, mark))) return true
  const isUnknown = ({ path: _path, text: _text, ...seen }: AnswerMark) => matchesMark(reply, data, seen)
  return reply.body === undefined && marks.some(isUnknown) ? undefined : false
}
