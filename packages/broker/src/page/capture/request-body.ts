// A request's body as it is stored and sent. Its bytes are fixed at the capture.
import { isDevelopment } from '../../redux/development.js'
import type { RequestTemplate } from '../../redux/types.js'
import { CaptureRefusal, refuseLost } from './capture-refusal.js'
import { toJson } from './plain-data.js'
import { checkedByteSize, type SizeLimits, tallyOf } from './size-limits.js'

/** A body and its type, where it has one of its own. */
export type Content = readonly [body?: string | ArrayBuffer | undefined, contentType?: string | null]

/** A response is what reads the body. @throws CaptureRefusal */
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
    checkedByteSize(isDevelopment && `The body of ${type}`, body, limits)
    return new Response(body)
  }
  const json = refuseLost(
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
      isDevelopment &&
        'The body could not be read: its file has changed or is gone. Ask the user to choose it again.',
      error,
    )
  }
}
