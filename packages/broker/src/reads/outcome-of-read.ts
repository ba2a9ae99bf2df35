// What the store is told of a read: the outcome of its action, as of a write's.

import { accepts, isJson, mediaTypeOf, parseJson } from '../core/media-type.js'
import { headerOf } from '../core/reads/kept-copy.js'
import type { ReadAnswer, ReadRequest } from '../core/reads/line.js'
import type { StoredAction } from '../core/schema.js'
import { acceptFor } from '../core/success.js'
import { answerInvalid, type OutcomeAction, type OutcomeKind, outcome } from '../redux/actions.js'
import { type Answered, isGood, type ReadResult } from './result.js'

/** A route's action that asks, and how its answer is read. */
export interface Routed {
  readonly id: string
  readonly action: StoredAction
  readonly request: ReadRequest
  parse(body: unknown): unknown
}

type Error = NonNullable<OutcomeAction['error']>

/** Undefined for a reader that left: nobody is told of that. @throws nothing: what `parse` throws is reported. */
export function outcomeOfRead(
  result: ReadResult,
  routed: Routed,
  report: (error: unknown) => void,
): OutcomeAction | undefined {
  switch (result.kind) {
    case 'cancelled':
      return undefined
    case 'tooManyReads':
      return make(routed, 'rejected', { error: { reason: result.kind } })
    case 'answer':
      return isGood(result.answer) ? delivered(result, routed, report) : refused(result, routed)
    default:
      return returned(routed, { reason: result.kind })
  }
}

function delivered(result: Answered, routed: Routed, report: (error: unknown) => void): OutcomeAction {
  const httpStatus = result.answer.status
  const body = bodyOf(result.answer, routed.request)
  if (body === undefined) return returned(routed, { reason: 'protocol', httpStatus })
  try {
    const { fetchedAt, stale, unsure } = result
    const told = make(routed, 'delivered', { payload: routed.parse(body.data), at: fetchedAt })
    return { ...told, meta: { ...told.meta, fetchedAt, ...(stale && { stale }), ...(unsure && { unsure }) } }
  } catch (error) {
    report(error)
    return returned(routed, { ...answerInvalid(error), httpStatus })
  }
}

function refused(result: Answered, routed: Routed): OutcomeAction {
  const { status: httpStatus } = result.answer
  const reason = httpStatus >= 500 ? 'failed' : httpStatus >= 400 ? 'refused' : 'protocol'
  const problem = bodyOf(result.answer, routed.request)?.data
  return returned(routed, { reason, httpStatus, problem })
}

const returned = (routed: Routed, error: Error) => make(routed, 'returned', { error })

const make = (
  { id: entryId, action }: Routed,
  kind: OutcomeKind,
  { payload, error, at = 0 }: { readonly payload?: unknown; readonly error?: Error; readonly at?: number },
) => outcome({ kind, entryId, action, payload, error, at, lane: '', late: false, read: true })

/** The body as data: JSON, or the text of a kind that was asked for. Undefined where it is neither, as a login page. */
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
