// A server with the companion's real logic: it honours keys, compares principals and answers status queries.
import { SimAnswer, SimRequestMessage } from '../platform/fetch-types.js'
import type { Arrival } from '../platform/network.js'
import { answerFeed, isFeed } from './feed.js'
import { type Effect, listOf, nameOf } from './ledger.js'
import type { Serving } from './server-host.js'

/** What the simulation uses of the package `redux-broker-server`. */
export interface ServerProduct {
  memoryStore(keep: (memory: Memory) => void): object
  createIdempotency(options: object): {
    run(request: SimRequestMessage, handler: (call: HandlerCall) => Promise<SimAnswer>): Promise<SimAnswer>
    status(request: SimRequestMessage, key: string): Promise<SimAnswer>
  }
}

/** The inside of the memory store. The rest of it dies with the process. */
interface Memory {
  values: Map<string, unknown>
  records: object
  clock: unknown
}

/** The rows that the server's processes leave on their disk. The effects and the records of a transaction get there together. */
export interface CompanionDisk {
  memory: Memory | undefined
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

export const effectsOn = ({ memory }: CompanionDisk) => (memory?.values.get('ledger') ?? []) as Effect[]

/** A process goes on with what the one before it has left. */
function takeOver(disk: CompanionDisk, memory: Memory): void {
  if (disk.memory !== undefined) {
    const { values, records, clock } = disk.memory
    Object.assign(memory, { values, records, clock })
  }
  disk.memory = memory
}

export function createCompanion(
  product: ServerProduct,
  context: ServerContext,
  disk: CompanionDisk,
): Serving {
  const store = product.memoryStore((memory) => takeOver(disk, memory))
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
      if (isFeed(url))
        return answerFeed(effectsOn(disk), sessionOf(request), () => context.wait(context.workMs()))
      return idempotency.run(request, (call) => handle(call, arrival))
    },
  }
}
