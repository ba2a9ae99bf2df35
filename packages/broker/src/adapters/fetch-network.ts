// The wire: one fetch, no redirect followed, the body read to its end before anybody hears of an answer.
import { answerCharactersMax } from '../core/limits.js'
import { type CredentialsOf, credentialsBy } from '../core/origins.js'
import type { Network, Reply, WireRequest } from '../core/ports.js'

/** Cookies go to the page's own origin, and to those others that the app named for it. */
export function fetchNetwork(credentialsOf: CredentialsOf = credentialsBy()): Network {
  return {
    async send(wire, { timeoutMs, signal }) {
      const timeout = AbortSignal.timeout(timeoutMs)
      // Built outside the try: what throws here is a malformed request, not the network.
      const request = toRequest(wire, credentialsOf(wire.url), AbortSignal.any([signal, timeout]))
      const wasOnline = navigator.onLine
      try {
        return await read(await fetch(request))
      } catch {
        // Offline only now tells nothing of what left the device before.
        return { kind: 'failed', timedOut: timeout.aborted, online: wasOnline || navigator.onLine }
      }
    },
  }
}

const toRequest = (
  { url, method, headers, body }: WireRequest,
  credentials: RequestCredentials,
  signal: AbortSignal,
) =>
  new Request(url, {
    method,
    headers: headers as [string, string][],
    body: body ?? null,
    redirect: 'manual',
    cache: 'no-store',
    credentials,
    signal,
  })

async function read(response: Response): Promise<Reply> {
  if (response.type === 'opaqueredirect') return { kind: 'redirect' }
  const { status } = response
  const body = await readText(response)
  return body === undefined
    ? { kind: 'cut', status }
    : { kind: 'answer', status, headers: Object.fromEntries(response.headers), body }
}

/** The whole text; undefined where it breaks off or is longer than we are willing to hold. */
async function readText(response: Response): Promise<string | undefined> {
  let text = ''
  try {
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true }
      if (done) return text
      text += value
      if (text.length > answerCharactersMax) {
        await reader?.cancel()
        return undefined
      }
    }
  } catch {
    return undefined
  }
}
