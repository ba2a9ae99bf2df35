// Bounds the wait for a place beside the database.

import { turnMs } from '../limits.js'
import type { Clock } from '../platform.js'
import type { Store } from '../rows/store-port.js'
import { withTimeout } from '../with-timeout.js'

/** Rejects if the work takes longer. */
export const rejectIfLate = <T>(
  clock: Pick<Clock, 'after'>,
  ms: number,
  work: Promise<T>,
  onLate: () => void = () => {},
): Promise<T> =>
  withTimeout({ after: afterTurns(clock) }, ms, work, () => {
    onLate()
    return Promise.reject(new Error(`redux-broker: the storage did not answer within ${ms} ms`))
  })

/** Waits by short timers in a row, so that a busy thread is not taken for a place that hangs. */
const afterTurns =
  ({ after }: Pick<Clock, 'after'>): Clock['after'] =>
  (ms, callback) => {
    let cancel: () => void
    const wait = (left: number) => {
      cancel = after(turnMs, () => (left > turnMs ? wait(left - turnMs) : callback()))
    }
    wait(ms)
    return () => cancel()
  }

/** The place, with transactions that fail where they take longer. It is opened anew after such a one. */
export const withDeadline = (
  clock: Pick<Clock, 'after'>,
  ms: number,
  place: Store | undefined,
): Store | undefined =>
  place && {
    ...place,
    transact: (...given) => rejectIfLate(clock, ms, place.transact(...given), () => place.close()),
  }
