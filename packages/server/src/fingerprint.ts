// Tells whether two requests are the same work. Promise: whatever a handler's effect may depend on counts
// (method, path, query, content type, body), and what differs between two attempts of one request does not:
// host (a fallback endpoint is another host), credentials, CSRF token, dates, trace headers (SC8).

/**
 * SHA-256 in hex over method, path, query and content type as they came and over the body's bytes
 * (draft-ietf-httpapi-idempotency-key-header-07, section 2.4). The query is not sorted: `a=1&a=2` is not `a=2&a=1`,
 * and a stored request is resent byte for byte.
 */
export async function fingerprintOf(request: Request, body: Uint8Array): Promise<string> {
  const { pathname, search } = new URL(request.url)
  // JSON escapes every line break, so the first one ends the head: no two requests share the hashed bytes.
  const head = JSON.stringify([request.method, pathname, search, request.headers.get('content-type')])
  const headBytes = new TextEncoder().encode(`${head}\n`)
  const bytes = new Uint8Array(headBytes.length + body.length)
  bytes.set(headBytes)
  bytes.set(body, headBytes.length)
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
