// One answer as each route sees it: parsed once for all readers of a route, and told to the store once.

import type { ReadAnswer, ReadRequest } from '../../core/reads/read-types.js'
import { isAskedType } from '../../core/reads/scheduler/retry-policy.js'
import type { ReadEngineContext } from '../../page/reads-port.js'
import { type OutcomeAction, readMark } from '../../redux/actions.js'
import type { WriteTags } from '../consistency/write-tags.js'
import { readOutcome } from '../request/read-outcome.js'
import { isGood, type ReadResult } from '../request/read-result.js'
import { type Subscriber, settleOnce } from '../request/subscriber.js'

export interface RouteOutcome {
  readonly result: ReadResult
  /** Whether nothing that it shows was being written. */
  readonly isSure: boolean
  /** Whether it is what this reader asked for. */
  isGoodFor(reader: Subscriber): boolean
  /** Tells the store, if it was not told for another reader of this route, and then the reader. */
  tell(reader: Subscriber): void
  /** Tells the reader alone. */
  give(reader: Subscriber): void
}

export interface RouteOutcomeContext extends Pick<ReadEngineContext, 'dispatch' | 'view' | 'ports'> {
  readonly written: WriteTags
}

export function createRouteOutcome(
  result: ReadResult,
  { dispatch, view, written, ports: { report } }: RouteOutcomeContext,
): RouteOutcome {
  const outcomes = new Map<string, OutcomeAction | undefined>()
  const told = new Set<OutcomeAction>()

  function outcomeFor({ routed }: Subscriber): OutcomeAction | undefined {
    if (routed === undefined) return undefined
    const { type } = routed.action
    if (!outcomes.has(type)) outcomes.set(type, readOutcome(result, routed, report))
    return outcomes.get(type)
  }

  const edition: RouteOutcome = {
    result,
    isSure: result.kind !== 'answer' || result.unsure === undefined,
    isGoodFor: (reader) =>
      reader.routed === undefined
        ? result.kind === 'answer' && isTaken(result.answer, reader.params.request)
        : outcomeFor(reader)?.meta.broker.outcome === 'delivered',
    tell(reader) {
      const outcome = outcomeFor(reader)
      if (outcome !== undefined && !told.has(outcome)) {
        told.add(outcome)
        const { at } = outcome.meta.broker
        // Other than what it shows are in the store once already.
        const isShown = ({ meta }: OutcomeAction) => written.mayShow(meta.action, reader.params.tags)
        const later = at > 0 ? view.outcomesSince(at).filter(isShown) : []
        dispatch(later.length > 0 ? readMark(outcome, { ...outcome.meta.broker, later }) : outcome)
      }
      edition.give(reader)
    },
    give: (reader) => settleOnce(reader, result, outcomeFor(reader)),
  }
  return edition
}

/** `broker.fetch` takes every answer below 500, but no success of a type that its request does not accept. */
const isTaken = (answer: ReadAnswer, request: ReadRequest) =>
  isGood(answer) ? isAskedType(answer, request) : answer.status < 500
