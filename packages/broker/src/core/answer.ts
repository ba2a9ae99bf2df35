// An answer as data, and the marks by which answers are told apart: plain data, so that page and worker decide alike.
import { isJson, mediaTypeOf, parseJson } from './media-type.js'
import type { Reply } from './ports.js'

export type Answer = Reply & { readonly kind: 'answer' }

export const typeOf = ({ headers }: Answer): string => mediaTypeOf(headers['content-type'])

/** The body as data: parsed where it says that it is JSON and is, else its text; undefined for broken JSON. */
export const dataOf = (answer: Answer): unknown =>
  isJson(typeOf(answer)) ? parseJson(answer.body ?? '') : answer.body

/** What an answer carries. All that is given must hold. */
export interface AnswerMark {
  readonly status?: number
  /** A header's name. The page must be able to see the header. */
  readonly header?: string
  /** A place in the JSON body, by its names: `/errors`, `/error/code`. */
  readonly path?: string
  /** A part of the body's text. */
  readonly text?: string
  /**
   * What stands in the header or at the path. Default: anything but nothing, which is also `null`, `false`, `0`, an empty
   * text and an empty list.
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
    .reduce((inside, name) => (inside as Record<string, unknown> | null | undefined)?.[name], data)
