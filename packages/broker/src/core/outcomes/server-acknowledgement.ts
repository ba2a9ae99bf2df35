// Decides which 2xx answers are the application's own. It echoes the key, or gives the declared status and type (P5).

import { accepts, isHtml, isJson } from '../network/media-type.js'
import type { Success } from '../rows/answer-rules.js'
import type { EntryCore } from '../rows/entry.js'
import { type Answer, typeOf } from './answer-marks.js'

/** The `accept` header of a request, so that its answer is understood. */
export function acceptFor(success: Success = 'json'): string {
  if (success === 'json') return 'application/json'
  return (typeof success === 'object' && success.contentTypes?.join(', ')) || '*/*'
}

/** Whether all that the application itself says carries the key. An answer without it was made by a gateway. */
export const signsAnswers = ({ server, success }: EntryCore): boolean =>
  server === 'idempotent' && success === undefined

export const echoesKey = ({ headers }: Answer, { key }: EntryCore): boolean =>
  headers['idempotency-key']?.replaceAll('"', '') === key

export const isAskedFor = ({ request }: EntryCore, type: string): boolean =>
  accepts(request.headers.find(([name]) => name === 'accept')?.[1] ?? acceptFor(), type)

/** `data` is the parsed body, and undefined where it is broken JSON. */
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
  if (isFree) return !isHtml(type)
  return declared === undefined ? isAskedFor(entry, type) : accepts(acceptFor(declared), type)
}
