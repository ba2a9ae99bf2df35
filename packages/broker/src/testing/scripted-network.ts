// A network that answers as a test says, and remembers what it was asked. All but the server is the real wire: requests
// are made, bounded and read by the code that runs in a browser.
import { fetchNetwork } from '../adapters/network/fetch-network.js'
import type { Network, Reply, WireRequest } from '../core/network/network.js'
import type { Clock } from '../core/platform.js'

export interface SentRequest {
  readonly url: string
  readonly method: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: WireRequest['body']
  /** The `Idempotency-Key`, without its quotes. */
  readonly key: string
  /** The `Idempotency-Principal`: in whose name it was sent. */
  readonly principal: string | undefined
}

/** A reply, or what a server sends, as fetch gives it. */
type ScriptedAnswer = Reply | Response

/** A reply, a `Response`, the promise of one, or a function that makes it from the request. */
export type Script =
  | ScriptedAnswer
  | PromiseLike<ScriptedAnswer>
  | ((request: SentRequest) => ScriptedAnswer | PromiseLike<ScriptedAnswer>)

export interface ScriptedNetwork extends Network {
  /** All requests so far, in the order of their sending. */
  readonly requests: readonly SentRequest[]
  /** These replies come first, one request each; then it is as before. */
  next(...scripts: readonly Script[]): void
  /** The script that answers from now on wherever `next` has nothing. */
  always(script: Script): void
  /**
   * The URLs that were asked whether anybody is there, as the broker does before a request that must not be repeated and
   * after one that failed. A knock is answered while the network is there, by no script, and is not among `requests`.
   */
  readonly knocks: readonly string[]
  /**
   * From now on nothing gets through, or all does again, whatever the browser believes. A status is that of a gateway
   * which finds nobody behind it: it answers everything, knocks too.
   */
  setReachable(reachable: boolean | 502 | 503 | 504 | 511): void
}

export interface ScriptedNetworkOptions {
  /** Gives up at the request's time limit, as a browser does; without it a reply may take for ever. */
  readonly clock?: Pick<Clock, 'after'>
  /** Whether the device is connected. While it is not, requests fail and are not counted as sent. */
  isOnline?(): boolean
}

/**
 * Answers every request by the script, a list of which is used up first; without one with 200 and `{}`, as a server
 * that honours the key.
 * @example
 * const network = scriptedNetwork([noAnswer(), answer(503, undefined, { 'retry-after': '2' })])
 */
export function scriptedNetwork(
  script: Script | readonly Script[] = (request) => acknowledge(request, {}),
  { clock = neverEnding, isOnline = () => true }: ScriptedNetworkOptions = {},
): ScriptedNetwork {
  const requests: SentRequest[] = []
  const coming = isScriptList(script) ? [...script] : []
  const knocks: string[] = []
  let reachable: boolean | number = true
  let otherwise: Script = isScriptList(script) ? (request) => acknowledge(request, {}) : script

  async function serve(
    request: Request,
    { body }: WireRequest,
    signal: AbortSignal,
  ): Promise<ScriptedAnswer> {
    signal.throwIfAborted()
    if (!isOnline() || !reachable) throw new TypeError('The network does not answer.')
    const sent = toSent(request, body)
    requests.push(sent)
    if (typeof reachable === 'number') return answer(reachable)
    const script = coming.shift() ?? otherwise
    return untilAborted(signal, typeof script === 'function' ? script(sent) : script)
  }

  const networkOf = (wire: WireRequest, onGiven: (given: ScriptedAnswer) => unknown = () => {}) =>
    fetchNetwork(undefined, {
      clock,
      isOnline,
      async fetch(request, { signal }) {
        const given = await serve(request, wire, signal)
        onGiven(given)
        return streamEndedBy(signal, toResponse(given))
      },
    })

  return {
    requests,
    knocks,
    setReachable(given) {
      reachable = given
    },
    async knock(url, { signal }) {
      if (signal.aborted) return undefined
      knocks.push(url)
      if (!isOnline() || !reachable) return undefined
      return reachable === true ? 200 : reachable
    },
    isOnline,
    next: (...scripts) => void coming.push(...scripts),
    always(given) {
      otherwise = given
    },
    send: sendingBy(networkOf),
    fetch: (wire, options) => networkOf(wire).fetch(wire, options),
  }
}

/** Writes go over the real wire to the script. */
const sendingBy =
  (networkOf: (wire: WireRequest, onGiven: (given: ScriptedAnswer) => unknown) => Network): Network['send'] =>
  async (wire, options) => {
    const all: ScriptedAnswer[] = []
    const reply = await networkOf(wire, (one) => all.push(one)).send(wire, options)
    // A reply that no server sends comes as it was given.
    const [given = reply] = all
    return isUnsendable(given) ? given : reply
  }

/** An answer of an application: `body` is sent as JSON, unless the headers name another content type. */
export function answer(
  status: number,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  const typed = body === undefined ? headers : { 'content-type': 'application/json', ...headers }
  const isText = typed['content-type'] !== 'application/json'
  return { kind: 'answer', status, headers: typed, body: isText ? String(body ?? '') : JSON.stringify(body) }
}

/** The answer of a server that honours the key: it echoes it. */
export const acknowledge = (request: SentRequest, body: unknown, status = 200): Reply =>
  answer(status, body, { 'idempotency-key': `"${request.key}"` })

/** No answer came. The server may have acted all the same. */
export const noAnswer = ({ timedOut = false }: { readonly timedOut?: boolean } = {}): Reply => ({
  kind: 'failed',
  timedOut,
})

/** The headers came, the body broke off: the server did act. */
export const cut = (status = 200): Reply => ({ kind: 'cut', status })

/** A redirect, as to a login page: it is not followed. */
export const redirect = (): Reply => ({ kind: 'redirect' })

/** A reply that the test gives later. */
export interface HeldReply {
  readonly reply: Promise<Reply>
  release(reply: Reply): void
}

export function held(): HeldReply {
  let release: HeldReply['release'] = () => {}
  const reply = new Promise<Reply>((resolve) => {
    release = resolve
  })
  return { reply, release: (given) => release(given) }
}

const neverEnding: Pick<Clock, 'after'> = { after: () => () => {} }

const isUnsendable = (given: ScriptedAnswer): given is Reply =>
  !(given instanceof Response) && ['failed', 'invalid', 'unsent'].includes(given.kind)

const isScriptList = (script: Script | readonly Script[]): script is readonly Script[] =>
  Array.isArray(script)

function toSent({ url, method, headers: all }: Request, body: WireRequest['body']): SentRequest {
  const headers = Object.fromEntries([...all].filter(([name]) => !forbiddenNames.test(name)))
  const key = headers['idempotency-key']?.replaceAll('"', '') ?? ''
  return { url, method, headers, body, key, principal: headers['idempotency-principal'] }
}

/** Headers that a browser keeps for itself: it leaves out in silence what an app gives of them. */
const forbiddenNames =
  /^(accept-charset|accept-encoding|access-control-request-(headers|method)|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|referer|set-cookie|te|trailer|transfer-encoding|upgrade|via|(proxy|sec)-.*)$/

/** Rejects with the signal's reason if that aborts first. */
function untilAborted<T>(signal: AbortSignal, work: T | PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort)
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort))
  })
}

/** @throws TypeError where no answer comes. */
function toResponse(reply: ScriptedAnswer): Response {
  if (reply instanceof Response) return reply
  switch (reply.kind) {
    case 'failed':
    case 'invalid':
    case 'unsent':
      throw new TypeError('The scripted network fails.')
    case 'redirect':
      return { type: 'opaqueredirect' } as Response
    case 'cut':
      return withStatus(reply.status, new Response(cutBody()))
    case 'answer': {
      const { status, headers, body } = reply
      return withStatus(
        status,
        new Response(hasNoBody.has(status) ? null : new TextEncoder().encode(body), { headers }),
      )
    }
  }
}

/** The body breaks off when the signal aborts, as that of a fetch does. */
function streamEndedBy(signal: AbortSignal, response: Response): Response {
  if (!response.body) return response
  const body = response.body.pipeThrough(new TransformStream(), { signal })
  const { status, headers } = response
  return withStatus(status, new Response(body, { headers }))
}

/** Servers give statuses, such as 999, that a `Response` cannot be made with. */
const withStatus = (status: number, response: Response) =>
  Object.defineProperty(response, 'status', { value: status })

/** Statuses that go without a body, as fetch has it. */
const hasNoBody = new Set([204, 205, 304])

const cutBody = () =>
  new ReadableStream({
    start: (controller) => controller.error(new TypeError('The scripted answer breaks off.')),
  })
