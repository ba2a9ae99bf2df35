// One attempt of one entry. It prepares the headers, sends the request, and classifies the reply.

import { uploadBytesPerMs } from '../limits.js'
import { build, InvalidRequest, missedBy } from '../network/invalid-request.js'
import { isHtml } from '../network/media-type.js'
import type { Reply } from '../network/network.js'
import { encodePrincipal } from '../network/principal-header.js'
import { originOfUrl } from '../network/url-origin.js'
import { type CanSend, judgeRequirement, originOf, requirementsOf } from '../outbox/delivery-requirements.js'
import { isActive } from '../outbox/partition.js'
import { acceptFor } from '../outcomes/acknowledgement.js'
import { typeOf } from '../outcomes/answer-marks.js'
import { classifyReply } from '../outcomes/classify-reply.js'
import { retryOutcome } from '../outcomes/failure-outcomes.js'
import { forbidPromise } from '../outcomes/forbid-promise.js'
import { retentionMsOf } from '../outcomes/key-retention.js'
import type { Outcome, RefusalJudge, Verdict } from '../outcomes/outcome.js'
import { defaultSession, type RefusesAnswer } from '../rows/answer-rules.js'
import { isRepeatable, type SendingEntry, type StoredAction, type StoredRequest } from '../rows/entry.js'
import type { AppSettings, Failure } from '../rows/rows.js'
import { withTimeout } from '../with-timeout.js'
import type { DeliveryPorts } from './delivery-ports.js'
import { createSentMark } from './sent-mark.js'

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

export interface AttemptContext extends AskContext {
  /** The function by which a route says which answers mean refusal. */
  readonly refuses?: ((type: string) => RefusesAnswer | undefined) | undefined
  /** The user of the entry, as the server knows them. */
  readonly principal: string
}

export interface Attempted {
  readonly outcome: Outcome
  /** How long the server remembers keys, where its answer said so. */
  readonly retentionMs?: number | undefined
  readonly unclear?: Failure | undefined
}

/**
 * Rejects where the app's function for the headers throws or takes too long. Nothing was sent then, and the entry waits.
 * The entry ends as `invalidRequest` where no request can be built of the stored row and of the given headers.
 */
export async function attempt(context: AttemptContext, entry: SendingEntry): Promise<Attempted> {
  const reply = await exchange(context, entry).catch(asReply)
  if (reply === 'signedOut') return { outcome: { ...retryOutcome(reply), sent: false } }
  const verdict = classifyReply(
    reply,
    entry,
    context.ports.clock.now(),
    context.row,
    judgeFor(context, entry),
  )
  const decided = verdict.kind === 'askSession' ? await bySession(context, verdict) : { outcome: verdict }
  return { ...decided, retentionMs: reply.kind === 'answer' ? retentionMsOf(reply.headers) : undefined }
}

/** Undefined where the entry needs no judge. The judge gives undefined where the app's function fails. */
function judgeFor(
  { ports, refuses }: AttemptContext,
  { channel, action }: SendingEntry,
): RefusalJudge | undefined {
  const says = requirementsOf(channel).includes(judgeRequirement(action.type))
    ? refuses?.(action.type)
    : undefined
  if (says === undefined) return undefined
  return ({ status, headers, body: text }, body) => {
    let hasGuessed = false
    try {
      const said: unknown = forbidPromise(
        says({
          status,
          headers,
          get body() {
            hasGuessed = text === undefined
            return body
          },
        }),
        'refusedWhen',
      )
      // An object is no answer.
      if (Object(said) === said) throw new TypeError('redux-broker: `refusedWhen` must give true or false.')
      return hasGuessed ? undefined : Boolean(said)
    } catch (error) {
      ports.report(error)
      return undefined
    }
  }
}

async function exchange(context: AttemptContext, entry: SendingEntry): Promise<Reply | 'signedOut'> {
  const { ports, principal, attemptMs, answerBytesMax: bytesMax, signal } = context
  const { url, method, body } = entry.request
  const prepared = await prepareInTime(context, entry.request, entry.action)
  // While the app prepared the headers another user may have signed in, and the headers are theirs then (P6). An entry
  // whose lease says that it waits is checked right before it leaves, and not here.
  const isPrepared = prepared !== entry.request.headers && !entry.lease.knocking
  if (isPrepared && !(await isActive(ports.store, entry.partition))) return 'signedOut'
  const headers = [
    ...prepared.filter(([name]) => !/^idempotency-(key|principal)$/i.test(name)),
    ['idempotency-key', `"${entry.key}"`],
    ['idempotency-principal', build(() => encodePrincipal(principal))],
  ] as const
  const timeoutMs = attemptMs + entry.bytes / uploadBytesPerMs
  const knock = {
    url: knockUrlOf(context.row, originOf(entry.channel)),
    always: !isRepeatable(entry),
    ...createSentMark(ports, entry),
  }
  return ports.network.send({ url, method, headers, body }, { timeoutMs, bytesMax, signal, knock })
}

/** The app's own URL for a knock where it is of this origin, else the root. */
export const knockUrlOf = ({ knock = '' }: AppSettings, origin: string): string =>
  knock.startsWith(`${origin}/`) ? knock : `${origin}/`

/** @throws the error itself where it is the app's own or the storage's. The entry waits then. */
function asReply(error: unknown): Reply {
  if (error instanceof InvalidRequest) return { kind: 'invalid', message: error.message }
  throw error
}

async function bySession(
  context: AttemptContext,
  { good, unknown }: Verdict & { readonly kind: 'askSession' },
): Promise<Attempted> {
  const [word = 'unknown', unclear] = (await askSession(context)) ?? []
  const outcomes = { good, over: { kind: 'paused', reason: 'auth' }, unknown } as const
  return { outcome: outcomes[word], unclear }
}

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
async function prepareInTime(
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
