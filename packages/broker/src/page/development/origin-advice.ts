// Tells the developer, once for each origin and cause, why nothing arrives there and what to add to the server. Left out
// of production builds.
import type { Obstacle } from '../../adapters/network/cors-check.js'
import { knockUrlOf } from '../../core/delivery/ask-server.js'
import type { OutboxChanges } from '../../core/journal/outbox-changes.js'
import type { CredentialsOf } from '../../core/network/allowed-origins.js'
import { originOfUrl } from '../../core/network/url-origin.js'
import type { Ports } from '../../core/ports/all-ports.js'
import type { EntryRow } from '../../core/rows/entry.js'
import { keySpan } from '../../core/rows/key-spans.js'
import type { AppSettings } from '../../core/rows/rows.js'
import { type OriginTrouble, originTrouble } from '../../redux/origin-trouble.js'
import type { PageLifecycle } from '../lifecycle/page-lifecycle.js'
import { createProbeAdvice } from './probe-advice.js'

export interface AdviceContext {
  readonly ports: Pick<Ports, 'store' | 'clock' | 'reachability'>
  readonly host: Pick<PageLifecycle, 'baseUrl' | 'believesOnline' | 'findObstacle'>
  readonly credentialsOf: CredentialsOf
}

/** Call it with all news. Never rejects. */
export function createAdvice({
  ports,
  host,
  credentialsOf,
}: AdviceContext): (news: OutboxChanges) => Promise<void> {
  const own = originOfUrl(host.baseUrl ?? '')
  const said = new Set<string>()
  const probeAdvice = createProbeAdvice({ host, credentialsOf })
  const tell = (text: string | undefined) => {
    if (text) console.warn(`redux-broker: ${text} See docs/your-server.md.`)
  }

  async function advise(trouble: OriginTrouble, { row }: OutboxChanges): Promise<void> {
    const { origin, reason } = trouble
    const met = (row.tried ?? []).filter((one) => one.reason === reason).map(({ id }) => id)
    const entry = (await Promise.all(met.map((id) => find(row.partition, id)))).find(
      (one) => one !== undefined && originOfUrl(one.request.url) === origin,
    )
    if (entry === undefined) return
    const text = await textOf(trouble, entry, row)
    if (text === undefined) said.delete(adviceKey(trouble))
    else tell(text)
  }

  const find = async (partition: string, id: string) => {
    const list = keySpan('entries', [partition, id], 'id')
    return (await ports.store.transact('readonly', 'relaxed', (tx) => tx.list(list, 1)))[0]
  }

  /** Undefined where it cannot be known now. */
  async function textOf(
    trouble: OriginTrouble,
    { request }: EntryRow,
    row: AppSettings,
  ): Promise<string | undefined> {
    if (trouble.code !== 'neverAnswered') return answerText(trouble, request)
    // Nothing was sent where the knock came to nothing.
    const knock = trouble.reason === 'unreachable' ? knockUrlOf(row, trouble.origin) : undefined
    if (trouble.origin === own && knock === undefined) return ''
    const { url, headers } = request
    const askedAt = ports.clock.monotonic()
    const names = new Set(['idempotency-key', 'idempotency-principal', ...headers.map(([name]) => name)])
    const obstacle = await host.findObstacle?.(url, [...names], credentialsOf(url), knock)
    if (obstacle && obstacle.kind !== 'nothingSeen') ports.reachability?.note(url, askedAt, 0)
    return obstacle && obstacleText(obstacle, { origin: trouble.origin, own, knock }, request)
  }

  return async (news) => {
    if (host.findObstacle === undefined || !host.believesOnline()) return
    const fresh = originTrouble(news.origins, own).filter((trouble) => !said.has(adviceKey(trouble)))
    for (const trouble of fresh) said.add(adviceKey(trouble))
    const all = [probeAdvice(news).then(tell), ...fresh.map((trouble) => advise(trouble, news))]
    await Promise.all(all.map((one) => one.catch(() => {})))
  }
}

const adviceKey = ({ origin, code }: OriginTrouble) => `${code} ${origin}`

type AdvisedRequest = EntryRow['request']

interface AdvicePath {
  readonly origin: string
  readonly own: string
  readonly knock: string | undefined
}

function obstacleText(
  obstacle: Obstacle,
  { origin, own, knock }: AdvicePath,
  { method, url }: AdvisedRequest,
): string {
  const preflight = `${origin} refuses the preflight of ${method} ${url}, so nothing is sent.`
  switch (obstacle.kind) {
    case 'nothingSeen':
      return `This page sees no answer from ${url}. If a server runs there, add \`Access-Control-Allow-Origin: ${own}\` to its answers, also to a HEAD. A \`Cross-Origin-Resource-Policy\`, as helmet sends, forbids all requests without CORS. A \`connect-src\` of a content security policy or an extension may forbid them too.`
    case 'originNotAllowed':
      return `${origin} answers, but CORS hides its answers from this page. Add \`Access-Control-Allow-Origin: ${own}\` to them.`
    case 'credentialsNotAllowed':
      return `${origin} answers, but CORS hides its answers to requests with cookies. Add \`Access-Control-Allow-Credentials: true\` and \`Access-Control-Allow-Origin: ${own}\`, not \`*\`.`
    case 'headersNotAllowed':
      return `${preflight} Add ${obstacle.names.join(', ')} to its \`Access-Control-Allow-Headers\`.`
    case 'methodNotAllowed':
      return /^(GET|HEAD|POST)$/.test(method)
        ? `${preflight} Add the names of the headers from \`prepareHeaders\` to its \`Access-Control-Allow-Headers\`.`
        : `${preflight} Add ${method} to its \`Access-Control-Allow-Methods\`, or the names of the headers from \`prepareHeaders\` to its \`Access-Control-Allow-Headers\`.`
    case 'knockNotAnswered':
      return `${origin} answers, but ${knock} refuses a HEAD or takes longer than 10 s for it. The broker asks it before ${method} ${url}. Set \`knock\` to a URL that answers at once.`
  }
}

/** Empty where the slice says it all. */
function answerText(
  { code, httpStatus, came, origin }: OriginTrouble,
  { method, url }: AdvisedRequest,
): string {
  const answered = `${method} ${url} was answered with ${httpStatus},`
  switch (code) {
    case 'headerNotExposed':
      return `${answered} but this page sees no key in the answer. Add \`Access-Control-Expose-Headers: Idempotency-Key\` at ${origin}. If it does not honour keys, leave \`server: 'idempotent'\` out.`
    case 'keyNotEchoed':
      return `${answered} but the answer has no \`Idempotency-Key\`. Echo the key in every answer, also where the framework refuses a request before your handler. Leave \`server: 'idempotent'\` out only if the server does not honour keys.`
    case 'notAcknowledged':
      return `${answered} with ${came || 'no content type'}. Expected was JSON, a type that \`accept\` names, or nothing with a 204. If your server means success by this answer, declare it by \`success\`.`
    case 'unsignedRefusal':
      return `${answered} with ${came}, where JSON was asked for. The broker takes the answer for a gateway's, and sends the request again for ten minutes. If your server refuses requests in this way, let it answer JSON.`
    case 'redirected':
      return `${method} ${url} was answered with a redirect, which is not followed. The common causes are a slash at the end of the URL, http in place of https, and a login page, which a \`sessionProbe\` finds out.`
    case 'headers':
      return `\`prepareHeaders\`, or the \`headers\` of the route, threw for ${method} ${url}, so nothing is sent. The error is in the console of the page or the worker that called it.`
    default:
      return ''
  }
}
