// Tells the developer why a `sessionProbe` says nothing of the session, and how to mend it. Left out of production builds.
import type { Obstacle } from '../../adapters/network/cors-check.js'
import type { OutboxChanges } from '../../core/journal/outbox-changes.js'
import type { CredentialsOf } from '../../core/network/allowed-origins.js'
import { originOfUrl } from '../../core/network/url-origin.js'
import { type OriginTrouble, originTrouble, probeTrouble } from '../../redux/origin-trouble.js'
import type { PageLifecycle } from '../lifecycle/page-lifecycle.js'

interface ProbeAdviceContext {
  readonly host: Pick<PageLifecycle, 'baseUrl' | 'findObstacle'>
  readonly credentialsOf: CredentialsOf
}

/** The sentence of the last answer of the probe; undefined where there is nothing new to say. */
export function createProbeAdvice({
  host,
  credentialsOf,
}: ProbeAdviceContext): (news: OutboxChanges) => Promise<string | undefined> {
  const own = originOfUrl(host.baseUrl ?? '')
  const said = new Set<string>()
  let last: OriginTrouble | undefined

  return async ({ row, origins }) => {
    const { sessionProbe: url = '' } = row
    const unknown = originTrouble(origins, own).filter(({ code }) => code === 'sessionUnknown')
    const [trouble] = [...probeTrouble(row), ...unknown]
    const before = last
    last = trouble
    if (trouble === undefined || before?.at === trouble.at) return undefined
    const { reason, httpStatus, came } = trouble
    const isAnswered = reason === 'redirected' || came !== undefined
    // A server or a line that is away for a moment is no mistake.
    const mayPass = !isAnswered || (httpStatus ?? 0) >= 500
    if (mayPass && (before === undefined || before.httpStatus !== httpStatus)) return undefined
    const key = `${reason} ${httpStatus} ${url}`
    if (said.has(key)) return undefined
    said.add(key)
    if (isAnswered) return probeText(url, trouble)
    const obstacle = await host.findObstacle?.(url, [], credentialsOf(url))
    if (obstacle === undefined || originOfUrl(url) === own) return undefined
    return `the \`sessionProbe\` ${url} gets no answer that CORS lets this page see. ${cure(obstacle, own)}`
  }
}

function probeText(url: string, { reason, httpStatus, came }: OriginTrouble): string {
  const what = `the \`sessionProbe\` ${url} was answered with`
  return reason === 'redirected'
    ? `${what} a redirect, which counts as the end of the session. If the user is signed in, name the final URL, with its slash at the end and https.`
    : `${what} ${httpStatus} (${came || 'no content type'}), which does not tell whether the session is over. Entries wait. Name a URL that answers 2xx without HTML in a session, and 401 without one.`
}

function cure({ kind }: Obstacle, own: string): string {
  const allowOrigin = `\`Access-Control-Allow-Origin: ${own}\``
  switch (kind) {
    case 'nothingSeen':
    case 'originNotAllowed':
      return `Add ${allowOrigin} to its answers.`
    case 'credentialsNotAllowed':
      return `Add \`Access-Control-Allow-Credentials: true\` and ${allowOrigin}, not \`*\`.`
    default:
      return 'Add the names of the headers from `prepareHeaders` to its `Access-Control-Allow-Headers`.'
  }
}
