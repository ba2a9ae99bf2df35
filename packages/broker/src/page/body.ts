// A request's body as it is stored and sent, and its action as it is stored: data of a size that the outbox takes.
import type { Limits } from '../core/limits.js'
import type { StoredAction } from '../core/schema.js'
import { describe } from '../redux/describe.js'
import { isDevelopment } from '../redux/development.js'
import type { RequestTemplate } from '../redux/types.js'
import { bytesOf } from './bytes-of.js'
import { findCycle, LostValue, storedCopy, toJson } from './plain.js'
import { Refusal } from './refusal.js'

/** A body and its type, where it has one of its own. */
export type Content = readonly [body?: string | ArrayBuffer | undefined, contentType?: string | null]

/** A response is what reads the body. @throws Refusal */
export function contentOf(
  type: string,
  { body }: Pick<RequestTemplate, 'body'>,
  limits: SizeLimits,
): Content | Response {
  if (body === undefined || body === null) return []
  if (typeof body === 'string') return [body]
  if (body instanceof ArrayBuffer) return [body.slice(0)]
  // Its buffer may be larger; only its own bytes are sent.
  if (ArrayBuffer.isView(body)) return new Response(body as Uint8Array<ArrayBuffer>)
  if (body instanceof Blob || body instanceof FormData || body instanceof URLSearchParams) {
    sized(isDevelopment && `The body of ${type}`, body, limits)
    return new Response(body)
  }
  const json = plainly(
    toJson,
    body,
    'body',
    isDevelopment &&
      `The \`body\` of ${type} cannot be turned into JSON: it must be a plain object, an array, a string, a number, true or false, an ArrayBuffer, a Blob, a FormData, URLSearchParams, or have a \`toJSON\``,
  )
  return json === undefined ? [] : [json, 'application/json']
}

/** Bytes and boundary are fixed here, so that every attempt sends the same body. */
export async function readContent(response: Response): Promise<Content> {
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

/** The action as it is stored, and shown again after a reload. @throws Refusal */
export const storedAction = (action: StoredAction): StoredAction =>
  plainly(
    storedCopy,
    action,
    'action',
    isDevelopment &&
      `The action ${action.type} holds something that cannot be stored. Keep its payload plain data`,
  ) as StoredAction

export type SizeLimits = Pick<Limits, 'bodyBytesMax' | 'bytesMax'>

/** The bytes of a value. @throws Refusal where they are too many. */
export function sized(what: string | false, value: unknown, { bodyBytesMax, bytesMax }: SizeLimits): number {
  const bytes = bytesOf(value)
  if (bytes > bodyBytesMax)
    throw new Refusal(
      'bodyTooLarge',
      isDevelopment && `${what} has ${bytes} bytes; at most ${bodyBytesMax} are taken (limits.bodyBytesMax).`,
    )
  if (bytes > bytesMax)
    throw new Refusal(
      'outboxFull',
      isDevelopment && `${what} has ${bytes} bytes; the whole outbox takes ${bytesMax} (limits.bytesMax).`,
    )
  return bytes
}

/** @throws Refusal where a value would be lost. */
function plainly<T>(
  copy: (value: unknown, name: string) => T,
  value: unknown,
  name: string,
  advice: string | false,
): T {
  try {
    return copy(value, name)
  } catch (error) {
    const place = isDevelopment && (error instanceof LostValue ? placeOf(error) : findCycle(value, name))
    throw new Refusal('notSerialisable', advice && `${advice}${place ? `; ${place}` : ''}.`, error)
  }
}

/** Where a value stands, and of which class it is. */
function placeOf({ path, value }: LostValue): string {
  const name = typeof value === 'object' ? value?.constructor?.name : undefined
  return `${path === 'body' ? 'it' : path} is ${describe(value)}${name === undefined ? '' : ` (${name})`}`
}
