// Decides whether to believe the clock. A clock that jumps ahead would let a store forget keys that are needed still.
// Promise: after a jump of more than a day nothing is removed or forgotten, until the clock has kept its new time for a
// day.
import { clockStepMsMax } from '../options/limits.js'

/** A store's memory of the clock, in epoch milliseconds. */
export interface ClockSeen {
  /** The last time that was believed. */
  readonly seen: number
  /** The first time at which the clock was seen after a jump. */
  readonly moved?: number | undefined
}

/** A jump of the clock that is not believed yet. */
export interface ClockJump {
  readonly from: number
  readonly to: number
}

/** Judges the time of a purge or a claim. Gives the memory to keep, and in `held` the jump that is not believed. */
export function watchClock(
  known: ClockSeen | undefined,
  now: number,
  isRight: boolean,
): { readonly clock: ClockSeen; readonly held?: ClockJump } {
  const { seen, moved } = known ?? { seen: now }
  const isNear = Math.abs(now - seen) <= clockStepMsMax
  const keptMs = moved === undefined ? -1 : now - moved
  // Seen after more than two days, a clock may have jumped again.
  const hasJumped = keptMs < 0 || keptMs > 2 * clockStepMsMax
  if (isRight || isNear || (!hasJumped && keptMs >= clockStepMsMax)) return { clock: { seen: now } }
  return { clock: { seen, moved: hasJumped ? now : moved }, held: { from: seen, to: now } }
}
