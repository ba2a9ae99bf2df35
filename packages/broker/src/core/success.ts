// Decides which 2xx answers are the application's own. It echoes the key, or gives the declared status and type (P5).
import { type Answer, typeOf } from './answer.js'
import type { EntryCore } from './entry.js'
import { accepts, isJson } from './media-type.js'

/**
 * The marks of success where the server does not echo the key. `json`: JSON, or a type that the request's `accept` names.
 * `any2xx`: every 2xx, whatever it carries. As an object: one of `status` (default: every 2xx) with one of
 * `contentTypes` (as in an `accept` header; default: everything but HTML, nothing too). A 204 or 205 carries nothing.
 */
export type Success =
  | 'json'
  | 'any2xx'
  | { readonly status?: readonly number[]; readonly contentTypes?: readonly string[] }

/** The `accept` header of a request, so that its answer is understood. */
export function acceptFor(success: Success = 'json'): string {
  if (success === 'json') return 'application/json'
  return (typeof success === 'object' && success.contentTypes?.join(', ')) || '*/*'
}

/** Whether all that the application itself says carries the key: what does not was said by a gateway. */
export const signsAnswers = ({ server, success }: EntryCore): boolean =>
  server === 'idempotent' && success === undefined

export const echoesKey = ({ headers }: Answer, { key }: EntryCore): boolean =>
  headers['idempotency-key']?.replaceAll('"', '') === key

export const isAsked = ({ request }: EntryCore, type: string): boolean =>
  accepts(request.headers.find(([name]) => name === 'accept')?.[1] ?? acceptFor(), type)

/** `data`: the body, parsed; undefined where it is broken JSON. */
export function isAcknowledged(reply: Answer, entry: EntryCore, data: unknown): boolean {
  const { success = 'json' } = entry
  const { status, body } = reply
  if (echoesKey(reply, entry) || success === 'any2xx') return true
  if (signsAnswers(entry)) return false
  const declared = typeof success === 'object' ? success : undefined
  if (declared?.status?.includes(status) === false) return false
  const isFree = declared !== undefined && declared.contentTypes === undefined
  if (status === 204 || status === 205 || (isFree && body === '')) return body === ''
  const type = typeOf(reply)
  if (isJson(type) && data === undefined && body !== undefined) return false
  if (isFree) return !type.includes('html')
  return declared === undefined ? isAsked(entry, type) : accepts(acceptFor(declared), type)
}
