// A subscriber of a read has parameters, and is told of the answer.

import type { OutcomeAction } from '../../redux/actions.js'
import type { Freshness } from '../consistency/active-reads.js'
import type { ReadParams } from './read-params.js'
import type { ReadResult, RoutedRead } from './read-result.js'

export interface Subscriber {
  params: ReadParams
  /** Set where an action asks. The store is told too, once for all readers of one route. */
  readonly routed: RoutedRead | undefined
  /** The reader has an answer. Of a newer answer only the store is told. */
  given: boolean
  /** Aborts when the request has ended, or the reader has left it. */
  readonly over: AbortController
  settle(result: ReadResult, outcome: OutcomeAction | undefined): void
  /** Tells how fresh the answer on screen is from now on. */
  ended(how: Freshness, floorMs?: number): void
}

export const createSubscriber = (
  reader: Pick<Subscriber, 'params' | 'settle'> & Partial<Pick<Subscriber, 'routed' | 'given' | 'ended'>>,
): Subscriber => ({ routed: undefined, given: false, ended() {}, ...reader, over: new AbortController() })

export function settleOnce(reader: Subscriber, result: ReadResult, outcome: OutcomeAction | undefined): void {
  if (reader.given) return
  reader.given = true
  reader.settle(result, outcome)
}
