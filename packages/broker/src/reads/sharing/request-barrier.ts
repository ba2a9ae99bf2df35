// A request that waits for writes to its tags before it is sent. Its answer is compared with the writes of the meantime.

import { holdMsMax, readPrepareMs } from '../../core/limits.js'
import { withTimeout } from '../../core/with-timeout.js'
import type { ReadEngineContext } from '../../page/reads-port.js'
import type { CachedAnswer } from '../cache/cached-answer.js'
import type { BarrierSnapshot, WriteBarrier } from '../consistency/write-barrier.js'
import { isGood, type ReadResult } from '../request/read-result.js'
import type { Subscriber } from '../request/subscriber.js'

export interface RequestBarrierContext extends Pick<ReadEngineContext, 'ports'> {
  readonly barrier: WriteBarrier
  readonly cachedAnswer: CachedAnswer
  /** The readers that have not left. */
  readonly readers: ReadonlySet<Subscriber>
}

export interface RequestBarrier {
  /** From now on the request waits for `holdMsMax` at most. */
  begin(): void
  /**
   * Whether a write to its tags is on its way, and it may still wait. Then it calls back when nothing of it is on its way,
   * when it has waited long enough, or with the signal.
   */
  holds(signal: AbortSignal, onEnd: () => void): boolean
  /** Call it as the request is sent to the scheduler. */
  snapshot(): void
  /** Gives the result, or `again` where the answer cannot be trusted and there is time for another. */
  compare(result: ReadResult): Promise<ReadResult | 'again'>
}

export function createRequestBarrier(context: RequestBarrierContext): RequestBarrier {
  const { barrier, cachedAnswer, readers } = context
  const { clock } = context.ports
  /** On the monotonic clock. */
  let holdUntil = 0
  let mark: BarrierSnapshot = { number: 0, at: 0 }
  /** Unsettled writes have had no effect, and go on top of the answer. */
  let isSure = false
  /** Its last answer was not taken. */
  let isAgain = false
  const tags = () => [...readers].flatMap(({ params }) => params.tags)
  const mayWait = () => clock.monotonic() < holdUntil

  function again(): 'again' {
    isAgain = true
    return 'again'
  }

  return {
    begin() {
      holdUntil = clock.monotonic() + holdMsMax
    },
    holds(signal, onEnd) {
      const isFree = isSure && !isAgain
      if (isFree || !mayWait() || !barrier.isBlocked(tags(), isAgain)) return false
      const enough = new AbortController()
      const cancel = clock.after(holdUntil - clock.monotonic(), () => enough.abort())
      void barrier.wait(tags(), isAgain, AbortSignal.any([enough.signal, signal])).then((sure) => {
        cancel()
        isSure ||= sure
        onEnd()
      })
      return true
    },
    snapshot() {
      mark = barrier.snapshot()
    },
    async compare(given) {
      if (given.kind !== 'answer') return given
      const result = cachedAnswer.unchanged(given)
      if (result === undefined) return again()
      if (!isGood(result.answer)) return result
      const shown = tags()
      const overlap = barrier.conflicts(shown, mark, result.fetchedAt)
      const { tags: uncertain, passes } = await withTimeout(clock, readPrepareMs, overlap, () => ({
        tags: shown,
        passes: false,
      }))
      if (uncertain.length === 0) return result
      return passes && mayWait() ? again() : { ...result, uncertain }
    },
  }
}
