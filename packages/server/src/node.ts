// `redux-broker-server/node`: makes handlers for servers that are not built on Fetch, out of functions from Request to
// Response.

import type { ParsedRequest } from './node/node-body.js'
import type { NodeRequest, NodeResponse } from './node/node-http.js'
import { fetchRequestOf } from './node/node-request.js'
import { checkFunction } from './options/check-values.js'

/**
 * A handler for Express 4 and 5, for Connect, and for createServer of node:http. Works behind express.json() and
 * express.raw(). Behind a parser that does not keep the bytes of the body, it fails with a TypeError that says so.
 * @param handle gets the request as Fetch has it, and as the framework has it. Its answer is sent whole
 */
export function nodeHandler<Req extends NodeRequest = NodeRequest>(
  handle: (request: Request, req: Req) => Response | PromiseLike<Response>,
): (req: Req, res: NodeResponse, next?: (error?: unknown) => void) => Promise<void> {
  checkFunction('nodeHandler', handle, handleAs)
  return async (req, res, next) => {
    try {
      await send(await handle(fetchRequestOf(req, res, req as ParsedRequest), req), req, res)
    } catch (error) {
      if (next !== undefined) return next(error)
      console.error(error)
      if (!res.headersSent) res.statusCode = 500
      res.end()
    }
  }
}

const handleAs =
  'give one from a Request to a Response, as in (request, req) => idempotency.run(request, clap)'

interface FastifyRequest extends ParsedRequest {
  readonly raw: NodeRequest
}

/** A handler for Fastify 5, behind its own parser of JSON or any that gives a text or bytes. */
export function fastifyHandler<Req extends FastifyRequest = FastifyRequest>(
  handle: (request: Request, req: Req) => Response | PromiseLike<Response>,
): (req: Req, reply: { readonly raw: NodeResponse }) => Promise<Response> {
  checkFunction('fastifyHandler', handle, handleAs)
  return async (req, { raw }) => handle(fetchRequestOf(req.raw, raw, req), req)
}

// A middleware may have set these for itself.
const added: ReadonlySet<string> = new Set(['access-control-expose-headers', 'set-cookie', 'vary'])

async function send(response: Response, req: NodeRequest, res: NodeResponse): Promise<void> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  res.statusCode = response.status
  for (const [name, value] of response.headers) {
    // HTTP/2 has no such field, and Node warns of it.
    if (name === 'connection' && req.httpVersionMajor > 1) continue
    if (added.has(name)) res.appendHeader(name, value)
    else res.setHeader(name, value)
  }
  res.end(bytes)
}
