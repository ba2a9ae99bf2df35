// A network that answers as a test says, and remembers what it was asked.
import type { Clock, Network, Reply, WireRequest } from '../core/ports.js'
import type { ReadReply, ReadRequest } from '../core/reads/line.js'

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

/** A reply, the promise of one, or a function that makes it from the request. */
export type Script = Reply | PromiseLike<Reply> | ((request: SentRequest) => Reply | PromiseLike<Reply>)

export interface ScriptedNetwork extends Network {
  /** All requests so far, in the order of their sending. */
  readonly requests: readonly SentRequest[]
  /** These replies come first, one request each; then it is as before. */
  next(...scripts: readonly Script[]): void
  /** What answers from now on wherever `next` has nothing. */
  always(script: Script): void
  /** The wire of reads: it answers by the same script, and takes its time limit from its caller. */
  read(request: ReadRequest, signal: AbortSignal): Promise<ReadReply>
}

export interface ScriptedNetworkOptions {
  /** Gives up at the request's time limit, as a browser does; without it a reply may take for ever. */
  readonly clock?: Clock
  /** Whether the device is connected. While it is not, requests fail and are not counted as sent. */
  isOnline?(): boolean
}

/**
 * Answers every request by the script, a list of which is used up first; without one with 200 and `{}`, as a server
 * that honours the key.
 * @example
 * const network = scriptedNetwork([failed(), answer(503, undefined, { 'retry-after': '2' })])
 */
export function scriptedNetwork(
  script: Script | readonly Script[] = (request) => acknowledge(request, {}),
  { clock, isOnline = () => true }: ScriptedNetworkOptions = {},
): ScriptedNetwork {
  const requests: SentRequest[] = []
  const coming = isList(script) ? [...script] : []
  let otherwise: Script = isList(script) ? (request) => acknowledge(request, {}) : script

  async function send(wire: WireRequest, signal: AbortSignal, timeoutMs?: number): Promise<Reply> {
    if (signal.aborted) return failed()
    if (!isOnline()) return failed({ online: false })
    const request = toSent(wire)
    requests.push(request)
    const given = coming.shift() ?? otherwise
    let stop = () => {}
    const ended = new Promise<Reply>((resolve) => {
      const abort = () => resolve(failed())
      const late = () => resolve(failed({ timedOut: true }))
      const cancel = timeoutMs === undefined ? undefined : clock?.after(timeoutMs, late)
      signal.addEventListener('abort', abort)
      stop = () => {
        signal.removeEventListener('abort', abort)
        cancel?.()
      }
    })
    return Promise.race([typeof given === 'function' ? given(request) : given, ended]).finally(() => stop())
  }

  return {
    requests,
    next: (...scripts) => void coming.push(...scripts),
    always(given) {
      otherwise = given
    },
    send: (wire, { timeoutMs, signal }) => send(wire, signal, timeoutMs),
    read: async (request, signal) => toReadReply(await send({ ...request, body: undefined }, signal)),
  }
}

function toReadReply(reply: Reply): ReadReply {
  if (reply.kind === 'redirect') return reply
  if (reply.kind !== 'answer') return { kind: 'failed' }
  const { status, headers, body } = reply
  return {
    kind: 'answer',
    answer: { status, headers: Object.entries(headers), body: new TextEncoder().encode(body).buffer },
  }
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

/** No answer came. The server may have acted all the same, unless the device was offline. */
export const failed = ({
  timedOut = false,
  online = true,
}: {
  readonly timedOut?: boolean
  readonly online?: boolean
} = {}): Reply => ({
  kind: 'failed',
  timedOut,
  online,
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

const isList = (script: Script | readonly Script[]): script is readonly Script[] => Array.isArray(script)

function toSent({ url, method, headers: pairs, body }: WireRequest): SentRequest {
  const headers = Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value]))
  const key = headers['idempotency-key']?.replaceAll('"', '') ?? ''
  return { url, method, headers, body, key, principal: headers['idempotency-principal'] }
}
