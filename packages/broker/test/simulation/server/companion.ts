// A server with the companion's real logic: it honours keys, compares principals and answers status queries.
import { SimAnswer, SimRequestMessage } from '../platform/fetch-types.js'
import type { Arrival } from '../platform/network.js'
import { type Effect, listOf, nameOf } from './ledger.js'

/** What the simulation uses of the package `redux-broker-server`. */
export interface ServerProduct {
  memoryStore(): CompanionStore
  createIdempotency(options: object): {
    run(request: SimRequestMessage, handler: (call: HandlerCall) => Promise<SimAnswer>): Promise<SimAnswer>
    status(request: SimRequestMessage, key: string): Promise<SimAnswer>
  }
}

interface CompanionStore {
  transaction<T>(work: (tx: MemoryTx) => Promise<T>): Promise<T>
}

interface MemoryTx {
  get(name: string): unknown
  set(name: string, value: unknown): void
}

interface HandlerCall {
  readonly tx: MemoryTx
  readonly request: SimRequestMessage
  readonly key: string
  readonly principal: string
}

export interface ServerContext {
  now(): number
  /** Resolves after a while. */
  wait(ms: number): Promise<void>
  /** How long the app takes for a request. */
  workMs(): number
  session(arrival: Arrival): string | undefined
}

export interface Serving {
  serve(arrival: Arrival): Promise<SimAnswer>
  ledger(): Promise<readonly Effect[]>
}

export function createCompanion(product: ServerProduct, context: ServerContext): Serving {
  const store = product.memoryStore()
  const arrivals = new Map<SimRequestMessage, Arrival>()
  const failed = new Map<string, number>()
  const idempotency = product.createIdempotency({
    store,
    now: context.now,
    principal: (request: SimRequestMessage) => sessionOf(request),
    onError: () => {},
  })
  let count = 0

  function sessionOf(request: SimRequestMessage): string | undefined {
    const arrival = arrivals.get(request)
    return arrival && context.session(arrival)
  }

  async function handle({ tx, request, key, principal }: HandlerCall, arrival: Arrival): Promise<SimAnswer> {
    const { id, lane, isRefused, failures } = nameOf(request.url)
    await context.wait(context.workMs())
    const before = failed.get(id) ?? 0
    if (before < failures) {
      failed.set(id, before + 1)
      throw new Error('The app fails.')
    }
    if (isRefused) return SimAnswer.json({ why: 'refused' }, { status: 422 })
    const ledger = (tx.get('ledger') ?? []) as Effect[]
    const effect: Effect = { id, lane, user: principal, key, isDouble: arrival.isDouble, arrival: count }
    const all = [...ledger, effect]
    tx.set('ledger', all)
    return SimAnswer.json({ list: listOf(all, principal, lane) })
  }

  return {
    async serve(arrival) {
      const { url, method, headers, given } = arrival.request
      // The server gets a copy, since a request may arrive twice.
      const request = new SimRequestMessage(url, { method, headers, body: given })
      arrivals.set(request, arrival)
      count += 1
      const { pathname } = new URL(url)
      if (method === 'HEAD') return new SimAnswer(null, { status: 204 })
      if (pathname === '/me')
        return new SimAnswer(null, { status: sessionOf(request) === undefined ? 401 : 204 })
      if (pathname.startsWith('/keys/')) return idempotency.status(request, pathname.slice('/keys/'.length))
      return idempotency.run(request, (call) => handle(call, arrival))
    },
    ledger: () => store.transaction(async (tx) => (tx.get('ledger') ?? []) as Effect[]),
  }
}
