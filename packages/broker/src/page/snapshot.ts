// Turns a routed action into data that can be stored and sent by anybody: or says why that cannot be.
import type { Capture } from '../core/append.js'
import { channelOf } from '../core/claim.js'
import type { ServerKind } from '../core/entry.js'
import type { Limits } from '../core/limits.js'
import type { StoredAction } from '../core/schema.js'
import { describe, type Route } from '../redux/route.js'
import type { Body, RejectedReason, RequestTemplate } from '../redux/types.js'

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
  constructor(reason: RejectedReason, message: string, cause?: unknown) {
    super(message, { cause })
    this.reason = reason
  }
}

/** @throws Refusal */
export function snapshot(
  { type, options }: Route,
  original: StoredAction,
  context: SnapshotContext,
): Snapshot {
  const action = plainCopy(original)
  const template = ask(`the \`request\` of ${type}`, () => options.request(original.payload, original))
  const url = urlOf(type, template, context)
  const lane =
    ask(`the \`lane\` of ${type}`, () => options.lane?.(original.payload)) ?? url.origin + url.pathname
  if (typeof lane !== 'string')
    throw new Refusal(
      'invalidRequest',
      `The \`lane\` of ${type} must give a string; it gave ${describe(lane)}.`,
    )
  const { headers, content } = contentOf(type, template)
  const finish = (body: string | ArrayBuffer | undefined, contentType: string | undefined) => {
    const bytes = sizeOf(type, body, context.limits)
    const typed =
      contentType === undefined || headers.has('content-type') ? [] : [['content-type', contentType] as const]
    return {
      lane,
      channel: channelOf(url.origin, context.needs),
      action,
      request: { url: url.href, method: methodOf(type, template), headers: [...headers, ...typed], body },
      server: options.server ?? context.server,
      onReturned: options.onReturned ?? 'skip',
      bytes: bytes + JSON.stringify(action).length,
    }
  }
  const capture =
    content instanceof Response
      ? read(content).then(([body, read]) => finish(body, read))
      : finish(content?.text, content?.contentType)
  return { lane, capture }
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
      `The action ${action.type} holds something that cannot be stored. Keep its payload plain data.`,
      error,
    )
  }
}

function ask<T>(what: string, callback: () => T): T {
  try {
    return callback()
  } catch (error) {
    throw new Refusal('invalidRequest', `${what} threw.`, error)
  }
}

function urlOf(type: string, template: unknown, { baseUrl, origins }: SnapshotContext): URL {
  const address = (template as Partial<RequestTemplate> | undefined)?.url
  const refuse = (why: string) =>
    new Refusal(
      'invalidRequest',
      `The \`request\` of ${type} must give a \`url\` ${why}; it gave ${describe(address)}.`,
    )
  if (typeof address !== 'string') throw refuse('that is a string')
  if (!URL.canParse(address, baseUrl))
    throw refuse(
      baseUrl === undefined ? 'that is absolute: there is no page to start from' : 'that can be parsed',
    )
  const url = new URL(address, baseUrl)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refuse('of http or https')
  if (url.username !== '' || url.password !== '') throw refuse('without credentials')
  if (!origins.includes(url.origin))
    throw refuse("of the page's own origin or one that createBroker's `origins` lists")
  url.hash = ''
  return url
}

const methods = ['POST', 'PUT', 'PATCH', 'DELETE']

function methodOf(type: string, { method = 'POST' }: RequestTemplate): string {
  const name = String(method).toUpperCase()
  if (methods.includes(name)) return name
  throw new Refusal(
    'invalidRequest',
    `The \`method\` of ${type} must be one of ${methods.join(', ')}; it is ${describe(method)}.`,
  )
}

/** What says who the user is stays out of the store: it is added at every sending. */
const neverStored = /^(authorization|cookie2?|set-cookie2?|proxy-.*|x-csrf.*|x-xsrf.*|idempotency-.*)$/

function contentOf(
  type: string,
  { headers, body }: RequestTemplate,
): { headers: Headers; content: Content | Response | undefined } {
  const kept = ask(`The \`headers\` of ${type} are not valid: reading them`, () => new Headers(headers))
  for (const name of [...kept.keys()]) {
    if (!neverStored.test(name)) continue
    console.error(`redux-broker: the header ${name} of ${type} is not stored; give it in prepareHeaders.`)
    kept.delete(name)
  }
  return { headers: kept, content: body === undefined ? undefined : bodyOf(type, body) }
}

interface Content {
  readonly text: string | ArrayBuffer
  readonly contentType: string | undefined
}

function bodyOf(type: string, body: Body): Content | Response {
  if (typeof body === 'string') return { text: body, contentType: undefined }
  if (body instanceof ArrayBuffer) return { text: body.slice(0), contentType: undefined }
  if (body instanceof Blob || body instanceof FormData) return new Response(body)
  const prototype: unknown = Array.isArray(body) ? Object.prototype : Object.getPrototypeOf(Object(body))
  if (typeof body === 'object' && (prototype === Object.prototype || prototype === null))
    try {
      return { text: JSON.stringify(structuredClone(body)), contentType: 'application/json' }
    } catch (error) {
      throw new Refusal('notSerialisable', `The \`body\` of ${type} cannot be turned into JSON.`, error)
    }
  throw new Refusal(
    'notSerialisable',
    `The \`body\` of ${type} must be a plain object, an array, a string, an ArrayBuffer, a Blob or a FormData; it is ${describe(body)}.`,
  )
}

/** Bytes and boundary are fixed here, so that every attempt sends the same body. */
async function read(response: Response): Promise<[ArrayBuffer, string | undefined]> {
  try {
    return [await response.arrayBuffer(), response.headers.get('content-type') ?? undefined]
  } catch (error) {
    throw new Refusal(
      'notSerialisable',
      'The body could not be read: its file has changed or is gone.',
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
    `The body of ${type} has ${bytes} bytes; at most ${bodyBytesMax} are taken (limits.bodyBytesMax).`,
  )
}
