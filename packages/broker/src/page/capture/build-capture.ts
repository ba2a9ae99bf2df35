// Turns a routed action into data that can be stored and sent by anybody, or says why that cannot be.

import type { Limits } from '../../core/limits.js'
import type { Capture } from '../../core/outbox/append.js'
import { channelOf, judgeRequirement, lateHeaders } from '../../core/outbox/delivery-requirements.js'
import { isMethod } from '../../core/outbox/row-validation.js'
import { acceptFor } from '../../core/outcomes/server-acknowledgement.js'
import type { Success } from '../../core/rows/answer-rules.js'
import type { OnUnknownEffect, ServerKind, StoredAction } from '../../core/rows/entry.js'
import { hasMark, pendingMark } from '../../redux/actions.js'
import { describe } from '../../redux/describe.js'
import { isDevelopment } from '../../redux/development.js'
import type { WriteRoute } from '../../redux/route.js'
import type { NotAcceptedReason, RequestTemplate } from '../../redux/types.js'
import { CaptureRefusal, callApp } from './capture-refusal.js'
import { type Content, contentOf, readContent } from './request-body.js'
import { storedHeaders } from './request-headers.js'
import { checkedByteSize, type SizeLimits } from './size-limits.js'
import { storedAction } from './stored-action.js'

export interface CaptureRules {
  readonly baseUrl: string | undefined
  /** Origins that requests may go to. */
  readonly origins: readonly string[]
  readonly server: ServerKind
  readonly success: Success | undefined
  readonly onUnknownEffect?: OnUnknownEffect | undefined
  /** Lower-case names of headers that the app has stored, besides the usual ones. */
  readonly storedHeaders: readonly string[]
  /** Names of the functions that every entry needs at its sending. */
  readonly needs: readonly string[]
  readonly limits: SizeLimits & Pick<Limits, 'urlCharactersMax'>
}

/** All of a capture but the parts that are only known once its body has been read. */
export interface BuiltCapture {
  readonly lane: string
  /** A promise where the body has to be read first. It rejects with a `CaptureRefusal`. */
  readonly capture: Omit<Capture, 'id' | 'key'> | Promise<Omit<Capture, 'id' | 'key'>>
}

/** @throws CaptureRefusal */
export function buildCapture(
  { type, options }: WriteRoute,
  original: StoredAction,
  context: CaptureRules,
): BuiltCapture {
  const { limits } = context
  checkMark(original)
  const [action, actionBytes] = storedAction(original, limits)
  const template = callApp(isDevelopment && `the \`request\` of ${type}`, () =>
    options.request(original.payload, original),
  )
  const url = absoluteUrl(type, template, context)
  const lane =
    callApp(isDevelopment && `the \`lane\` of ${type}`, () => options.lane?.(original.payload)) ??
    url.origin + url.pathname
  if (typeof lane !== 'string')
    throw new CaptureRefusal(
      'invalidRequest',
      isDevelopment && `The \`lane\` of ${type} must return a string; it returned ${describe(lane)}.`,
    )
  const method = methodOf(type, template)
  const headers = storedHeaders(type, template, context.storedHeaders)
  const told = { lane, method, headers: String([...headers]) }
  for (const [name, text] of Object.entries(told))
    bounded('invalidRequest', isDevelopment && `The \`${name}\` of ${type}`, text, limits)
  const content = contentOf(type, template, limits)
  const { success = context.success, refusedWhen } = options
  if (!headers.has('accept')) headers.set('accept', headerValue(acceptFor(success)))
  const finish = ([body, contentType]: Content) => {
    if (contentType && !headers.has('content-type')) headers.set('content-type', headerValue(contentType))
    return {
      lane,
      channel: channelOf(
        url.origin,
        [
          ...context.needs,
          ...(options.headers ? [lateHeaders] : []),
          ...(typeof refusedWhen === 'function' ? [judgeRequirement(type)] : []),
        ],
        options.when,
      ),
      action,
      request: { url: url.href, method, headers: [...headers].sort(byHeaderName), body },
      server: options.server ?? context.server,
      ...(success && { success }),
      ...(typeof refusedWhen === 'object' && { refusedWhen: [refusedWhen].flat() }),
      repeatable: options.repeatable,
      onUnknownEffect: context.onUnknownEffect,
      onReturned: options.onReturned ?? 'skip',
      bytes:
        actionBytes +
        (body === undefined ? 0 : checkedByteSize(isDevelopment && `The body of ${type}`, body, limits)),
    }
  }
  return { lane, capture: content instanceof Response ? readContent(content).then(finish) : finish(content) }
}

/** @throws CaptureRefusal where the app uses the place of the broker's own mark. */
function checkMark(action: StoredAction): void {
  if (hasMark(action) && pendingMark(action) === undefined)
    throw new CaptureRefusal(
      'invalidRequest',
      isDevelopment &&
        `The action ${action.type} sets \`meta.broker\`, which the broker itself needs. Use another name.`,
    )
}

export type UrlContext = Pick<CaptureRules, 'baseUrl' | 'origins' | 'limits'>

/** @throws CaptureRefusal where it is no address that requests may go to. */
export function absoluteUrl(type: string, template: unknown, context: UrlContext): URL {
  const { baseUrl, origins, limits } = context
  const address = (template as Partial<RequestTemplate> | undefined)?.url
  const url = parsedUrl(address, baseUrl)
  if (url === undefined || !isWeb(url) || hasCredentials(url) || !origins.includes(url.origin))
    throw new CaptureRefusal(
      'invalidRequest',
      isDevelopment &&
        `The \`request\` of ${type} must return a \`url\` ${wantedOf(address, url, baseUrl)}; it returned ${describe(address)}.`,
    )
  url.hash = ''
  bounded('urlTooLong', isDevelopment && `The \`url\` of ${type}`, url.href, limits)
  return url
}

/** @throws CaptureRefusal where a text is longer than a URL may be. */
function bounded(
  reason: NotAcceptedReason,
  what: string | false,
  { length }: string,
  { urlCharactersMax }: UrlContext['limits'],
): void {
  if (length > urlCharactersMax)
    throw new CaptureRefusal(
      reason,
      isDevelopment &&
        `${what} has ${length} characters; the limit is ${urlCharactersMax} (limits.urlCharactersMax), since servers refuse longer ones. Shorten it, or send data in the \`body\`.`,
    )
}

function parsedUrl(address: unknown, baseUrl: string | undefined): URL | undefined {
  try {
    return typeof address === 'string' ? new URL(address, baseUrl) : undefined
  } catch {
    return undefined
  }
}

/** As `Headers` takes it. @throws TypeError where it takes none of it. */
const headerValue = (value: string): string =>
  value === 'application/json' ? value : (new Headers({ accept: value }).get('accept') ?? '')

/** In the order of `Headers`. */
const byHeaderName = ([one]: [string, string], [other]: [string, string]) => (one < other ? -1 : 1)

const isWeb = ({ protocol }: URL) => /^https?:$/.test(protocol)
const hasCredentials = ({ username, password }: URL) => username + password !== ''

/** The demand on an address that is refused. */
function wantedOf(address: unknown, url: URL | undefined, baseUrl: string | undefined): string {
  if (typeof address !== 'string') return 'that is a string'
  if (url === undefined)
    return baseUrl === undefined
      ? 'that is absolute, since there is no page to resolve it against'
      : 'that can be parsed'
  if (!isWeb(url)) return 'with http: or https:'
  if (hasCredentials(url)) return 'without credentials'
  return "of the page's own origin or of one in `origins` of createBroker"
}

/** In the case that fetch gives it, and PATCH in capitals, which no server knows otherwise. @throws CaptureRefusal */
function methodOf(type: string, { method = 'POST' }: RequestTemplate): string {
  if (isMethod(method))
    return /^(delete|options|patch|post|put)$/i.test(method) ? method.toUpperCase() : method
  throw new CaptureRefusal(
    'invalidRequest',
    isDevelopment &&
      `The \`method\` of ${type} must be an HTTP method that a page may send and that writes; got ${describe(method)}. Declare a read() to read.`,
  )
}
