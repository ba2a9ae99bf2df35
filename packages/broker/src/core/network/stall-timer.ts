// A time limit on progress, not on the whole.
import type { Clock } from '../platform.js'

export interface StallTimer {
  /** Something moved, and the time begins anew. */
  moved(): void
  end(): void
}

/** Calls back once nothing has moved for `ms`. */
export function startStallTimer(clock: Pick<Clock, 'after'>, ms: number, onStall: () => void): StallTimer {
  let cancel = clock.after(ms, onStall)
  return {
    moved() {
      cancel()
      cancel = clock.after(ms, onStall)
    },
    end: () => cancel(),
  }
}
