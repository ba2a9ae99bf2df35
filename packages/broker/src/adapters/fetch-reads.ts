// The wire of reads: one fetch past the browser's own cache, no redirect followed unasked, the body read to its end as bytes.

import { originOfUrl } from '../core/channel.js'
import { defaultLimits } from '../core/limits.js'
import { type CredentialsOf, credentialsBy } from '../core/origins.js'
import type { ReadNetwork, ReadReply, ReadRequest } from '../core/reads/line.js'
import { acceptFor } from '../core/success.js'
import { readBytes } from './read-bytes.js'
import { requestOf } from './request-of.js'

/** Cookies go to the page's own origin, and to those others that the app named for it. */
export const fetchReads = (
  credentialsOf: CredentialsOf = credentialsBy(),
  bytesMax: number = defaultLimits.answerBytesMax,
  ask: (request: Request) => Promise<Response> = (request) => fetch(request),
): ReadNetwork => ({
  async send(request, signal, moved) {
    try {
      const response = await ask(toRequest(request, credentialsOf(request.url), signal))
      moved?.()
      return await readReply(response, request.url, bytesMax, moved)
    } catch {
      return { kind: 'failed' }
    }
  },
})

function toRequest(read: ReadRequest, credentials: RequestCredentials, signal: AbortSignal): Request {
  const request = requestOf(read, { redirect: read.redirect ?? 'manual', credentials, signal })
  // A route expects JSON, and who fetches may expect anything.
  if (!request.headers.has('accept')) request.headers.set('accept', `${acceptFor()}, */*;q=0.5`)
  return request
}

async function readReply(
  response: Response,
  asked: string,
  bytesMax: number,
  moved: (() => void) | undefined,
): Promise<ReadReply> {
  const { status, statusText, type, redirected, url } = response
  if (type === 'opaqueredirect' || (redirected && originOfUrl(url) !== originOfUrl(asked)))
    return { kind: 'redirect' }
  const body = await readBytes(response, bytesMax, moved)
  if (body === undefined) return { kind: 'tooLarge' }
  const answer = { status, headers: [...response.headers], body }
  return {
    kind: 'answer',
    answer: { ...answer, ...(statusText && { statusText }), ...(redirected && { url }) },
  }
}
