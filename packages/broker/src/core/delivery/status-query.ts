// Asks servers about entries in doubt by a status query. Their answer ends a doubt, or else a person does.

import { askAgainMs, type Limits, pageRowsMax, statusQuestionsMax } from '../limits.js'
import { backoffMs, retryAfterMs } from '../network/backoff.js'
import { isJson } from '../network/media-type.js'
import type { Reply } from '../network/network.js'
import { encodePrincipal } from '../network/principal-header.js'
import { confirmEntry, findUnresolved } from '../outbox/dead-letters.js'
import { originOf, sendableChannels } from '../outbox/delivery-requirements.js'
import { forgetFailure, putInDoubt, putWithTry, returnToUser } from '../outbox/end-entry.js'
import { type EntryEvent, transition } from '../outbox/entry-state.js'
import { record } from '../outbox/journal.js'
import { promoteNext } from '../outbox/lanes.js'
import { changePartition, type Owner, sessionOf } from '../outbox/partition.js'
import { isValidEntry } from '../outbox/row-validation.js'
import { dataOf, typeOf } from '../outcomes/answer-marks.js'
import { refusalReason } from '../outcomes/classify-error-status.js'
import type { InDoubtEntry } from '../rows/entry.js'
import { keySpan } from '../rows/key-spans.js'
import type { PartitionRow } from '../rows/rows.js'
import type { StoreTransaction } from '../rows/store-port.js'
import { isCount } from '../type-checks.js'
import { type AskContext, askServer } from './ask-server.js'
import { type AskedDoubts, putOff, toAsk, wakeForNext } from './asked-doubts.js'
import type { SettleOptions } from './settle.js'

/** The server's word on a key. */
export type StatusAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly httpStatus: number }
  /** It has never seen the key. */
  | { readonly kind: 'never' }
  | { readonly kind: 'inProgress' }
  /** It has forgotten what came of it. */
  | { readonly kind: 'expired' }
  /** Not an answer to the question, so it changes nothing. */
  | { readonly kind: 'unclear' }
  /** Nothing came back, or the server can answer nobody now. */
  | { readonly kind: 'silent' }

export interface StatusQueryContext extends Pick<AskContext, 'ports' | 'serves' | 'prepare' | 'signal'> {
  readonly limits: Pick<Limits, 'attemptMs' | 'answerBytesMax' | 'failuresMax'>
  readonly user: Owner
  /** The monotonic time after which nothing more is asked. */
  readonly until: number
  /** Doubts that were asked about. A signal of the network or of the session makes this empty. */
  readonly asked: AskedDoubts
  /** Something is to be asked again by now. */
  askAgain(): void
}

export interface StatusQuestion {
  readonly entry: InDoubtEntry
  readonly row: PartitionRow
  readonly statusQuery: string
}

export interface StatusQuery {
  ask(questions: readonly StatusQuestion[]): void
  /** The asking that goes on; undefined where none does. Never rejects. */
  asking(): Promise<void> | undefined
}

/** The exports of this file that an executor needs, where they are loaded. */
export interface StatusQueryCode {
  readonly queryStatus: typeof queryStatus
  readonly questions: typeof questions
}

/** Asks one after the other. */
export function queryStatus(context: StatusQueryContext): StatusQuery {
  const { ports, signal, until, asked } = context
  const { clock, randomSource, report } = ports
  let open: readonly StatusQuestion[] = []
  let asking: Promise<void> | undefined

  async function askAll(): Promise<void> {
    for (let [next] = open; next !== undefined; [next] = open) {
      if (signal.aborted || clock.monotonic() >= until) return
      const { finding, floorMs } = await askAbout(context, next)
      // A server that is silent now would be silent about the others too.
      const heard = finding.kind === 'silent' ? open : [next]
      putOff(asked, heard, (times) => clock.monotonic() + backoffMs(times, randomSource.random(), floorMs))
      open = open.slice(heard.length)
      // The answer is final once it is written down. Until then it is asked for again.
      if (!isVague(finding) && (await note(context, next.entry, finding)))
        putOff(asked, [next], () => Number.POSITIVE_INFINITY)
    }
  }

  return {
    ask(questions) {
      open = [...open, ...questions.filter(({ entry }) => !open.some((one) => one.entry.id === entry.id))]
      if (open.length === 0) return
      asking ??= askAll()
        .catch(report)
        .finally(() => {
          open = []
          asking = undefined
          wakeForNext(asked, clock, context.askAgain)
        })
    },
    asking: () => asking,
  }
}

/** Whether the answer leaves the question open. */
const isVague = ({ kind }: StatusAnswer) => kind === 'inProgress' || kind === 'unclear' || kind === 'silent'

interface Questioner extends Pick<StatusQueryContext, 'serves' | 'asked'> {
  readonly ports: Pick<StatusQueryContext['ports'], 'clock'>
}

/** Questions are asked only for the user of the browser's session, and only at the origin of the request. */
export async function questions(
  tx: StoreTransaction,
  row: PartitionRow,
  { ports, serves, asked }: Questioner,
): Promise<readonly StatusQuestion[]> {
  const { partition, paused, statusQuery } = row
  if (statusQuery === undefined || paused !== undefined) return []
  if ((await sessionOf(tx, partition)) === undefined) return []
  const served = sendableChannels(row, serves)
  // Doubts that nobody may ask about now stay at the front of the span. More of the span is read then.
  for (let read = pageRowsMax; ; read *= 10) {
    const rows = await tx.list(keySpan('entries', [partition, 'inDoubt'], 'unsure'), read)
    const doubts = rows
      .flatMap((row) => (row.state === 'inDoubt' && isValidEntry(row) ? row : []))
      .filter(({ channel }) => served.includes(channel) && statusQuery.startsWith(`${originOf(channel)}/`))
      .filter(({ trouble }) => trouble?.reason !== 'keyExpired')
    const open = toAsk(asked, doubts, ports.clock.monotonic()).slice(0, statusQuestionsMax)
    if (open.length === statusQuestionsMax || rows.length < read)
      return open.map((entry) => ({ entry, row, statusQuery }))
  }
}

async function askAbout(
  context: StatusQueryContext,
  { entry, row, statusQuery }: StatusQuestion,
): Promise<{ readonly finding: StatusAnswer; readonly floorMs: number }> {
  const url = statusQuery.replace(':key', encodeURIComponent(entry.key))
  const mine = ['idempotency-principal', encodePrincipal(context.user.principal)] as const
  const reply = await askServer({ ...context, ...context.limits, row }, url, [mine])
  const finding: StatusAnswer = reply === undefined ? { kind: 'silent' } : statusAnswerOf(reply)
  const toldMs = reply?.kind === 'answer' ? retryAfterMs(reply.headers, context.ports.clock.now()) : undefined
  return { finding, floorMs: Math.max(askAgainMs, toldMs ?? 0) }
}

/** Only the answer that was agreed on counts. A login page, a proxy or another API changes nothing. */
export function statusAnswerOf(reply: Reply): StatusAnswer {
  if (reply.kind === 'failed' || reply.kind === 'unsent' || reply.kind === 'cut') return { kind: 'silent' }
  if (reply.kind === 'answer' && (reply.status >= 500 || reply.status === 429)) return { kind: 'silent' }
  if (reply.kind !== 'answer' || reply.status !== 200) return { kind: 'unclear' }
  const { state, status } = Object(isJson(typeOf(reply)) ? dataOf(reply) : undefined)
  if (state === 'unknown') return { kind: 'never' }
  if (state === 'in-progress') return { kind: 'inProgress' }
  if (state === 'expired') return { kind: 'expired' }
  if (state !== 'done' || !isCount(status)) return { kind: 'unclear' }
  if (status >= 200 && status < 300) return { kind: 'done' }
  return status >= 400 && status < 600 ? { kind: 'refused', httpStatus: status } : { kind: 'unclear' }
}

/** Writes down what was found out, unless somebody was quicker; false in another user's session. */
async function note(
  { ports: { store, clock, randomSource, bus }, limits: { failuresMax } }: StatusQueryContext,
  asked: InDoubtEntry,
  finding: StatusAnswer,
): Promise<boolean> {
  const isOurs = await store.transact('readwrite', 'strict', async (tx) => {
    // An answer that came in another user's session may speak of that one's keys (P6).
    if ((await sessionOf(tx, asked.partition)) === undefined) return false
    const entry = await findUnresolved(tx, asked.partition, asked.id)
    if (entry?.state === 'inDoubt' && entry.fence === asked.fence)
      await resolve(tx, entry, finding, { now: clock.now(), random: randomSource.random, failuresMax })
    return true
  })
  bus.post('changed')
  return isOurs
}

export async function resolve(
  tx: StoreTransaction,
  entry: InDoubtEntry,
  finding: StatusAnswer,
  options: SettleOptions,
): Promise<void> {
  const { now } = options
  switch (finding.kind) {
    case 'done':
      return confirmEntry(tx, entry, now)
    case 'never':
      return sendLater(tx, entry, options)
    case 'refused': {
      const { httpStatus } = finding
      return giveBack(tx, entry, { reason: refusalReason(httpStatus), httpStatus, effect: 'none' }, now)
    }
    case 'expired':
      // The next try needs a new key.
      return changePartition(tx, entry.partition, now, (row) =>
        putInDoubt(tx, row, entry, { reason: 'keyExpired' }, now),
      )
  }
}

/**
 * Sends it again after its backoff, as a failure that counts. It keeps its key. A request that is still on its way does
 * nothing then, where the server honours keys.
 */
async function sendLater(
  tx: StoreTransaction,
  entry: InDoubtEntry,
  { now, random, failuresMax }: SettleOptions,
): Promise<void> {
  const { partition, lane, failures, effect, trouble } = entry
  // The application has answered. Sent again it would answer to the same function.
  if (trouble?.reason === 'refusalUnknown') return
  if (failures + 1 >= failuresMax) {
    const { reason: problem, httpStatus } = { ...trouble }
    return giveBack(tx, entry, { reason: 'failuresMax', problem, httpStatus, effect }, now)
  }
  const notBefore = now + backoffMs(failures, random())
  await changePartition(tx, partition, now, async (row) => {
    record(tx, row, entry, { kind: 'requeued' }, now)
    const deferral = { notBefore, now, counts: true, sent: true, effect } as const
    putWithTry(tx, row, transition(entry, { type: 'deferred', ...deferral }))
    await promoteNext(tx, row, lane)
  })
}

async function giveBack(
  tx: StoreTransaction,
  entry: InDoubtEntry,
  why: Pick<EntryEvent & { type: 'returned' }, 'reason' | 'httpStatus' | 'problem' | 'effect'>,
  now: number,
): Promise<void> {
  await forgetFailure(tx, entry)
  const letter = transition(entry, { type: 'returned', ...why, sent: true, now })
  return changePartition(tx, entry.partition, now, (row) => returnToUser(tx, row, letter))
}
