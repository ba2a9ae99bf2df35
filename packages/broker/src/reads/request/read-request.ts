// From what an app asks for to a request that all readers of the same can share.
import type { ReadRequest } from '../../core/reads/read-types.js'
import { absoluteUrl, CaptureRefusal, type ReadEngineContext, readHeaders } from '../../page/reads-port.js'
import { describe } from '../../redux/describe.js'
import { isDevelopment } from '../../redux/development.js'

/** Whether it goes to the page's own origin, which hides nothing of its answers. */
export const isOwn = (
  { baseUrl, origins }: Pick<ReadEngineContext['snapshot'], 'baseUrl' | 'origins'>,
  url: string,
): boolean => baseUrl !== undefined && origins[0] === new URL(url).origin

/** The parts of a request that a route gives. */
export interface ReadTemplate {
  /** Absolute, or relative to the page. http or https. */
  readonly url: string
  /** Default `GET`. */
  readonly method?: 'GET' | 'HEAD' | 'get' | 'head' | undefined
  /** Any but credentials, which are refused. Give credentials in `prepareHeaders`. */
  readonly headers?: Readonly<Record<string, string>> | Headers | undefined
}

/** `what` it is a request of, for the developer. @throws CaptureRefusal */
export function toReadRequest(
  what: string,
  given: string | ReadTemplate,
  context: Parameters<typeof absoluteUrl>[2],
): ReadRequest {
  const template = typeof given === 'string' ? { url: given } : given
  const url = absoluteUrl(what, template, context)
  const method = String(template.method ?? 'GET').toUpperCase()
  if (method !== 'GET' && method !== 'HEAD')
    throw new CaptureRefusal(
      'invalidRequest',
      isDevelopment && `The \`method\` of ${what} must be GET or HEAD; got ${describe(template.method)}.`,
    )
  if ((template as { readonly body?: unknown }).body)
    throw new CaptureRefusal(
      'invalidRequest',
      isDevelopment &&
        `The read ${what} has a \`body\`, which GET and HEAD cannot send. Put its data in the URL, or declare a write().`,
    )
  const headers = readHeaders(what, template as { readonly headers?: Record<string, string> })
  return { url: url.href, method, headers: [...headers] }
}
