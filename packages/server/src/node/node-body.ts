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
  const isJson = /^\s*(application|text)\/([\w.-]+\+)?json\s*(;|$)/i.test(`${req.headers['content-type']}`)
  for (const kept of [rawBody, body]) {
    if (kept instanceof Uint8Array) return new Uint8Array(kept)
    if (typeof kept === 'string' && (kept === rawBody || !isJson)) return kept
  }
  const json = isJson ? jsonOf(body, req) : undefined
  if (json !== undefined) return json
  const fault =
    isJson && typeof body === 'string'
      ? 'is a string. It may be the JSON that was sent, or a string inside that JSON'
      : 'was read before and is not kept'
  throw new TypeError(
    `got a request whose body ${fault}. Mount this handler before the body parser, or keep the bytes in ` +
      'req.rawBody, as by express.json({ verify: (req, res, bytes) => { req.rawBody = bytes } })',
  )
}

/**
 * The JSON of a parsed body. The same request gives the same text, though it may differ from the text that was sent.
 * A text is the JSON itself where it is as long as what was sent, and no string can be so long. It is a string without
 * its quotes where it is shorter by them at least.
 */
function jsonOf(body: unknown, { headers }: NodeRequest): string | undefined {
  const json: string | undefined = JSON.stringify(body)
  if (typeof body !== 'string' || json === undefined) return json
  const isPacked = (headers['content-encoding'] ?? 'identity') !== 'identity'
  if (isPacked || /charset=(?!"?utf-?8\b)/i.test(`${headers['content-type']}`)) return undefined
  const sentBytes = Number(headers['content-length'])
  const jsonBytes = lengthOf(json)
  // A byte that is no UTF-8 was replaced by a character of three.
  const grownBytesMax = 2 * (body.split('\ufffd').length - 1)
  // A parser may have taken off a byte order mark, of three bytes too.
  const isAsSent = [0, 3].includes(sentBytes - lengthOf(body))
  if (isAsSent && jsonBytes - grownBytesMax > sentBytes) return body
  return jsonBytes <= sentBytes ? json : undefined
}

const lengthOf = (text: string): number => new TextEncoder().encode(text).length

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
