// The network as `fetch` gives it. The body is read to its end before anybody hears of an answer.

import { type CredentialsOf, credentialsBy } from '../../core/network/allowed-origins.js'
import { errorText } from '../../core/network/error-text.js'
import type { Network, Reply, WireOptions, WireReply, WireRequest } from '../../core/network/network.js'
import { startStallTimer } from '../../core/network/stall-timer.js'
import { originOfUrl } from '../../core/network/url-origin.js'
import type { Clock } from '../../core/platform.js'
import { systemClock } from '../system/system-clock.js'
import { readBody } from './read-body.js'

/** The parts of a browser that the wire is made of. */
export interface FetchWorld {
  readonly clock: Pick<Clock, 'after'>
  fetch(request: Request, options: { readonly signal: AbortSignal }): Promise<Response>
  isOnline(): boolean
}

const browser: FetchWorld = {
  clock: systemClock,
  fetch: (request, options) => fetch(request, options),
  isOnline: () => navigator.onLine,
}

/** Cookies go to the page's own origin, and to those others that the app named for it. */
export function fetchNetwork(
  credentialsOf: CredentialsOf = credentialsBy(),
  { clock, fetch, isOnline }: FetchWorld = browser,
): Network {
  async function fetchBytes(wire: WireRequest, { bytesMax, signal, moved }: WireOptions): Promise<WireReply> {
    let request: Request | undefined
    let response: Response | undefined
    try {
      request = toRequest(wire, credentialsOf(wire.url))
      response = await fetch(request, { signal })
      const { status, statusText, headers, type, url, redirected } = response
      if (type === 'opaqueredirect' || (redirected && originOfUrl(url) !== originOfUrl(wire.url)))
        return { kind: 'redirect' }
      moved()
      const body = await readBody(response, bytesMax, moved)
      return { kind: 'answer', status, statusText, headers: [...headers], body, ...(redirected && { url }) }
    } catch (error) {
      if (request === undefined) return { kind: 'invalid', message: errorText(error) }
      return response ? { kind: 'cut', status: response.status } : { kind: 'failed' }
    }
  }

  return {
    fetch: fetchBytes,
    async send(wire, { timeoutMs, bytesMax, signal }) {
      const watch = watchProgress(clock, timeoutMs, signal)
      const reply = await fetchBytes(wire, { ...watch, bytesMax })
      watch.end()
      return toReply(reply, watch.isStalled())
    },
    async knock(url, { timeoutMs, signal, requestUrl }) {
      const watch = watchProgress(clock, timeoutMs, signal)
      const head = async (to: string, how?: RequestInit) =>
        (await fetch(new Request(to, { ...harmless, ...how }), watch)).status
      try {
        return await head(url)
      } catch {
        if (originOfUrl(url) === location.origin) return undefined
        // Another origin may answer and not let us read it. Its resource policy may forbid this form in turn, and CORS
        // may be allowed for the request alone.
        return await head(url, { mode: 'no-cors', redirect: 'follow' })
          .catch(() => head(requestUrl))
          .catch(() => undefined)
      } finally {
        watch.end()
      }
    },
    isOnline,
  }
}

const harmless = { method: 'HEAD', cache: 'no-store', credentials: 'omit', redirect: 'manual' } as const

/** Gives a signal that aborts with the given one, and when nothing has moved for `ms`. */
function watchProgress(clock: FetchWorld['clock'], ms: number, given: AbortSignal) {
  const stalled = new AbortController()
  const watch = startStallTimer(clock, ms, () => stalled.abort())
  return {
    ...watch,
    signal: AbortSignal.any([given, stalled.signal]),
    isStalled: () => stalled.signal.aborted,
  }
}

/** Past the browser's own cache. */
const toRequest = (
  { url, method, headers, body = null, redirect = 'manual' }: WireRequest,
  credentials: RequestCredentials,
): Request =>
  new Request(url, {
    method,
    headers: headers as [string, string][],
    redirect,
    cache: 'no-store',
    body,
    credentials,
  })

/** The answer of a write is a text. */
function toReply(reply: WireReply, timedOut: boolean): Reply {
  if (reply.kind === 'failed') return { ...reply, timedOut }
  if (reply.kind !== 'answer') return reply
  const { kind, status, headers, body } = reply
  return { kind, status, headers: Object.fromEntries(headers), body: body && new TextDecoder().decode(body) }
}
