// Bounds the wait for a place beside the database.

import { turnMs } from '../limits.js'
import type { Clock } from '../platform.js'
import type { Store } from '../rows/store.js'

/**
 * Rejects if the work takes longer. Short timers in a row measure the time. So a busy thread is not taken for a place
 * that hangs.
 */
export function inTime<T>(
  { after }: Pick<Clock, 'after'>,
  ms: number,
  work: Promise<T>,
  onLate: () => void = () => {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    let cancel: () => void
    const wait = (left: number) => {
      cancel = after(turnMs, () => {
        if (left > turnMs) return wait(left - turnMs)
        onLate()
        reject(new Error(`redux-broker: the storage did not answer within ${ms} ms`))
      })
    }
    wait(ms)
    work.then(resolve, reject).finally(() => cancel())
  })
}

/** The place, with transactions that fail where they take longer. It is opened anew after such a one. */
export const answering = (
  clock: Pick<Clock, 'after'>,
  ms: number,
  place: Store | undefined,
): Store | undefined =>
  place && {
    ...place,
    transact: (...given) => inTime(clock, ms, place.transact(...given), () => place.close()),
  }
