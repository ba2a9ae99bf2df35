// Tells whether two requests are the same work. Promise: whatever a handler's effect may depend on counts
// (method, path, query, content type, preconditions, body), and what differs between two attempts of one request does
// not: host (a fallback endpoint is another host), credentials, CSRF token, dates, trace headers (SC8).
import type { Bytes } from './body-blocks.js'
import { sha256 } from './sha-256.js'

// Preconditions, how the body is to be read, and what stands for another method.
const countedHeaders: readonly string[] = [
  'content-type',
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
 * `2:` and SHA-256 in hex over method, path, query and these headers as they came and over the body's bytes
 * (draft-ietf-httpapi-idempotency-key-header-07, section 2.4). The query is not sorted: `a=1&a=2` is not `a=2&a=1`,
 * and a stored request is resent byte for byte.
 */
export async function fingerprintOf(request: Request, body: readonly Bytes[]): Promise<string> {
  return `2:${await digest(request, countedHeaders, body)}`
}

/** Whether a record is of this request. Records of version 0.1.0 have no prefix, and of the headers the type only. */
export async function isOf(recorded: string, request: Request, body: readonly Bytes[]): Promise<boolean> {
  const own = recorded.startsWith('2:')
    ? await fingerprintOf(request, body)
    : await digest(request, ['content-type'], body)
  return recorded === own
}

function digest({ method, url, headers }: Request, names: readonly string[], body: readonly Bytes[]) {
  const { pathname, search } = new URL(url)
  // JSON escapes every line break, so the first one ends the head: no two requests share the hashed bytes.
  const head = JSON.stringify([method, pathname, search, ...names.map((name) => headers.get(name))])
  return sha256([new TextEncoder().encode(`${head}\n`), ...body])
}
