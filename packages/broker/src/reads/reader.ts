// One who asks: how it wants its answer, and how it is told.
import type { ReadRequest } from '../core/reads/line.js'
import type { Tag } from '../core/reads/tags.js'
import type { FetchOptions } from '../page/read-engine.js'
import type { OutcomeAction } from '../redux/actions.js'
import type { Routed } from './outcome-of-read.js'
import type { ReadResult } from './result.js'

export interface Wish extends Omit<FetchOptions, 'signal'> {
  readonly request: ReadRequest
  readonly priority: number
  readonly tags: readonly Tag[]
}

export interface Reader {
  readonly wish: Wish
  /** Set where an action asks: the store is told too, once for all readers of one route. */
  readonly routed?: Routed
  /** Called once, by `give`. */
  readonly settle: (result: ReadResult, outcome: OutcomeAction | undefined) => void
  /** It has an answer; should a newer one come, the store is told of that. */
  given: boolean
  /** Aborts when it is given an answer or leaves. */
  readonly waits: AbortController
}

export const createReader = (wish: Wish, settle: Reader['settle'], routed?: Routed): Reader => ({
  wish,
  settle,
  given: false,
  waits: new AbortController(),
  ...(routed && { routed }),
})

export function give(reader: Reader, result: ReadResult, outcome?: OutcomeAction): void {
  if (reader.given) return
  reader.given = true
  reader.waits.abort()
  reader.settle(result, outcome)
}
