// The headers that the `request` of a route gives. Those of a write lie on the device until it is delivered. Each API
// has its own names for credentials, so an allow-list says which names are taken.
import { isPrivate } from '../../core/outbox/row-validation.js'
import { isDevelopment } from '../../redux/development.js'
import type { RequestTemplate } from '../../redux/types.js'
import { CaptureRefusal, callApp } from './capture-refusal.js'

type GivenHeaders = Pick<RequestTemplate, 'headers'>

const storable =
  /^(accept(-language)?|content-(digest|disposition|encoding|language|location|range|type)|if-((none-)?match|(un)?modified-since|range)|prefer)$/

/** Names that fetch takes from no page. */
const isForbidden = (name: string): boolean =>
  /^(accept-(charset|encoding)|access-control-request-.*|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|proxy-.*|referer|sec-.*|set-cookie2?|te|trailer|transfer-encoding|upgrade|via)$/.test(
    name,
  )

const isBrokerHeader = (name: string): boolean => name.startsWith('idempotency-')

/** Advice for refused names. `advice` is for names that another function of the app may give. */
const insteadOf = (names: readonly string[], advice: string | false): string =>
  [
    names.some(isForbidden) &&
      'Only the browser sets some of them, and cookies. For cookies to another origin, list ' +
        "`{ origin, credentials: 'include' }` in `origins` of createBroker.",
    names.some(isBrokerHeader) && 'The broker sets `Idempotency-…`.',
    names.some((name) => !isForbidden(name) && !isBrokerHeader(name)) && advice,
  ]
    .filter(Boolean)
    .join(' ')

/** `named`: further names that the app has stored, in lower case. @throws CaptureRefusal */
export function storedHeaders(
  type: string,
  given: GivenHeaders,
  named: readonly string[],
): Map<string, string> {
  // Most writes have none. A browser takes long to go through `Headers`.
  if (given.headers === undefined) return new Map()
  const headers = take(
    type,
    given,
    (name) => storable.test(name) || named.includes(name),
    isDevelopment &&
      'The headers of a write are stored on the device until its delivery. Return credentials from `prepareHeaders` of ' +
        'createBroker, or from `headers(payload, { getState })` of the route. Both are called for each request, and ' +
        'their headers are not stored. List headers without secrets in `storedHeaders` of createBroker.',
  )
  // `Headers` takes them, and servers do not. A line break of a word processor is one.
  const broken = [...headers].find(([, value]) => /[^\t -~\u0080-\u00ff]/.test(value))
  if (broken === undefined) return new Map(headers)
  throw new CaptureRefusal(
    'invalidRequest',
    isDevelopment &&
      `The \`request\` of ${type} returned control characters in the header ${broken[0]}. Remove them, or encode the value.`,
  )
}

/** The headers of a read, which are not stored. A credential among them would be as old as the read. @throws CaptureRefusal */
export function readHeaders(type: string, given: GivenHeaders): Headers {
  return take(
    type,
    given,
    (name) => !isPrivate(name),
    isDevelopment &&
      'Return credentials from `prepareHeaders` of createBroker, which is called for each request.',
  )
}

function take(
  type: string,
  { headers }: GivenHeaders,
  isTaken: (name: string) => boolean,
  advice: string | false,
): Headers {
  const given = callApp(
    isDevelopment && `The \`headers\` of ${type} are not valid: reading them`,
    () => new Headers(headers),
  )
  const refused = [...given.keys()].filter((name) => !isTaken(name))
  if (refused.length === 0) return given
  throw new CaptureRefusal(
    'invalidRequest',
    isDevelopment &&
      `The \`request\` of ${type} may not return the header ${refused.join(', ')}. ${insteadOf(refused, advice)}`,
  )
}
