// Tells whether two requests are the same work. Promise: all that the effect of a handler may depend on counts. It is
// method, path, query, content type, preconditions and body. Two attempts of one request may differ in credentials,
// CSRF token, dates, trace headers and host, so these do not count. A fallback endpoint is another host.
import type { Bytes } from './body-blocks.js'
import { sha256 } from './sha-256.js'

// Headers of preconditions, of the coding of the body, and of a method in place of the request's own.
const countedHeaders: readonly string[] = [
  'content-encoding',
  'content-range',
  'if-match',
  'if-none-match',
  'if-unmodified-since',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
]

/**
 * Two SHA-256 in hex with a dot between (draft-ietf-httpapi-idempotency-key-header-07, section 2.4). The first is of
 * method, path, query, content type and the bytes of the body. The second is of the counted headers. The query is not
 * sorted, since `a=1&a=2` is not `a=2&a=1`, and a stored request is resent byte for byte.
 */
export async function fingerprintOf(request: Request, body: readonly Bytes[]): Promise<string> {
  const { pathname, search } = new URL(request.url)
  const head = JSON.stringify([request.method, pathname, search, request.headers.get('content-type')])
  const counted = JSON.stringify(countedHeaders.map((name) => request.headers.get(name)))
  // JSON escapes every line break, so the first one ends the head. No two requests share the hashed bytes.
  return `${await sha256([bytesOf(`${head}\n`), ...body])}.${await sha256([bytesOf(counted)])}`
}

const bytesOf = (text: string): Bytes => new TextEncoder().encode(text)

/** Whether a record is of the same request. A record of version 0.1.0 has the first part alone. */
export function isSame(recorded: string, fingerprint: string): boolean {
  return recorded === fingerprint || (!recorded.includes('.') && fingerprint.startsWith(`${recorded}.`))
}
