// The wire: one fetch, no redirect followed, the body read to its end before anybody hears of an answer.

import { type CredentialsOf, credentialsBy } from '../../core/network/allowed-origins.js'
import { errorText } from '../../core/network/error-text.js'
import type { Network, Reply } from '../../core/network/network.js'
import { startStallTimer } from '../../core/network/stall-timer.js'
import { originOfUrl } from '../../core/network/url-origin.js'
import type { Clock } from '../../core/platform.js'
import { systemClock } from '../system/system-clock.js'
import { buildRequest } from './build-request.js'
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
  return {
    async send(wire, { timeoutMs, bytesMax, signal }) {
      let request: Request
      try {
        request = buildRequest(wire, { body: wire.body ?? null, credentials: credentialsOf(wire.url) })
      } catch (error) {
        return { kind: 'invalid', message: errorText(error) }
      }
      const watch = watchProgress(clock, timeoutMs, signal)
      try {
        return await readReply(await fetch(request, watch), bytesMax, watch.moved)
      } catch {
        return { kind: 'failed', timedOut: watch.isStalled() }
      } finally {
        watch.end()
      }
    },
    async knock(url, { timeoutMs, signal }) {
      const watch = watchProgress(clock, timeoutMs, signal)
      const head = async (mode: RequestMode, redirect: RequestRedirect) =>
        (await fetch(new Request(url, { ...harmless, mode, redirect }), watch)).status
      try {
        return await head('cors', 'manual')
      } catch {
        // Another origin may answer and not let us read it; its resource policy may forbid this form in turn.
        if (originOfUrl(url) === location.origin) return undefined
        return await head('no-cors', 'follow').catch(() => undefined)
      } finally {
        watch.end()
      }
    },
    isOnline,
  }
}

const harmless = { method: 'HEAD', cache: 'no-store', credentials: 'omit' } as const

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

async function readReply(response: Response, bytesMax: number, moved: () => void): Promise<Reply> {
  if (response.type === 'opaqueredirect') return { kind: 'redirect' }
  const { status } = response
  try {
    moved()
    const bytes = await readBody(response, bytesMax, moved)
    const body = bytes && new TextDecoder().decode(bytes)
    return { kind: 'answer', status, headers: Object.fromEntries(response.headers), body }
  } catch {
    return { kind: 'cut', status }
  }
}
