// A server with a ledger of effects, behind a network that does what networks do.
import type { Capture } from './append.js'
import { capture } from './entry.fixture.js'
import type { Reply } from './ports.js'
import type { Wire, World } from './world.fixture.js'

/** What becomes of one request on its way there and back. */
export type Fate =
  | 'ok'
  /** Never arrives. */
  | 'lost'
  | 'offline'
  /** Somebody between answers in the server's place. */
  | 'html'
  /** Arrives, and its answer does not. */
  | 'drop'
  | 'cut'
  /** Arrives after its sender has given up, and perhaps after much else. */
  | 'late'
  /** Arrives, and has no effect. */
  | 'broken'
  | 'overloaded'
  | 'limited'
  | 'busy'

export const fates: readonly Fate[] = [
  'ok',
  'lost',
  'offline',
  'html',
  'drop',
  'cut',
  'late',
  'broken',
  'overloaded',
  'limited',
  'busy',
]

export interface Effect {
  readonly id: string
  readonly lane: string
}

export interface Server {
  readonly ledger: readonly Effect[]
  /** Rules that were broken while it ran. */
  readonly faults: readonly string[]
  readonly requests: () => number
  readonly questions: () => number
  send(wire: Wire, world: World): Promise<Reply>
}

/** A capture whose request tells the server which one it is. `refused`: the server never takes it. */
export const captureFor = (
  id: string,
  lane: string,
  more: Partial<Capture> & { refused?: boolean } = {},
): Capture => {
  const { refused = false, ...rest } = more
  const { request } = capture(id)
  const url = `https://o.example/${lane}/${id}${refused ? '/refused' : ''}`
  return capture(id, { lane, server: 'idempotent', request: { ...request, url }, ...rest })
}

/** Where it tells what it knows of a key. */
export const statusQuery = 'https://o.example/keys/:key'

interface Flight {
  readonly lane: string
  readonly wire: Wire
}

/** `honoursKeys`: a repeat gets the first one's answer and has no effect. */
export function createServer(fateOf: () => Fate, { honoursKeys = true } = {}): Server {
  const ledger: Effect[] = []
  const faults: string[] = []
  const answers = new Map<string, number>()
  const keys = new Map<string, string>()
  const flying = new Set<Flight>()
  let requests = 0
  let questions = 0

  function handle({ id, lane, key, isRefused }: Parcel): number {
    const known = honoursKeys ? answers.get(key) : undefined
    if (known !== undefined) return known
    const status = isRefused ? 422 : 200
    answers.set(key, status)
    if (!isRefused) ledger.push({ id, lane })
    return status
  }

  function inspect({ id, lane, key, principal }: Parcel): void {
    if ((keys.get(id) ?? key) !== key) faults.push(`${id} was sent under another key`)
    keys.set(id, key)
    if (principal !== 'ann') faults.push(`${id} was sent for ${principal}`)
    const others = [...flying].filter((one) => one.lane === lane && one.wire.actor.isAwake())
    if (others.length > 0) faults.push(`${id} was sent beside another of its lane`)
  }

  /** The status query: what it knows of a key. */
  function tell(wire: Wire, fate: Fate): Reply {
    if (fate === 'busy') return plain(200, {}, '{"state":"in-progress"}')
    const status = answers.get(`"${wire.request.url.slice(statusQuery.indexOf(':key'))}"`)
    const state = status === undefined ? { state: 'unknown' } : { state: 'done', status }
    return plain(200, {}, JSON.stringify(state))
  }

  async function send(wire: Wire, world: World): Promise<Reply> {
    if (wire.request.method === 'GET') {
      questions += 1
      const fate = fateOf()
      return travel(fate === 'busy' ? 'ok' : fate, wire, world, () => tell(wire, fate))
    }
    const parcel = parcelOf(wire)
    requests += 1
    inspect(parcel)
    const flight = { lane: parcel.lane, wire }
    flying.add(flight)
    const reply = await travel(fateOf(), wire, world, () => answerWith(handle(parcel), parcel))
    flying.delete(flight)
    return reply
  }
  return { ledger, faults, requests: () => requests, questions: () => questions, send }
}

interface Parcel {
  readonly id: string
  readonly lane: string
  readonly key: string
  readonly principal: string
  readonly isRefused: boolean
}

function parcelOf({ request: { url, headers } }: Wire): Parcel {
  const [, , , lane = '', id = '', refused] = url.split('/')
  const header = (name: string) => headers.find(([given]) => given === name)?.[1] ?? ''
  const [key, principal] = [header('idempotency-key'), header('idempotency-principal')]
  return { id, lane, key, principal, isRefused: refused !== undefined }
}

const answerWith = (status: number, { key }: Pick<Parcel, 'key'>): Reply => ({
  kind: 'answer',
  status,
  headers: { 'content-type': 'application/json', 'idempotency-key': key },
  body: '{}',
})
const plain = (status: number, headers: Readonly<Record<string, string>>, body = '{}'): Reply => ({
  kind: 'answer',
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body,
})

const lost: Reply = { kind: 'failed', timedOut: false }
/** What comes back from a request that has no effect; the others arrive. */
const barren: Partial<Record<Fate, Reply>> = {
  lost,
  offline: { kind: 'unsent', reason: 'unreachable' },
  html: plain(200, { 'content-type': 'text/html' }, '<html>'),
  broken: plain(500, {}),
  overloaded: plain(503, { 'retry-after': '2' }),
  limited: plain(429, { 'retry-after': '2' }),
  busy: plain(409, {}, '{"type":"urn:x:in-progress"}'),
}

/** The way there and back: `act` is the arrival, which nothing that happens to the sender takes back. */
function travel(fate: Fate, { timeoutMs, signal }: Wire, world: World, act: () => Reply): Promise<Reply> {
  return new Promise((settle) => {
    const resolve = (reply: Reply) => {
      signal.removeEventListener('abort', abort)
      settle(reply)
    }
    const abort = () => resolve(lost)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort)
    const arriveMs = world.random() * 3_000
    const back = (ms: number, reply: Reply) => void world.after(ms, () => resolve(reply))
    const reply = barren[fate]
    if (reply !== undefined) return back(fate === 'offline' ? 0 : arriveMs, reply)
    if (fate === 'late') {
      world.after(timeoutMs + world.random() * 60_000, act)
      return back(timeoutMs, { ...lost, timedOut: true } as Reply)
    }
    world.after(arriveMs, () => {
      const answer = act()
      back(10, fate === 'drop' ? lost : fate === 'cut' ? { kind: 'cut', status: 200 } : answer)
    })
  })
}
