// Gives the body of a request of Node's http, also behind a body parser. Promise: a body is given whole or not at all.
// A body that was read and not kept is an error, never an empty body.
import type { NodeRequest } from './node-http.js'

/** The fields that a body parser may leave on a request of Express or Fastify. */
export interface ParsedRequest {
  readonly body?: unknown
  /** The bytes, kept by `verify` of express.json() or by a plugin. */
  readonly rawBody?: unknown
}

/** @throws TypeError where the body was read, and its bytes cannot be had any more */
export function bodyOf(
  req: NodeRequest,
  { body, rawBody }: ParsedRequest,
): ReadableStream<Uint8Array> | string | Uint8Array<ArrayBuffer> | undefined {
  if (!hasBody(req)) return undefined
  if (!req.readableDidRead && !req.readableEnded) return streamOf(req)
  for (const kept of [rawBody, body]) {
    if (typeof kept === 'string') return kept
    if (kept instanceof Uint8Array) return new Uint8Array(kept)
  }
  // The same request gives the same text, though it may differ from the text that was sent.
  const isJson = /^\s*(application|text)\/([\w.-]+\+)?json\s*(;|$)/i.test(`${req.headers['content-type']}`)
  if (isJson && body !== undefined) return JSON.stringify(body)
  throw new TypeError(
    'got a request whose body was read before and is not kept. Let this handler come before the body parser, or ' +
      'keep the bytes in req.rawBody, as by express.json({ verify: (req, res, bytes) => { req.rawBody = bytes } })',
  )
}

function hasBody({ method, headers, httpVersionMajor }: NodeRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false
  const length = headers['content-length']
  // HTTP/2 needs neither field for a body.
  return (
    headers['transfer-encoding'] !== undefined ||
    (length === undefined ? httpVersionMajor > 1 : length !== '0')
  )
}

function streamOf(req: NodeRequest): ReadableStream<Uint8Array> {
  // A destroyed request would take the connection with it, and the answer that says why.
  const chunks = req.iterator({ destroyOnReturn: false })
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (done) controller.close()
        else controller.enqueue(typeof value === 'string' ? new TextEncoder().encode(value) : value)
      },
      async cancel() {
        await chunks.return?.()
        // Discard the rest of the body, since a client that still sends may not read its answer.
        req.resume()
      },
    },
    { highWaterMark: 0 },
  )
}
