// The entrance of both origins. Every request is written down, meets its fault, and is answered.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type Received, receive } from '../api/body.js'
import type { ApiBindings } from '../api/change.js'
import { problem } from '../api/problem.js'
import { applyFault, type Exchange, type FaultEffects } from '../faults/fault-acts.js'
import type { Faults } from '../faults/faults.js'
import type { Credentials, Sessions } from '../sessions/sessions.js'
import type { Attempt, Ledger } from '../storage/ledger.js'
import { allowPage, answerPreflight } from './cors.js'
import type { Pages } from './pages.js'

export type Fetch = (request: Request) => Response | Promise<Response>

export interface GatewayDependencies {
  readonly api: (request: Request, bindings: ApiBindings) => Response | Promise<Response>
  readonly pages: Pages
  readonly sessions: Sessions
  /** undefined with FAULTS=0. */
  readonly proving: Proving | undefined
  readonly closing: AbortSignal
}

export interface Proving {
  readonly ledger: Ledger
  readonly faults: Faults
  readonly expireKeys: () => Promise<void>
  readonly testApi: Fetch
}

/** An origin that the gateway serves. The first has the pages, and the second lets those pages read its API. */
export type Origin =
  | { readonly kind: 'first' }
  | { readonly kind: 'second'; readonly pageOrigin: () => string }

export interface Gateway {
  listener(origin: Origin): (incoming: IncomingMessage, outgoing: ServerResponse) => void
  /** Resolves when nothing that was begun is still at work, whether its client waits or not. */
  settled(): Promise<void>
}

export function createGateway(dependencies: GatewayDependencies): Gateway {
  const working = new Set<Promise<unknown>>()
  return {
    listener: (origin) => {
      const handle = (request: Request, bindings: HttpBindings) => {
        const work = answer(dependencies, origin, { request, ...bindings })
        working.add(work)
        const leave = () => working.delete(work)
        work.then(leave, leave)
        return work
      }
      const listen = getRequestListener((request, bindings) => handle(request, bindings as HttpBindings), {
        overrideGlobalObjects: false,
      })
      return (incoming, outgoing) => {
        // A client that leaves before its answer stands in the ledger as such. There is nobody left to tell.
        outgoing.on('error', () => {})
        void listen(incoming, outgoing)
      }
    },
    settled: async () => {
      await Promise.allSettled(working)
    },
  }
}

interface Call extends HttpBindings {
  readonly request: Request
}

async function answer(dependencies: GatewayDependencies, origin: Origin, call: Call): Promise<Response> {
  const { proving, closing } = dependencies
  const { incoming, outgoing } = call
  const response = await route(dependencies, origin, call).catch((error: unknown) => {
    if (outgoing.destroyed || incoming.destroyed || closing.aborted) return leave(outgoing)
    console.error(error)
    return problem('internal-error', 'This is a mistake of the server.')
  })
  if (response === RESPONSE_ALREADY_SENT || outgoing.destroyed) return RESPONSE_ALREADY_SENT
  if (proving?.faults.isArmed() || closing.aborted) outgoing.setHeader('Connection', 'close')
  return origin.kind === 'first' ? response : allowPage(response, origin.pageOrigin(), incoming.headers)
}

async function route(dependencies: GatewayDependencies, origin: Origin, call: Call): Promise<Response> {
  const { proving, pages } = dependencies
  const { request, incoming } = call
  const path = new URL(request.url).pathname
  if (path.startsWith('/api/')) return answerApi(dependencies, origin, { ...call, path })
  if (proving !== undefined && (path.startsWith('/__test__/') || path === '/login')) {
    return fetchWhole(proving.testApi, await receive(incoming, request))
  }
  if (origin.kind === 'first') return pages(request.method, path)
  return problem('not-found', 'The pages are on the first origin.')
}

async function answerApi(
  { api, sessions, proving, closing }: GatewayDependencies,
  origin: Origin,
  { request, incoming, outgoing, path }: Call & { readonly path: string },
): Promise<Response> {
  const { method } = request
  const shown: Credentials = incoming.headers
  const attempt = openAttempt(proving?.ledger, {
    method,
    path,
    key: unquoted(request.headers.get('Idempotency-Key')),
    user: sessions.userOf(shown) ?? null,
  })
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) attempt.end('aborted')
  })
  let received: Promise<Received> | undefined
  const takeIn = () => {
    received ??= receive(incoming, request)
    return received
  }
  const fetchApi = async () => {
    const whole = await takeIn()
    const preflight = origin.kind === 'second' ? answerPreflight(method, incoming.headers) : undefined
    const { remoteAddress = '' } = incoming.socket
    const fetchFrom: Fetch = (request) => api(request, { address: remoteAddress })
    const response = preflight ?? (await fetchWhole(fetchFrom, whole))
    return origin.kind === 'second' ? allowPage(response, origin.pageOrigin(), incoming.headers) : response
  }
  const rule = proving?.faults.take(method, path)
  const exchange: Exchange = { outgoing, attempt, closing, receive: takeIn, answer: fetchApi }
  const response =
    rule === undefined || proving === undefined
      ? await fetchApi()
      : await applyFault(rule, exchange, effectsOf(proving, sessions, shown))
  // The attempt is written down before the answer leaves. A client with the answer finds it in the ledger.
  if (response !== RESPONSE_ALREADY_SENT) attempt.end(response.status)
  return response
}

function effectsOf({ faults, expireKeys }: Proving, sessions: Sessions, shown: Credentials): FaultEffects {
  return {
    stall: ({ outgoing }) => {
      if (outgoing.socket !== null) faults.stall(outgoing.socket)
    },
    hold: ({ closing }) => faults.replaced(closing),
    forgetKeys: expireKeys,
    handSession: (user) => sessions.hand(shown, user),
    endSession: async () => {
      await sessions.end(shown)
    },
  }
}

function openAttempt(ledger: Ledger | undefined, arrival: Parameters<Ledger['arrived']>[0]): Attempt {
  return ledger?.arrived(arrival) ?? { end: () => {} }
}

function fetchWhole(fetch: Fetch, received: Received): Response | Promise<Response> {
  return received.kind === 'whole' ? fetch(received.request) : received.answer
}

function leave(outgoing: ServerResponse): Response {
  outgoing.socket?.destroy()
  return RESPONSE_ALREADY_SENT
}

/** The key inside its quotes. A field that is no quoted string stands as it came. */
function unquoted(field: string | null): string | null {
  return field === null ? null : (/^"(.*)"$/.exec(field)?.[1] ?? field)
}
