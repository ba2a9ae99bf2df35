// Decides what each reader is given: the answer, the last good one in its place, or word that there is none.
import { retryAfterMs } from '../core/backoff.js'
import { dependsOnApp } from '../core/reads/answer-identity.js'
import type { KeptCopy } from '../core/reads/kept-copy.js'
import type { ReadAnswer } from '../core/reads/line.js'
import { isDevelopment } from '../redux/development.js'
import { createEdition, type Edition, type EditionContext } from './edition.js'
import { bodyOf } from './outcome-of-read.js'
import type { Reader } from './reader.js'
import type { ReadingContext } from './reading.js'
import { isFinal, isGone, isGood, mayStandIn, type ReadResult } from './result.js'
import { sayWhy } from './say-why.js'

export interface Serving {
  /** What is kept, where it is young enough for this reader. */
  giveFresh(reader: Reader): boolean
  /** The last good answer, where it wants one; the request goes on, and the store is told of what comes of it. */
  giveCopy(reader: Reader): boolean
  /** It was too slow for this reader: the store is told, unless others of its route wait on. */
  giveUp(reader: Reader): void
  /** It has ended for all of these. */
  end(result: ReadResult, readers: readonly Reader[]): void
}

export function createServing(
  context: EditionContext & Pick<ReadingContext, 'place'>,
  /** Those who have not left. */
  readers: ReadonlySet<Reader>,
): Serving {
  const { place } = context
  const isData = (answer: ReadAnswer) => bodyOf(answer, place.request) !== undefined
  const isFor = ({ wish }: Reader, { answer }: KeptCopy) =>
    !(wish.isUnidentified && dependsOnApp(answer, place.request))
  let stale: Edition | undefined

  function giveCopy(reader: Reader): boolean {
    const copy = place.copy()
    if (copy === undefined || reader.given || reader.wish.copy === 'never' || !isFor(reader, copy))
      return false
    stale ??= createEdition({ kind: 'answer', ...copy, stale: true }, context)
    if (!stale.isGoodFor(reader)) return false
    stale.tell(reader)
    return true
  }

  const floorOf = (result: ReadResult) =>
    result.kind === 'answer'
      ? retryAfterMs(Object.fromEntries(result.answer.headers), context.ports.clock.now())
      : undefined

  const standIn = (reader: Reader, result: ReadResult) => mayStandIn(result) && giveCopy(reader)

  function endFor(reader: Reader, edition: Edition): void {
    const { result } = edition
    const isOver = edition.isGoodFor(reader) || isFinal(result)
    // A reader who has a copy already is not told of the failure: the read is tried again.
    if (isOver || !(standIn(reader, result) || reader.given)) edition.tell(reader)
    reader.ended(isOver ? (edition.isSure ? 'fresh' : 'unsure') : 'old', floorOf(result))
  }

  return {
    giveCopy,
    giveFresh(reader) {
      const { freshForMs = 0, tags } = reader.wish
      const copy = place.freshCopy(freshForMs, tags)
      if (copy === undefined || !isFor(reader, copy)) return false
      const edition = createEdition({ kind: 'answer', ...copy }, context)
      if (!edition.isGoodFor(reader)) return false
      endFor(reader, edition)
      return true
    },
    giveUp(reader) {
      const result = { kind: 'timeout' } as const
      const type = reader.routed?.action.type
      const waitsOn = (one: Reader) => one !== reader && !one.given && one.routed?.action.type === type
      if (!standIn(reader, result)) {
        const edition = createEdition(result, context)
        if ([...readers].some(waitsOn)) edition.give(reader)
        else edition.tell(reader)
      }
      reader.ended('old')
    },
    end(result, all) {
      const edition = createEdition(result, context)
      if (isDevelopment) sayWhy(result, place.request.url)
      if (result.kind === 'answer' && isGone(result.answer)) place.drop()
      else if (result.kind === 'answer' && mayReplaceCopy(edition, result.answer, all)) place.keep(result)
      for (const reader of all) endFor(reader, edition)
    },
  }

  /** Only an answer that every reader could use. A portal's page never replaces the data that a route has read. */
  function mayReplaceCopy(edition: Edition, answer: ReadAnswer, all: readonly Reader[]): boolean {
    const copy = place.copy()
    return (
      all.some(({ wish }) => wish.copy !== 'never') &&
      all.every((reader) => edition.isGoodFor(reader) && !reader.wish.isUnidentified) &&
      edition.isSure &&
      isGood(answer) &&
      (isData(answer) || copy === undefined || !isData(copy.answer))
    )
  }
}
