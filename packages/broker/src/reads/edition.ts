// One answer as each route sees it: parsed once for all readers of a route, and told to the store once.

import type { ReadAnswer, ReadRequest } from '../core/reads/line.js'
import { isAsked } from '../core/reads/second-try.js'
import type { ReadContext } from '../page/read-engine.js'
import { mark, type OutcomeAction } from '../redux/actions.js'
import { outcomeOfRead } from './outcome-of-read.js'
import { give, type Reader } from './reader.js'
import { isGood, type ReadResult } from './result.js'
import type { Written } from './written.js'

export interface Edition {
  readonly result: ReadResult
  /** Whether nothing that it shows was being written. */
  readonly isSure: boolean
  /** Whether it is what this reader asked for. */
  isGoodFor(reader: Reader): boolean
  /** Tells the store, if it was not told for another reader of this route, and then the reader. */
  tell(reader: Reader): void
  /** Tells the reader alone. */
  give(reader: Reader): void
}

export interface EditionContext extends Pick<ReadContext, 'dispatch' | 'view' | 'ports'> {
  readonly written: Written
}

export function createEdition(
  result: ReadResult,
  { dispatch, view, written, ports: { report } }: EditionContext,
): Edition {
  const outcomes = new Map<string, OutcomeAction | undefined>()
  const told = new Set<OutcomeAction>()

  function outcomeFor({ routed }: Reader): OutcomeAction | undefined {
    if (routed === undefined) return undefined
    const { type } = routed.action
    if (!outcomes.has(type)) outcomes.set(type, outcomeOfRead(result, routed, report))
    return outcomes.get(type)
  }

  const edition: Edition = {
    result,
    isSure: result.kind !== 'answer' || result.unsure === undefined,
    isGoodFor: (reader) =>
      reader.routed === undefined
        ? result.kind === 'answer' && isTaken(result.answer, reader.wish.request)
        : outcomeFor(reader)?.meta.broker.outcome === 'delivered',
    tell(reader) {
      const outcome = outcomeFor(reader)
      if (outcome !== undefined && !told.has(outcome)) {
        told.add(outcome)
        const { at } = outcome.meta.broker
        // Other than what it shows are in the store once already.
        const isShown = ({ meta }: OutcomeAction) => written.mayShow(meta.action, reader.wish.tags)
        const later = at > 0 ? view.outcomesSince(at).filter(isShown) : []
        dispatch(later.length > 0 ? mark(outcome, { ...outcome.meta.broker, later }) : outcome)
      }
      edition.give(reader)
    },
    give: (reader) => give(reader, result, outcomeFor(reader)),
  }
  return edition
}

/** `broker.fetch` takes every answer below 500, but no success of a type that its request does not accept. */
const isTaken = (answer: ReadAnswer, request: ReadRequest) =>
  isGood(answer) ? isAsked(answer, request) : answer.status < 500
