// The wire of reads: one fetch past the browser's own cache, no redirect followed unasked, the body read to its end as bytes.

import { defaultLimits } from '../../core/limits.js'
import { type CredentialsOf, credentialsBy } from '../../core/network/allowed-origins.js'
import { originOfUrl } from '../../core/network/url-origin.js'
import { acceptFor } from '../../core/outcomes/acknowledgement.js'
import type { ReadNetwork, ReadReply, ReadRequest } from '../../core/reads/read-types.js'
import { buildRequest } from './build-request.js'
import { readBody } from './read-body.js'

/** Cookies go to the page's own origin, and to those others that the app named for it. */
export const fetchReads = (
  credentialsOf: CredentialsOf = credentialsBy(),
  bytesMax: number = defaultLimits.answerBytesMax,
  ask: (request: Request) => Promise<Response> = (request) => fetch(request),
): ReadNetwork => ({
  async send(request, signal, moved) {
    try {
      const response = await ask(toFetchRequest(request, credentialsOf(request.url), signal))
      moved?.()
      return await readAnswer(response, request.url, bytesMax, moved)
    } catch {
      return { kind: 'failed' }
    }
  },
})

function toFetchRequest(read: ReadRequest, credentials: RequestCredentials, signal: AbortSignal): Request {
  const request = buildRequest(read, { redirect: read.redirect ?? 'manual', credentials, signal })
  // A route expects JSON, and who fetches may expect anything.
  if (!request.headers.has('accept')) request.headers.set('accept', `${acceptFor()}, */*;q=0.5`)
  return request
}

async function readAnswer(
  response: Response,
  asked: string,
  bytesMax: number,
  moved: (() => void) | undefined,
): Promise<ReadReply> {
  const { status, statusText, type, redirected, url } = response
  if (type === 'opaqueredirect' || (redirected && originOfUrl(url) !== originOfUrl(asked)))
    return { kind: 'redirect' }
  const body = await readBody(response, bytesMax, moved)
  if (body === undefined) return { kind: 'tooLarge' }
  const answer = { status, headers: [...response.headers], body }
  return {
    kind: 'answer',
    answer: { ...answer, ...(statusText && { statusText }), ...(redirected && { url }) },
  }
}
