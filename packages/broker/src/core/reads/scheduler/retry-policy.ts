// Whether a read is tried again, and when. One lost or busy answer fails none of its subscribers.

import { missesMax } from '../../limits.js'
import { backoffMs, retryAfterMs } from '../../network/backoff.js'
import { accepts, mediaTypeOf } from '../../network/media-type.js'
import { headerOf } from '../cache/cache-policy.js'
import type { ReadAnswer, ReadReply, ReadRequest } from '../read-types.js'
import type { ScheduledRead } from './scheduled-read.js'

/** How often a read is repeated where its asker says nothing. */
export const retriesDefault = 2

/** Whether a read has a try left that would begin in time, at an origin that is there. */
export const mayRetryRead = ({ ask, sent, origin }: ScheduledRead, beginsAt: number): boolean =>
  sent !== undefined &&
  sent.tries < (ask.retries ?? retriesDefault) &&
  beginsAt < sent.until &&
  origin.misses < missesMax

/**
 * How long to wait before a read is sent again. Undefined where its reply is final. `tries` is how often it was sent
 * before this one. Full jitter, so that a crowd of readers does not come back as one.
 */
export function retryDelayMs(
  reply: ReadReply,
  request: ReadRequest,
  { tries, random, now }: { readonly tries: number; readonly random: number; readonly now: number },
): number | undefined {
  if (reply.kind === 'failed') return backoffMs(tries, random)
  if (reply.kind !== 'answer') return undefined
  const { status, headers } = reply.answer
  const isGood = status >= 200 && status < 300
  if (isGood ? isAskedType(reply.answer, request) : !isTransient(status)) return undefined
  return backoffMs(tries, random, retryAfterMs(Object.fromEntries(headers), now))
}

/** Whether the request accepts its type. A captive portal's page is not accepted. Without an `accept` any type is. */
export function isAskedType(answer: ReadAnswer, { method, headers }: ReadRequest): boolean {
  const accept = headerOf({ headers }, 'accept')
  if (accept === undefined || method === 'HEAD' || answer.status === 204 || answer.status === 205) return true
  return accept.includes('*/*') || accepts(accept, mediaTypeOf(headerOf(answer, 'content-type')))
}

/** Busy, too early, or broken for the moment. A 501 and a 505 are final. */
export const isTransient = (status: number): boolean =>
  [408, 425, 429].includes(status) || (status >= 500 && status !== 501 && status !== 505)
