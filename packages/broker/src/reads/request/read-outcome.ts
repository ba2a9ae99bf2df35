// What the store is told of a read: the outcome of its action, as of a write's.

import { accepts, isJson, mediaTypeOf, parseJson } from '../../core/network/media-type.js'
import { acceptFor } from '../../core/outcomes/acknowledgement.js'
import { headerOf } from '../../core/reads/cache/cache-policy.js'
import type { ReadAnswer, ReadRequest } from '../../core/reads/read-types.js'
import type { StoredAction } from '../../core/rows/entry.js'
import { answerInvalid, type OutcomeAction, type OutcomeKind, outcome } from '../../redux/actions.js'
import { type AnsweredRead, isGood, type ReadResult } from './read-result.js'

/** A route's action that asks, and how its answer is read. */
export interface RoutedRead {
  readonly id: string
  readonly action: StoredAction
  readonly request: ReadRequest
  parse(body: unknown): unknown
}

type Error = NonNullable<OutcomeAction['error']>

/** Undefined for a reader that left: nobody is told of that. @throws nothing: what `parse` throws is reported. */
export function readOutcome(
  result: ReadResult,
  routed: RoutedRead,
  report: (error: unknown) => void,
): OutcomeAction | undefined {
  switch (result.kind) {
    case 'cancelled':
      return undefined
    case 'tooManyReads':
      return make(routed, 'rejected', { error: { reason: result.kind } })
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
    const { fetchedAt, stale, unsure } = result
    const told = make(routed, 'delivered', { payload: routed.parse(body.data), at: fetchedAt })
    return { ...told, meta: { ...told.meta, fetchedAt, ...(stale && { stale }), ...(unsure && { unsure }) } }
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
