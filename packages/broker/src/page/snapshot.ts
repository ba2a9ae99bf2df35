// Turns a routed action into data that can be stored and sent by anybody: or says why that cannot be.
import type { Capture } from '../core/append.js'
import { channelOf } from '../core/channel.js'
import type { ServerKind } from '../core/entry.js'
import type { Limits } from '../core/limits.js'
import type { StoredAction } from '../core/schema.js'
import { isDevelopment } from '../redux/development.js'
import { describe, type WriteRoute } from '../redux/route.js'
import type { RejectedReason, RequestTemplate } from '../redux/types.js'

export interface SnapshotContext {
  readonly baseUrl: string | undefined
  /** Origins that requests may go to. */
  readonly origins: readonly string[]
  readonly server: ServerKind
  /** Names of the functions that every entry needs at its sending. */
  readonly needs: readonly string[]
  readonly limits: Pick<Limits, 'bodyBytesMax'>
}

/** All of a capture but what is only known once its body has been read. */
export interface Snapshot {
  readonly lane: string
  /** A promise where the body has to be read first; it rejects with a `Refusal`. */
  readonly capture: Omit<Capture, 'id' | 'key'> | Promise<Omit<Capture, 'id' | 'key'>>
}

/** Why an action cannot be captured: the reason for the app, the message for its developer. */
export class Refusal extends Error {
  readonly reason: RejectedReason
  /** `advice`: what the developer reads; production builds have none of it. */
  constructor(reason: RejectedReason, advice: string | false, cause?: unknown) {
    super(advice || reason, { cause })
    this.reason = reason
  }
}

/** @throws Refusal */
export function snapshot(
  { type, options }: WriteRoute,
  original: StoredAction,
  context: SnapshotContext,
): Snapshot {
  const action = plainCopy(original)
  const template = ask(isDevelopment && `the \`request\` of ${type}`, () =>
    options.request(original.payload, original),
  )
  const url = urlOf(type, template, context)
  const lane =
    ask(isDevelopment && `the \`lane\` of ${type}`, () => options.lane?.(original.payload)) ??
    url.origin + url.pathname
  if (typeof lane !== 'string')
    throw new Refusal(
      'invalidRequest',
      isDevelopment && `The \`lane\` of ${type} must give a string; it gave ${describe(lane)}.`,
    )
  const method = methodOf(type, template)
  const headers = headersOf(type, template)
  const content = contentOf(type, template)
  const finish = ([body, contentType]: Content) => {
    if (contentType && !headers.has('content-type')) headers.set('content-type', contentType)
    return {
      lane,
      channel: channelOf(url.origin, context.needs, options.when),
      action,
      request: { url: url.href, method, headers: [...headers], body },
      server: options.server ?? context.server,
      onReturned: options.onReturned ?? 'skip',
      bytes: sizeOf(type, body, context.limits) + JSON.stringify(action).length,
    }
  }
  return { lane, capture: content instanceof Response ? read(content).then(finish) : finish(content) }
}

/** A copy that nobody else holds. Redux actions are plain data; what is not cannot be replayed after a reload. */
function plainCopy(action: StoredAction): StoredAction {
  try {
    const copy = structuredClone(action)
    JSON.stringify(copy)
    return copy
  } catch (error) {
    throw new Refusal(
      'notSerialisable',
      isDevelopment &&
        `The action ${action.type} holds something that cannot be stored. Keep its payload plain data.`,
      error,
    )
  }
}

/** @throws Refusal where the app's own function throws. */
export function ask<T>(what: string | false, callback: () => T): T {
  try {
    return callback()
  } catch (error) {
    throw new Refusal('invalidRequest', what && `${what} threw.`, error)
  }
}

/** @throws Refusal where it is no address that requests may go to. */
export function urlOf(
  type: string,
  template: unknown,
  context: Pick<SnapshotContext, 'baseUrl' | 'origins'>,
): URL {
  const { baseUrl, origins } = context
  const address = (template as Partial<RequestTemplate> | undefined)?.url
  const url =
    typeof address === 'string' && URL.canParse(address, baseUrl) ? new URL(address, baseUrl) : undefined
  if (url === undefined || !isWeb(url) || hasCredentials(url) || !origins.includes(url.origin))
    throw new Refusal(
      'invalidRequest',
      isDevelopment &&
        `The \`request\` of ${type} must give a \`url\` ${wantedOf(address, url, baseUrl)}; it gave ${describe(address)}.`,
    )
  url.hash = ''
  return url
}

const isWeb = ({ protocol }: URL) => /^https?:$/.test(protocol)
const hasCredentials = ({ username, password }: URL) => username + password !== ''

/** What is wanted of an address that is refused. */
function wantedOf(address: unknown, url: URL | undefined, baseUrl: string | undefined): string {
  if (typeof address !== 'string') return 'that is a string'
  if (url === undefined)
    return baseUrl === undefined ? 'that is absolute: there is no page to start from' : 'that can be parsed'
  if (!isWeb(url)) return 'of http or https'
  if (hasCredentials(url)) return 'without credentials'
  return "of the page's own origin or one that createBroker's `origins` lists"
}

const methods = ['POST', 'PUT', 'PATCH', 'DELETE']

function methodOf(type: string, { method = 'POST' }: RequestTemplate): string {
  const name = String(method).toUpperCase()
  if (methods.includes(name)) return name
  throw new Refusal(
    'invalidRequest',
    isDevelopment &&
      `The \`method\` of ${type} must be one of ${methods.join(', ')}; it is ${describe(method)}.`,
  )
}

/** What says who the user is stays out of the store: it is added at every sending. */
const neverStored = /^(authorization|cookie2?|set-cookie2?|proxy-.*|x-csrf.*|x-xsrf.*|idempotency-.*)$/

/** @throws Refusal where they are none. */
export function headersOf(type: string, { headers }: Pick<RequestTemplate, 'headers'>): Headers {
  const kept = ask(
    isDevelopment && `The \`headers\` of ${type} are not valid: reading them`,
    () => new Headers(headers),
  )
  for (const name of [...kept.keys()]) {
    if (!neverStored.test(name)) continue
    if (isDevelopment)
      console.error(`redux-broker: the header ${name} of ${type} is not stored; give it in prepareHeaders.`)
    kept.delete(name)
  }
  return kept
}

/** A body and its type, where it has one of its own. */
type Content = readonly [body?: string | ArrayBuffer | undefined, contentType?: string | null]

/** A response is what reads the body. */
function contentOf(type: string, { body }: RequestTemplate): Content | Response {
  if (body === undefined || typeof body === 'string') return [body]
  if (body instanceof ArrayBuffer) return [body.slice(0)]
  if (body instanceof Blob || body instanceof FormData) return new Response(body)
  const prototype: unknown = Array.isArray(body) ? Object.prototype : Object.getPrototypeOf(Object(body))
  if (prototype === Object.prototype || prototype === null)
    try {
      return [JSON.stringify(structuredClone(body)), 'application/json']
    } catch (error) {
      throw new Refusal(
        'notSerialisable',
        isDevelopment && `The \`body\` of ${type} cannot be turned into JSON.`,
        error,
      )
    }
  throw new Refusal(
    'notSerialisable',
    isDevelopment &&
      `The \`body\` of ${type} must be a plain object, an array, a string, an ArrayBuffer, a Blob or a FormData; it is ${describe(body)}.`,
  )
}

/** Bytes and boundary are fixed here, so that every attempt sends the same body. */
async function read(response: Response): Promise<Content> {
  try {
    return [await response.arrayBuffer(), response.headers.get('content-type')]
  } catch (error) {
    throw new Refusal(
      'notSerialisable',
      isDevelopment && 'The body could not be read: its file has changed or is gone.',
      error,
    )
  }
}

function sizeOf(
  type: string,
  body: string | ArrayBuffer | undefined,
  { bodyBytesMax }: Pick<Limits, 'bodyBytesMax'>,
): number {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body).length : (body?.byteLength ?? 0)
  if (bytes <= bodyBytesMax) return bytes
  throw new Refusal(
    'bodyTooLarge',
    isDevelopment &&
      `The body of ${type} has ${bytes} bytes; at most ${bodyBytesMax} are taken (limits.bodyBytesMax).`,
  )
}
