// Headers that `prepareHeaders` adds may tell the answers of one URL apart, such as the chosen workspace or language.
// Such headers are part of the key, so that no answer is given for another. The answer's `Vary` says afterwards whether
// the key was enough (RFC 9111 4.1).

import type { Network, WireOptions, WireReply } from '../../network/network.js'
import type { ReadAnswer, ReadReply, ReadRequest } from '../read-types.js'
import { headerOf, headerWords } from './cache-policy.js'

type HeaderPairs = ReadRequest['headers']

/** Credentials, since the partition tells users apart, and what is another for each request, as a trace. */
const tellsNothing =
  /^(authorization|cookie2?|dpop|proxy-.*|x-csrf.*|x-xsrf.*|idempotency-.*|traceparent|tracestate|baggage|sentry-trace|b3|x-b3-.*|x-(request|correlation)-id|x-amzn-trace-id|x-datadog-.*)$/

/** The request with those of its prepared headers that tell answers apart. `ignored` are lower-case names that the app gave. */
export function withKeyHeaders(
  request: ReadRequest,
  prepared: HeaderPairs,
  ignored: readonly string[],
): ReadRequest {
  const isAsked = (name: string) => request.headers.some(([other]) => other === name)
  const counts = (name: string) => isAsked(name) || !(tellsNothing.test(name) || ignored.includes(name))
  return { ...request, headers: prepared.filter(([name]) => counts(name)) }
}

/** Headers that a browser adds by itself. No page sees them. */
const isBrowsers = /^(accept(-encoding|-language)?|access-control-.*|origin|referer|sec-.*|user-agent)$/

/**
 * Sends a read with the headers that are prepared now. A header of the key keeps the value that it had when the read was
 * asked for. An answer is marked whose `Vary` names an added header. Routes expect JSON, and `broker.fetch` may expect
 * anything.
 */
export async function sendKeyed(
  network: Pick<Network, 'fetch'>,
  request: ReadRequest,
  prepared: HeaderPairs,
  options: WireOptions,
): Promise<ReadReply> {
  const added = prepared.filter(([name]) => headerOf(request, name) === undefined)
  const headers = [...added, ...request.headers]
  if (headerOf({ headers }, 'accept') === undefined) headers.push(['accept', 'application/json, */*;q=0.5'])
  const reply = toReadReply(await network.fetch({ ...request, headers }, options))
  if (reply.kind !== 'answer') return reply
  const names = headerWords(reply.answer, 'vary')
  const variesBeyondKey = added.some(([name]) => names.includes(name) && !tellsNothing.test(name))
  return variesBeyondKey ? { ...reply, answer: { ...reply.answer, variesBeyondKey } } : reply
}

function toReadReply(reply: WireReply): ReadReply {
  if (reply.kind === 'redirect') return { kind: 'redirect' }
  if (reply.kind !== 'answer') return { kind: 'failed' }
  const { kind, body, ...rest } = reply
  return body === undefined ? { kind: 'tooLarge' } : { kind, answer: { ...rest, body } }
}

/** Whether the answer's `Vary` names a header that the app may add and the request lacks. */
export const dependsOnApp = (answer: Pick<ReadAnswer, 'headers'>, request: ReadRequest): boolean =>
  headerWords(answer, 'vary').some(
    (name) => !(tellsNothing.test(name) || isBrowsers.test(name) || headerOf(request, name) !== undefined),
  )
