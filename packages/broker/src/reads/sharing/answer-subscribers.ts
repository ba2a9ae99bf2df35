// Decides what each reader is given: the answer, the last good one in its place, or word that there is none.
import { retryAfterMs } from '../../core/network/backoff.js'
import { dependsOnApp } from '../../core/reads/cache/answer-identity.js'
import type { StoredAnswer } from '../../core/reads/cache/cache-policy.js'
import type { ReadAnswer } from '../../core/reads/read-types.js'
import { isDevelopment } from '../../redux/development.js'
import type { CachedAnswer } from '../cache/cached-answer.js'
import { bodyOf } from '../request/read-outcome.js'
import { isFinal, isGone, isGood, mayStandIn, type ReadResult } from '../request/read-result.js'
import { warnOfFailure } from '../request/read-warnings.js'
import type { Subscriber } from '../request/subscriber.js'
import { createRouteOutcome, type RouteOutcome, type RouteOutcomeContext } from './route-outcome.js'

export interface AnswerSubscribers {
  /** What is kept, where it is young enough for this reader. */
  giveFresh(reader: Subscriber): boolean
  /** The last good answer, where it wants one; the request goes on, and the store is told of what comes of it. */
  giveCopy(reader: Subscriber): boolean
  /** It was too slow for this reader: the store is told, unless others of its route wait on. */
  giveUp(reader: Subscriber): void
  /** It has ended for all of these. */
  end(result: ReadResult, readers: readonly Subscriber[]): void
}

export function createAnswerSubscribers(
  context: RouteOutcomeContext & { readonly place: CachedAnswer },
  /** Those who have not left. */
  readers: ReadonlySet<Subscriber>,
): AnswerSubscribers {
  const { place } = context
  const isData = (answer: ReadAnswer) => bodyOf(answer, place.request) !== undefined
  const isFor = ({ params: wish }: Subscriber, { answer }: StoredAnswer) =>
    !(wish.isUnidentified && dependsOnApp(answer, place.request))
  let stale: RouteOutcome | undefined

  function giveCopy(reader: Subscriber): boolean {
    const copy = place.copy()
    if (copy === undefined || reader.given || reader.params.copy === 'never' || !isFor(reader, copy))
      return false
    stale ??= createRouteOutcome({ kind: 'answer', ...copy, stale: true }, context)
    if (!stale.isGoodFor(reader)) return false
    stale.tell(reader)
    return true
  }

  const floorOf = (result: ReadResult) =>
    result.kind === 'answer'
      ? retryAfterMs(Object.fromEntries(result.answer.headers), context.ports.clock.now())
      : undefined

  const standIn = (reader: Subscriber, result: ReadResult) => mayStandIn(result) && giveCopy(reader)

  function endFor(reader: Subscriber, edition: RouteOutcome): void {
    const { result } = edition
    const isOver = edition.isGoodFor(reader) || isFinal(result)
    // A reader who has a copy already is not told of the failure: the read is tried again.
    if (isOver || !(standIn(reader, result) || reader.given)) edition.tell(reader)
    reader.ended(isOver ? (edition.isSure ? 'fresh' : 'unsure') : 'old', floorOf(result))
  }

  return {
    giveCopy,
    giveFresh(reader) {
      const { freshForMs = 0, tags } = reader.params
      const copy = place.freshCopy(freshForMs, tags)
      if (copy === undefined || !isFor(reader, copy)) return false
      const edition = createRouteOutcome({ kind: 'answer', ...copy }, context)
      if (!edition.isGoodFor(reader)) return false
      endFor(reader, edition)
      return true
    },
    giveUp(reader) {
      const result = { kind: 'timeout' } as const
      const type = reader.routed?.action.type
      const waitsOn = (one: Subscriber) => one !== reader && !one.given && one.routed?.action.type === type
      if (!standIn(reader, result)) {
        const edition = createRouteOutcome(result, context)
        if ([...readers].some(waitsOn)) edition.give(reader)
        else edition.tell(reader)
      }
      reader.ended('old')
    },
    end(result, all) {
      const edition = createRouteOutcome(result, context)
      if (isDevelopment) warnOfFailure(result, place.request.url)
      if (result.kind === 'answer' && isGone(result.answer)) place.drop()
      else if (result.kind === 'answer' && mayReplaceCopy(edition, result.answer, all)) place.keep(result)
      for (const reader of all) endFor(reader, edition)
    },
  }

  /** Only an answer that every reader could use. A portal's page never replaces the data that a route has read. */
  function mayReplaceCopy(edition: RouteOutcome, answer: ReadAnswer, all: readonly Subscriber[]): boolean {
    const copy = place.copy()
    return (
      all.some(({ params: wish }) => wish.copy !== 'never') &&
      all.every((reader) => edition.isGoodFor(reader) && !reader.params.isUnidentified) &&
      edition.isSure &&
      isGood(answer) &&
      (isData(answer) || copy === undefined || !isData(copy.answer))
    )
  }
}
