// Headers that `prepareHeaders` adds may tell the answers of one URL apart, such as the chosen workspace or language.
// Such headers are part of the key, so that no answer is given for another.
import type { ReadRequest } from './line.js'

type Headers = ReadRequest['headers']

/** Credentials, since the partition tells users apart, and what is another for each request, as a trace. */
const tellsNothing =
  /^(authorization|cookie2?|dpop|proxy-.*|x-csrf.*|x-xsrf.*|idempotency-.*|traceparent|tracestate|baggage|sentry-trace|b3|x-b3-.*|x-(request|correlation)-id|x-amzn-trace-id|x-datadog-.*)$/

/** The request with those of its prepared headers that tell answers apart. `ignored`: lower-case names of the app's. */
export function identified(request: ReadRequest, prepared: Headers, ignored: readonly string[]): ReadRequest {
  const isAsked = (name: string) => request.headers.some(([other]) => other === name)
  const counts = (name: string) => isAsked(name) || !(tellsNothing.test(name) || ignored.includes(name))
  return { ...request, headers: prepared.filter(([name]) => counts(name)) }
}

/** The headers as they leave: those that the key names stay as they were when it was asked, whatever is chosen since. */
export const withAsked = (prepared: Headers, asked: Headers): Headers => [
  ...prepared.filter(([name]) => !asked.some(([other]) => other === name)),
  ...asked,
]
