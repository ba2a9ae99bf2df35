// Gives each reader the answer, the last good answer in its place, or a failure. Each route
// parses an answer once for all of its readers, and the store is told once.
import { retryAfterMs } from '../../core/network/backoff.js'
import type { StoredAnswer } from '../../core/reads/cache/cache-policy.js'
import { dependsOnApp } from '../../core/reads/cache/key-headers.js'
import type { ReadAnswer, ReadRequest } from '../../core/reads/read-types.js'
import { isAskedType } from '../../core/reads/scheduler/retry-policy.js'
import { defaultSession } from '../../core/rows/answer-rules.js'
import type { ReadEngineContext } from '../../page/reads-port.js'
import { type OutcomeAction, withMark } from '../../redux/actions.js'
import { isDevelopment } from '../../redux/development.js'
import type { CachedAnswer } from '../cache/cached-answer.js'
import type { Freshness } from '../consistency/active-reads.js'
import type { WriteTags } from '../consistency/write-tags.js'
import {
  type AnsweredRead,
  bodyOf,
  isFinal,
  isGone,
  isGood,
  mayStandIn,
  type ReadResult,
  readOutcome,
} from '../request/read-result.js'
import { warnOfFailure } from '../request/read-warnings.js'
import { type Subscriber, settleOnce } from '../request/subscriber.js'

export interface AnswerSubscribers {
  /** What is kept, where it is young enough for this reader. */
  giveFresh(reader: Subscriber): boolean
  /** Gives the last good answer, where the reader wants one. The request goes on, and the store is told of its end. */
  giveCopy(reader: Subscriber): boolean
  /** The request was too slow for this reader. The store is told, unless others of its route wait on. */
  giveUp(reader: Subscriber): void
  /** It has ended for all of these. */
  end(result: ReadResult, readers: readonly Subscriber[]): void
}

export function createAnswerSubscribers(
  cachedAnswer: CachedAnswer,
  outcomeOf: (result: ReadResult) => RouteOutcome,
  /** The readers that have not left. */
  readers: ReadonlySet<Subscriber>,
): AnswerSubscribers {
  const isFor = ({ params }: Subscriber, { answer }: StoredAnswer) =>
    !(params.isUnidentified && dependsOnApp(answer, cachedAnswer.request))
  let stale: RouteOutcome | undefined

  function giveCopy(reader: Subscriber): boolean {
    const copy = cachedAnswer.copy()
    if (copy === undefined || reader.given || reader.params.cache === 'networkOnly' || !isFor(reader, copy))
      return false
    stale ??= outcomeOf({ kind: 'answer', ...copy, stale: true })
    if (!stale.isGoodFor(reader)) return false
    stale.tell(reader)
    return true
  }

  const standIn = (reader: Subscriber, result: ReadResult) => mayStandIn(result) && giveCopy(reader)

  function endFor(reader: Subscriber, routeOutcome: RouteOutcome): void {
    const { result } = routeOutcome
    const isOver = routeOutcome.isGoodFor(reader) || isFinal(result)
    // A reader who has a copy already is not told of the failure, since the read is tried again.
    if (isOver || !(standIn(reader, result) || reader.given)) routeOutcome.tell(reader)
    reader.ended(isOver ? routeOutcome.freshness : 'old', routeOutcome.floorMs)
  }

  return {
    giveCopy,
    giveFresh(reader) {
      const { freshForMs = 0, tags } = reader.params
      const copy = cachedAnswer.freshCopy(freshForMs, tags)
      if (copy === undefined || !isFor(reader, copy)) return false
      const routeOutcome = outcomeOf({ kind: 'answer', ...copy })
      if (!routeOutcome.isGoodFor(reader)) return false
      endFor(reader, routeOutcome)
      return true
    },
    giveUp(reader) {
      const result = { kind: 'timeout' } as const
      if (!standIn(reader, result)) outcomeOf(result)[hasPeer(reader, readers) ? 'give' : 'tell'](reader)
      reader.ended('old')
    },
    end(result, all) {
      if (isDevelopment) warnOfFailure(result, cachedAnswer.request.url)
      const routeOutcome = outcomeOf(result)
      if (result.kind === 'answer' && isGone(result.answer)) cachedAnswer.drop()
      else if (result.kind === 'answer' && mayReplace(cachedAnswer, routeOutcome, result, all))
        cachedAnswer.keep(result)
      for (const reader of all) endFor(reader, routeOutcome)
    },
  }
}

/** Whether another reader of the same route waits on. */
const hasPeer = (reader: Subscriber, readers: ReadonlySet<Subscriber>) =>
  [...readers].some(
    (one) => one !== reader && !one.given && one.routed?.action.type === reader.routed?.action.type,
  )

/** Only an answer that every reader could use. A captive portal's page never replaces data that a route has read. */
function mayReplace(
  cachedAnswer: CachedAnswer,
  routeOutcome: RouteOutcome,
  { answer }: AnsweredRead,
  all: readonly Subscriber[],
): boolean {
  const copy = cachedAnswer.copy()
  const isData = (one: ReadAnswer) => bodyOf(one, cachedAnswer.request) !== undefined
  return (
    all.some(({ params }) => params.cache !== 'networkOnly') &&
    all.every((reader) => routeOutcome.isGoodFor(reader) && !reader.params.isUnidentified) &&
    routeOutcome.freshness === 'fresh' &&
    isGood(answer) &&
    (isData(answer) || copy === undefined || !isData(copy.answer))
  )
}

export interface RouteOutcome {
  readonly result: ReadResult
  /** How fresh a read is that has ended by it. */
  readonly freshness: Freshness
  /** How long the server asked to wait. */
  readonly floorMs: number | undefined
  /** Whether it is what this reader asked for. */
  isGoodFor(reader: Subscriber): boolean
  /** Tells the store, if it was not told for another reader of this route, and then the reader. */
  tell(reader: Subscriber): void
  /** Tells the reader alone. */
  give(reader: Subscriber): void
}

export interface RouteOutcomeContext extends Pick<ReadEngineContext, 'dispatch' | 'view' | 'ports' | 'app'> {
  readonly written: WriteTags
}

export function createRouteOutcome(
  result: ReadResult,
  { dispatch, view, written, app, ports: { report, clock } }: RouteOutcomeContext,
): RouteOutcome {
  const outcomes = new Map<string, OutcomeAction | undefined>()
  const told = new Set<OutcomeAction>()

  function outcomeFor({ routed }: Subscriber): OutcomeAction | undefined {
    if (routed === undefined) return undefined
    const { type } = routed.action
    if (!outcomes.has(type)) outcomes.set(type, readOutcome(result, routed, report))
    return outcomes.get(type)
  }

  const routeOutcome: RouteOutcome = {
    result,
    freshness: freshnessOf(result, { ...defaultSession, ...app.sessionRules }),
    floorMs:
      result.kind === 'answer'
        ? retryAfterMs(Object.fromEntries(result.answer.headers), clock.now())
        : undefined,
    isGoodFor: (reader) =>
      reader.routed === undefined
        ? result.kind === 'answer' && isTaken(result.answer, reader.params.request)
        : outcomeFor(reader)?.meta.broker.outcome === 'delivered',
    tell(reader) {
      const outcome = outcomeFor(reader)
      if (outcome !== undefined && !told.has(outcome)) {
        told.add(outcome)
        const { at } = outcome.meta.broker
        // Outcomes with unrelated tags are already in the store, and are not applied again.
        const isShown = ({ meta }: OutcomeAction) => written.mayShow(meta.action, reader.params.tags)
        const later = at > 0 ? view.outcomesSince(at).filter(isShown) : []
        dispatch(later.length > 0 ? withMark(outcome, { ...outcome.meta.broker, later }) : outcome)
      }
      routeOutcome.give(reader)
    },
    give: (reader) => settleOnce(reader, result, outcomeFor(reader)),
  }
  return routeOutcome
}

function freshnessOf(result: ReadResult, { endedBy }: typeof defaultSession): Freshness {
  if (result.kind !== 'answer') return 'fresh'
  if (endedBy.includes(result.answer.status)) return 'signedOut'
  return result.uncertain ? 'uncertain' : 'fresh'
}

/** `broker.fetch` takes every answer below 500, but no success of a type that its request does not accept. */
const isTaken = (answer: ReadAnswer, request: ReadRequest) =>
  isGood(answer) ? isAskedType(answer, request) : answer.status < 500
