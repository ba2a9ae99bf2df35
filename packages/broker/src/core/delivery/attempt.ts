// One attempt of one entry. It prepares the headers, sends the request, and classifies the reply. A request that must not
// be repeated is marked while it waits, and again right before it leaves (a write-ahead mark). While the request waits
// its entry has had no effect, whatever becomes of its sender.

import { knockMs, uploadBytesPerMs } from '../limits.js'
import { errorText } from '../network/error-text.js'
import { build, InvalidRequest, missedBy, PrepareHeadersError } from '../network/invalid-request.js'
import { unsentBy } from '../network/knock-first.js'
import type { Reply, SendOptions } from '../network/network.js'
import { encodePrincipal } from '../network/principal-header.js'
import { isServerThere } from '../network/reachability.js'
import { judgeRequirement, lateHeaders, originOf, requirementsOf } from '../outbox/delivery-requirements.js'
import { transition } from '../outbox/entry-state.js'
import { sessionOf } from '../outbox/partition.js'
import { classifyReply } from '../outcomes/classify-reply.js'
import { outcomeOfHeadersAnswer, outcomeWithoutHeaders, retryOutcome } from '../outcomes/failure-outcomes.js'
import { forbidPromise } from '../outcomes/forbid-promise.js'
import { retentionMsOf } from '../outcomes/key-retention.js'
import type { Outcome, RefusalJudge, Verdict } from '../outcomes/outcome.js'
import { defaultSession, type RefusesAnswer } from '../rows/answer-rules.js'
import { isRepeatable, type SendingEntry, toRow } from '../rows/entry.js'
import type { Failure } from '../rows/rows.js'
import { type AskContext, askSession, knockUrlOf, prepareInTime } from './ask-server.js'
import type { DeliveryPorts } from './delivery-ports.js'
import { findLeasedEntry } from './lease.js'

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
  // While the app prepared the headers another user may have signed in, and the headers are theirs then (P6). Another
  // executor may have the entry (P4). An entry whose lease says that it waits is checked right before it leaves.
  const isPrepared = prepared !== entry.request.headers && !entry.lease.knocking
  if (isPrepared && !(await isStillOurs(ports, entry))) return 'signedOut'
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

/**
 * The outcome where a function of the app threw in place of giving headers. Nothing was sent. An answer that the function
 * threw counts as an answer to the request. Otherwise a knock shows whether the network was missing. No entry is charged
 * for a missing network.
 */
export async function outcomeOfThrownHeaders(
  { ports, signal, row }: Pick<AskContext, 'ports' | 'signal' | 'row'>,
  { channel, request: { url: requestUrl } }: SendingEntry,
  error: unknown,
): Promise<Outcome> {
  const missed = missedBy(error)
  const { network, clock, reachability, report } = ports
  const unsent = outcomeWithoutHeaders(errorText(error))
  const { httpStatus, retryAfter } = missed ?? {}
  const { endedBy } = { ...defaultSession, ...row.sessionRules }
  const told = httpStatus && outcomeOfHeadersAnswer(unsent, { httpStatus, retryAfter }, endedBy, clock.now())
  if (told) return told
  // A recent answer of the server must not stand in for the knock.
  if (missed) reachability?.note(requestUrl, clock.monotonic(), undefined)
  const url = knockUrlOf(row, originOf(channel))
  const status = await network.knock(url, { requestUrl, timeoutMs: knockMs, signal })
  const isThere = isServerThere(status)
  if (isThere || !missed) report(error)
  if (!isThere) return { ...unsent, ...unsentBy(network, status), counts: 'unreachable' }
  const isOfApp = error instanceof PrepareHeadersError || !requirementsOf(channel).includes(lateHeaders)
  return { ...unsent, rests: isOfApp ? 'origin' : 'lane', counts: true }
}

/** The marks of one attempt, on its way to the network. */
export function createSentMark(
  ports: Pick<DeliveryPorts, 'store' | 'report'>,
  sending: SendingEntry,
): Pick<NonNullable<SendOptions['knock']>, 'hold' | 'mayLeave'> {
  let held = sending.lease.knocking ? Promise.resolve() : undefined
  return {
    hold() {
      if (!isRepeatable(sending)) held ??= isStillOurs(ports, sending, 'held').then(() => {}, ports.report)
    },
    async mayLeave(hasWaited) {
      if (held === undefined) return !hasWaited || isStillOurs(ports, sending)
      await held
      return isStillOurs(ports, sending, 'left')
    },
  }
}

/**
 * False where another executor has the entry by now (P4), or where it is to leave and its user has signed out (P6). Else
 * the mark is written, if one is given.
 */
const isStillOurs = (
  { store }: Pick<DeliveryPorts, 'store'>,
  sending: SendingEntry,
  mark?: 'held' | 'left',
): Promise<boolean> =>
  store.transact(mark ? 'readwrite' : 'readonly', 'strict', async (tx) => {
    const entry = await findLeasedEntry(tx, sending)
    if (entry === undefined) return false
    if (mark !== 'held' && (await sessionOf(tx, sending.partition)) === undefined) return false
    if (mark) tx.put('entries', toRow(transition(entry, { type: mark })))
    return true
  })
