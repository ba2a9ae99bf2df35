// The network between the realms of a device and its servers. It does to a request what a fate says.
import type { SimAbortSignal } from './events.js'
import { SimAnswer, type SimRequestMessage, SimStream } from './fetch-types.js'
import type { Random } from './random.js'
import type { Realm } from './realm.js'
import type { Scheduler } from './scheduler.js'

/** What becomes of one request on its way there and back. */
export type Fate =
  | { readonly kind: 'ok' }
  /** Never arrives. The caller hears of it after a while. */
  | { readonly kind: 'lostRequest' }
  /** Arrives, and its answer does not. */
  | { readonly kind: 'lostAnswer' }
  /** The headers of the answer come, and its body breaks off. */
  | { readonly kind: 'cut' }
  /** Nothing is heard any more. */
  | { readonly kind: 'stuck'; readonly arrives: boolean }
  /** Arrives after its caller has given up. */
  | { readonly kind: 'late'; readonly ms: number }
  /** Arrives a second time, later. */
  | { readonly kind: 'doubled'; readonly ms: number }
  | { readonly kind: 'slow'; readonly ms: number }
  /** A gateway answers in the server's place, though the server may have had the request. */
  | { readonly kind: 'gateway'; readonly status: number; readonly arrives: boolean; readonly html: boolean }
  /** A captive portal answers. */
  | { readonly kind: 'portal'; readonly redirects: boolean }
  /** The server itself says something else than usual, before it looks at the request. */
  | { readonly kind: 'told'; readonly status: number; readonly retryAfterS: number | undefined }

export interface Arrival {
  readonly request: SimRequestMessage
  /** The user of the session cookie, as the request left. */
  readonly cookie: string | undefined
  readonly realm: Realm
  /** Counts the requests of the world. */
  readonly number: number
  readonly isDouble: boolean
}

export interface Network {
  /** Of requests by their number. All others are well. */
  readonly fates: Map<number, Fate>
  /** The fate of requests while the network is away. Undefined while it is there. */
  partition: 'refused' | 'silent' | undefined
  send(
    realm: Realm,
    request: SimRequestMessage,
    cookie: string | undefined,
    signal?: SimAbortSignal,
  ): Promise<SimAnswer>
}

export interface NetworkContext {
  readonly scheduler: Scheduler
  readonly random: Random
  /** Rejects where no answer comes. */
  serve(arrival: Arrival, told: (Fate & { kind: 'told' }) | undefined): Promise<SimAnswer>
  onSent(arrival: Arrival, fate: Fate): void
  /** The caller hears a server that names a time. */
  onToldToWait(arrival: Arrival, seconds: number): void
  /** The caller knows how its request ended, or is dead. */
  onEnded(arrival: Arrival): void
}

const ok: Fate = { kind: 'ok' }
const html = { 'content-type': 'text/html' }

export function createNetwork(context: NetworkContext): Network {
  const { scheduler, random } = context
  let count = 0

  /** The answer of the server, once the request has arrived and its answer is back. */
  function exchange(arrival: Arrival, fate: Fate, waitMs: number, { back, gone }: Returns): void {
    scheduler.after(waitMs + random.between(5, 120), () => {
      // A request of a realm that died may be gone with it.
      if (!arrival.realm.isAlive() && random.chance(0.3)) return
      const returning = (work: () => void) => void scheduler.after(random.between(5, 120), work)
      void context
        .serve(arrival, fate.kind === 'told' ? fate : undefined)
        .then((answer) => returning(() => back(answer)))
        .catch(() => returning(gone))
    })
  }

  const network: Network = {
    fates: new Map(),
    partition: undefined,
    send: (realm, request, cookie, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const arrival: Arrival = { request, cookie, realm, number: count++, isDouble: false }
        const away = network.partition
        const fate = away === undefined ? (network.fates.get(arrival.number) ?? ok) : partitioned(away)
        context.onSent(arrival, fate)
        let isOver = false
        const end = (finish: () => void) => {
          if (isOver) return
          isOver = true
          signal?.removeEventListener('abort', abort)
          context.onEnded(arrival)
          finish()
        }
        const abort = () => end(() => reject(signal?.reason))
        signal?.addEventListener('abort', abort, { once: true })
        realm.onDeath(() => end(() => {}))
        const broken = () => end(() => reject(new TypeError('Failed to fetch')))
        const fail = (ms: number) => void realm.post(ms, broken)
        const answer = (given: SimAnswer) =>
          void realm.post(0, () =>
            end(() => {
              const seconds = waitOf(given)
              if (seconds !== undefined) context.onToldToWait(arrival, seconds)
              resolve(given)
            }),
          )
        const arrive = (ms: number, back: (given: SimAnswer) => void) =>
          exchange(arrival, fate, ms, { back, gone: () => fail(0) })
        const double = (ms: number) => exchange({ ...arrival, isDouble: true }, fate, ms, unheard)
        follow(fate, { arrive, answer, fail, random, arrival, double })
      }),
  }
  return network
}

function waitOf({ headers, status }: SimAnswer): number | undefined {
  const seconds = headers.get('retry-after')
  return seconds !== null && [423, 429, 503].includes(status) ? Number(seconds) : undefined
}

const partitioned = (away: 'refused' | 'silent'): Fate =>
  away === 'silent' ? { kind: 'stuck', arrives: false } : { kind: 'lostRequest' }

interface Returns {
  back(answer: SimAnswer): void
  /** The server is away, or died over the request. */
  gone(): void
}

interface Ways {
  readonly random: Random
  readonly arrival: Arrival
  arrive(ms: number, back: (answer: SimAnswer) => void): void
  double(ms: number): void
  answer(given: SimAnswer): void
  fail(ms: number): void
}

function follow(fate: Fate, ways: Ways): void {
  const done = fates[fate.kind] as (fate: Fate, ways: Ways) => void
  done(fate, ways)
}

const nothing = () => {}
const unheard: Returns = { back: nothing, gone: nothing }
const straight = (_fate: unknown, { arrive, answer }: Ways) => arrive(0, answer)

const fates: {
  readonly [Kind in Fate['kind']]: (fate: Extract<Fate, { readonly kind: Kind }>, ways: Ways) => void
} = {
  ok: straight,
  told: straight,
  slow: ({ ms }, { arrive, answer }) => arrive(ms, answer),
  lostRequest: (_, { fail, random }) => fail(random.between(1, 2_000)),
  lostAnswer: (_, { arrive, fail, random }) => arrive(0, () => fail(random.between(0, 3_000))),
  cut: (_, { arrive, answer }) =>
    arrive(0, ({ status, headers }) =>
      answer(new SimAnswer(new SimStream(new Uint8Array(1), true), { status, headers })),
    ),
  stuck({ arrives }, { arrive }) {
    if (arrives) arrive(0, nothing)
  },
  late: ({ ms }, { arrive }) => arrive(ms, nothing),
  doubled({ ms }, { arrive, answer, double }) {
    double(ms)
    arrive(0, answer)
  },
  gateway({ arrives, status, html: isHtml }, { arrive, answer }) {
    const headers = isHtml ? html : { 'content-type': 'application/json' }
    const given = new SimAnswer(isHtml ? '<p>' : '{}', { status, headers })
    if (arrives) arrive(0, () => answer(given))
    else answer(given)
  },
  portal({ redirects }, { answer }) {
    const given = new SimAnswer('<p>Sign in to this network', { status: 200, headers: html })
    if (redirects) Object.defineProperty(given, 'type', { value: 'opaqueredirect' })
    answer(given)
  },
}
