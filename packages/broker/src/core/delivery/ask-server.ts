// Questions of the broker's own to a server, with the credentials of the app. The session's probe is one.

import { missedBy } from '../network/invalid-request.js'
import { isHtml } from '../network/media-type.js'
import type { Reply } from '../network/network.js'
import { originOfUrl } from '../network/url-origin.js'
import type { CanSend } from '../outbox/delivery-requirements.js'
import { typeOf } from '../outcomes/answer-marks.js'
import { acceptFor } from '../outcomes/server-acknowledgement.js'
import { defaultSession } from '../rows/answer-rules.js'
import type { StoredAction, StoredRequest } from '../rows/entry.js'
import type { AppSettings, Failure } from '../rows/rows.js'
import { withTimeout } from '../with-timeout.js'
import type { DeliveryPorts } from './delivery-ports.js'

type StoredHeaders = StoredRequest['headers']

/** A request that is about to leave. */
export interface Outgoing {
  readonly partition: string
  readonly url: string
  readonly headers: StoredHeaders
  /** The type of its entry's action; undefined where the broker itself asks. */
  readonly route: string | undefined
  /** Of its entry. */
  readonly action?: StoredAction | undefined
}

export type PrepareOutgoing = (outgoing: Outgoing) => Promise<StoredHeaders>

export interface AskContext {
  readonly ports: DeliveryPorts
  readonly attemptMs: number
  readonly answerBytesMax: number
  readonly row: AppSettings & { readonly partition: string }
  readonly serves: CanSend
  /** Adds what is never stored, the credentials above all. Undefined where the app has no function for it. */
  readonly prepare: PrepareOutgoing | undefined
  readonly signal: AbortSignal
}

/** The app's own URL for a knock where it is of this origin, else the root. */
export const knockUrlOf = ({ knock = '' }: AppSettings, origin: string): string =>
  knock.startsWith(`${origin}/`) ? knock : `${origin}/`

/** With what somebody may have to mend about the probe. */
type ProbeResult = readonly [session: 'good' | 'over' | 'unknown', unclear?: Failure | undefined]

/**
 * Asks the URL that the app named whether the session is good. Undefined where nobody was asked, since the app named no
 * URL or this executor cannot prepare the request.
 */
export async function askSession(context: AskContext): Promise<ProbeResult | undefined> {
  const { sessionProbe, sessionRules } = context.row
  const reply = sessionProbe === undefined ? undefined : await askServer(context, sessionProbe)
  if (reply === undefined) return undefined
  // Most often to a login page. Another address of the same page redirects a user who is signed in too.
  if (reply.kind === 'redirect') return ['over', { reason: 'redirected' }]
  const answered = reply.kind === 'answer' ? { httpStatus: reply.status, came: typeOf(reply) } : undefined
  const { endedBy, probeOn } = { ...defaultSession, ...sessionRules }
  if (answered !== undefined) {
    const { httpStatus, came } = answered
    if ([...endedBy, ...probeOn].includes(httpStatus)) return ['over']
    if (httpStatus >= 200 && httpStatus < 300 && !isHtml(came)) return ['good']
  }
  const isOffline = reply.kind === 'unsent' || (answered === undefined && !context.ports.network.isOnline())
  // Each field stands in place of one of the attempt's own answer.
  const unclear = { reason: 'sessionUnknown', httpStatus: answered?.httpStatus, came: answered?.came }
  return ['unknown', isOffline ? undefined : unclear]
}

/**
 * A question of the broker's own, with the credentials that the app's requests have. Undefined where it was not sent,
 * since this executor cannot prepare it. Rows are not trusted: nor is it sent to an origin that only a row names.
 */
export async function askServer(
  context: AskContext,
  url: string,
  more: StoredHeaders = [],
): Promise<Reply | undefined> {
  const { ports, row, attemptMs: timeoutMs, answerBytesMax: bytesMax, signal } = context
  if (!context.serves(originOfUrl(url), row.needs ?? [])) return undefined
  try {
    const headers = [...(await prepareInTime(context, { url, headers: [['accept', acceptFor()]] })), ...more]
    return await ports.network.send(
      { url, method: 'GET', headers, body: undefined },
      { timeoutMs, bytesMax, signal },
    )
  } catch (error) {
    if (missedBy(error) === undefined) ports.report(error)
    return undefined
  }
}

/** A callback that never answers must not hold its lane for ever. */
export async function prepareInTime(
  { ports, attemptMs, row, prepare }: AskContext,
  { url, headers }: Pick<Outgoing, 'url' | 'headers'>,
  action?: StoredAction,
): Promise<StoredHeaders> {
  if (prepare === undefined) return headers
  const outgoing = { partition: row.partition, url, headers, route: action?.type, action }
  return withTimeout(ports.clock, attemptMs, prepare(outgoing), () =>
    Promise.reject(new Error(`redux-broker: prepareHeaders took longer than ${attemptMs} ms.`)),
  )
}
