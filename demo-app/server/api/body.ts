// Reads a request to its end before it is handled. So a delayed request is handled although its client has left, and a
// request with a large body is refused before it fills the memory.
import type { IncomingMessage } from 'node:http'
import { limits } from '../limits.js'
import { problem } from './problem.js'

export type Received =
  | { readonly kind: 'whole'; readonly request: Request }
  | { readonly kind: 'refused'; readonly answer: Response }

/** Reads the body to its end. Rejects where the client leaves before it is all there. */
export async function receive(
  incoming: IncomingMessage,
  { url, method, headers }: Request,
): Promise<Received> {
  const chunks: Buffer[] = []
  let length = 0
  // The stream is left alone where the loop ends early. Destroying it would take away the socket, and the refusal
  // with it.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > limits.bodyBytesMax) {
      const answer = problem('too-large', `A body has at most ${limits.bodyBytesMax} bytes.`)
      return { kind: 'refused', answer }
    }
    chunks.push(chunk)
  }
  const body = method === 'GET' || method === 'HEAD' || length === 0 ? null : Buffer.concat(chunks)
  // The adapter's own object only looks like a Request. A real Request can be cloned, and its form can be read.
  return { kind: 'whole', request: new Request(url, { method, headers: new Headers([...headers]), body }) }
}
