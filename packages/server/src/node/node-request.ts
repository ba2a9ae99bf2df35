// Makes a Fetch Request out of a request of Node's http.
import { bodyOf, type ParsedRequest } from './node-body.js'
import type { NodeRequest, NodeResponse } from './node-http.js'

/** @throws TypeError on a method that Fetch has not, and where the body was read before and is not kept */
export function fetchRequestOf(req: NodeRequest, res: NodeResponse, parsed: ParsedRequest): Request {
  const body = bodyOf(req, parsed)
  const headers = headersOf(req)
  // A parser has unpacked the bytes or they were made anew. The header would tell the wrong length.
  if (body !== undefined && !(body instanceof ReadableStream)) headers.delete('content-length')
  return new Request(urlOf(req), {
    method: req.method ?? 'GET',
    headers,
    signal: goneSignal(res),
    ...(body === undefined ? {} : { body, duplex: 'half' as const }),
  })
}

/** Every field as often as it came. Two keys must be refused, and not taken for the first of them. */
function headersOf({ rawHeaders }: NodeRequest): Headers {
  const headers = new Headers()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2)
    // A name with a colon is a pseudo header of HTTP/2.
    if (!name.startsWith(':')) headers.append(name, value)
  }
  return headers
}

function urlOf(req: NodeRequest & { readonly originalUrl?: unknown }): string {
  const scheme = 'encrypted' in req.socket ? 'https' : 'http'
  // Express takes from `url` the path under which a router stands.
  const path = typeof req.originalUrl === 'string' ? req.originalUrl : (req.url ?? '/')
  const host = req.headers[':authority'] ?? req.headers['host']
  const url = path.startsWith('/') ? `${scheme}://${host}${path}` : path
  return URL.canParse(url) ? url : `${scheme}://localhost${path.startsWith('/') ? path : '/'}`
}

/** Aborts when the client goes before it has its answer. */
function goneSignal(res: NodeResponse): AbortSignal {
  const gone = new AbortController()
  res.once('close', () => {
    if (!res.writableFinished) gone.abort(new Error('the client has gone'))
  })
  return gone.signal
}
