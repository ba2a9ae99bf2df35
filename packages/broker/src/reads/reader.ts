// One who asks: how it wants its answer, and how it is told.
import type { ReadRequest } from '../core/reads/line.js'
import type { Tag } from '../core/reads/tags.js'
import type { FetchOptions } from '../page/read-engine.js'
import type { OutcomeAction } from '../redux/actions.js'
import type { Routed } from './outcome-of-read.js'
import type { ReadResult } from './result.js'
import type { Ending } from './screen.js'

export interface Wish extends Omit<FetchOptions, 'signal'> {
  readonly request: ReadRequest
  readonly priority: number
  readonly tags: readonly Tag[]
  /** It is not known what tells its answer apart. */
  readonly isUnidentified?: true
}

export interface Reader {
  wish: Wish
  /** Set where an action asks: the store is told too, once for all readers of one route. */
  readonly routed: Routed | undefined
  /** It has an answer; should a newer one come, the store is told of that. */
  given: boolean
  /** Aborts when the request has ended, or the reader has left it. */
  readonly over: AbortController
  settle(result: ReadResult, outcome: OutcomeAction | undefined): void
  /** What is there of it from here on. */
  ended(how: Ending, floorMs?: number): void
}

export const createReader = (
  reader: Pick<Reader, 'wish' | 'settle'> & Partial<Pick<Reader, 'routed' | 'given' | 'ended'>>,
): Reader => ({ routed: undefined, given: false, ended() {}, ...reader, over: new AbortController() })

export function give(reader: Reader, result: ReadResult, outcome: OutcomeAction | undefined): void {
  if (reader.given) return
  reader.given = true
  reader.settle(result, outcome)
}
