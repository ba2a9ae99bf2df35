// Decides whether to believe the clock. A clock that jumps ahead would let a purge forget keys that are needed still.
// Promise: after a jump of more than a day a purge removes nothing, until the clock has kept its new time for a day.
import { clockStepMsMax } from '../options/limits.js'

/** A store's memory of the clock, in epoch milliseconds. */
export interface ClockSeen {
  /** The last time that was believed. */
  readonly seen: number
  /** The first time at which a purge saw the clock after a jump. */
  readonly moved?: number | undefined
}

/** A jump of the clock that is not believed yet. */
export interface ClockJump {
  readonly from: number
  readonly to: number
}

/** Judges the time of a purge. Gives the memory to keep, and in `held` the jump that forbids to remove anything. */
export function watchClock(
  known: ClockSeen | undefined,
  now: number,
  isRight: boolean,
): { readonly clock: ClockSeen; readonly held?: ClockJump } {
  const { seen, moved } = known ?? { seen: now }
  const isNear = Math.abs(now - seen) <= clockStepMsMax
  const isSteady = moved !== undefined && now - moved >= clockStepMsMax
  if (isRight || isNear || isSteady) return { clock: { seen: now } }
  const since = moved === undefined || now < moved ? now : moved
  return { clock: { seen, moved: since }, held: { from: seen, to: now } }
}

/** Takes note of the time of a claim, which never believes a jump. */
export function seeClock(known: ClockSeen | undefined, now: number): ClockSeen {
  const isNear = known === undefined || Math.abs(now - known.seen) <= clockStepMsMax
  return isNear ? { seen: now } : known
}
