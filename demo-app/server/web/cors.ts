// Lets the pages of the first origin, and nobody else's, use the API on the second.
import type { IncomingHttpHeaders } from 'node:http'

const exposed = 'Idempotency-Key, Idempotency-Status, Idempotency-Replayed, Retry-After, ETag'

/**
 * Adds the fields that let a page read the answer, once.
 * @param pageOrigin the only origin that may
 */
export function allowPage(answer: Response, pageOrigin: string, request: IncomingHttpHeaders): Response {
  const { headers } = answer
  if (headers.has('Access-Control-Allow-Origin')) return answer
  headers.append('Vary', 'Origin')
  if (request.origin !== pageOrigin) return answer
  headers.set('Access-Control-Allow-Origin', pageOrigin)
  headers.set('Access-Control-Allow-Credentials', 'true')
  // Added to, for the companion exposes fields of its own.
  headers.append('Access-Control-Expose-Headers', exposed)
  return answer
}

/** The answer to a preflight, or undefined for any other request. */
export function answerPreflight(method: string, request: IncomingHttpHeaders): Response | undefined {
  if (method !== 'OPTIONS' || request['access-control-request-method'] === undefined) return undefined
  const wanted = request['access-control-request-headers']
  return new Response(null, {
    status: 204,
    headers: {
      'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
      // Any field is allowed. Only our own pages get past the origin, and an app may name fields in `prepareHeaders`.
      ...(wanted === undefined ? {} : { 'Access-Control-Allow-Headers': wanted }),
      'Access-Control-Max-Age': '600',
    },
  })
}
