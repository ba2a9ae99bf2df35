// A request's body as it is stored and sent, and its action as it is stored. Both are data of a size that the outbox
// takes.
import type { Limits } from '../../core/limits.js'
import type { StoredAction } from '../../core/rows/entry.js'
import { describe } from '../../redux/describe.js'
import { isDevelopment } from '../../redux/development.js'
import type { RequestTemplate } from '../../redux/types.js'
import { addBytes, byteSize, type Tally, tagBytes } from './byte-size.js'
import { CaptureRefusal } from './capture-refusal.js'
import { findCycle, LostValue, storedCopy, toJson } from './plain-data.js'

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
  // Its buffer may be larger. Only its own bytes are sent.
  if (ArrayBuffer.isView(body)) return new Response(body as Uint8Array<ArrayBuffer>)
  if (body instanceof Blob || body instanceof FormData || body instanceof URLSearchParams) {
    sized(isDevelopment && `The body of ${type}`, body, limits)
    return new Response(body)
  }
  const json = plainly(
    toJson,
    body,
    'body',
    tallyOf(isDevelopment && `The body of ${type}`, limits),
    isDevelopment &&
      `The \`body\` of ${type} must be plain data, an ArrayBuffer, a Blob, a FormData, URLSearchParams, or have a \`toJSON\``,
  )
  return json === undefined ? [] : [json, 'application/json']
}

/** Bytes and boundary are fixed here, so that every attempt sends the same body. */
export async function readContent(response: Response): Promise<Content> {
  try {
    return [await response.arrayBuffer(), response.headers.get('content-type')]
  } catch (error) {
    throw new CaptureRefusal(
      'notSerialisable',
      isDevelopment && 'The body could not be read: its file has changed or is gone.',
      error,
    )
  }
}

/** The action as it is stored, and shown again after a reload, and its bytes. @throws Refusal */
export function storedAction(action: StoredAction, limits: SizeLimits): [StoredAction, number] {
  const tally = tallyOf(isDevelopment && `The action ${action.type}`, limits)
  const stored = plainly(
    storedCopy,
    action,
    'action',
    tally,
    isDevelopment &&
      `The action ${action.type} has a value that cannot be stored. Keep its payload plain data`,
  )
  return [stored as StoredAction, tally.bytes]
}

export type SizeLimits = Pick<Limits, 'bodyBytesMax' | 'bytesMax'>

/** The bytes of a body that is not looked into further. @throws Refusal where they are too many. */
export function sized(what: string | false, body: SizedBody, limits: SizeLimits): number {
  const tally = tallyOf(what, limits)
  if (body instanceof FormData || body instanceof URLSearchParams)
    for (const pair of body) for (const part of pair) addBytes(tally, tagBytes + byteSize(part, tally.max))
  else addBytes(tally, byteSize(body, tally.max))
  return tally.bytes
}

type SizedBody = string | ArrayBuffer | Blob | FormData | URLSearchParams

/** A count up to the most bytes that a body or an action may have. Above it a Refusal is thrown. */
const tallyOf = (what: string | false, { bodyBytesMax, bytesMax }: SizeLimits): Tally => ({
  bytes: 0,
  max: Math.min(bodyBytesMax, bytesMax),
  tooMany() {
    const text = isDevelopment && `${what} has ${this.bytes} bytes or more`
    return this.bytes > bodyBytesMax
      ? new CaptureRefusal(
          'bodyTooLarge',
          isDevelopment && `${text}; the limit is ${bodyBytesMax} (limits.bodyBytesMax).`,
        )
      : new CaptureRefusal(
          'outboxFull',
          isDevelopment && `${text}; the limit of the whole outbox is ${bytesMax} (limits.bytesMax).`,
        )
  },
})

/** @throws Refusal where a value would be lost, or is too large. */
function plainly<T>(
  copy: (value: unknown, name: string, tally: Tally) => T,
  value: unknown,
  name: string,
  tally: Tally,
  advice: string | false,
): T {
  try {
    return copy(value, name, tally)
  } catch (error) {
    if (error instanceof CaptureRefusal) throw error
    const place = isDevelopment && (error instanceof LostValue ? placeOf(error) : findCycle(value, name))
    throw new CaptureRefusal('notSerialisable', advice && `${advice}${place ? `; ${place}` : ''}.`, error)
  }
}

/** Where a value stands, and of which class it is. */
function placeOf({ path, value }: LostValue): string {
  const name = typeof value === 'object' ? value?.constructor?.name : undefined
  return `${path === 'body' ? 'it' : path} is ${describe(value)}${name === undefined ? '' : ` (${name})`}`
}
