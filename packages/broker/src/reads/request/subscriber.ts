// One who asks: how it wants its answer, and how it is told.

import type { Tag } from '../../core/reads/consistency/tags.js'
import type { ReadRequest } from '../../core/reads/read-types.js'
import type { FetchOptions } from '../../page/reads-port.js'
import type { OutcomeAction } from '../../redux/actions.js'
import type { Freshness } from '../consistency/active-reads.js'
import type { RoutedRead } from './read-outcome.js'
import type { ReadResult } from './read-result.js'

export interface ReadParams extends Omit<FetchOptions, 'signal'> {
  readonly request: ReadRequest
  readonly priority: number
  readonly tags: readonly Tag[]
  /** It is not known what tells its answer apart. */
  readonly isUnidentified?: true
}

export interface Subscriber {
  params: ReadParams
  /** Set where an action asks: the store is told too, once for all readers of one route. */
  readonly routed: RoutedRead | undefined
  /** It has an answer; should a newer one come, the store is told of that. */
  given: boolean
  /** Aborts when the request has ended, or the reader has left it. */
  readonly over: AbortController
  settle(result: ReadResult, outcome: OutcomeAction | undefined): void
  /** What is there of it from here on. */
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
