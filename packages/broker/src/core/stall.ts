// A time limit on progress, not on the whole.
import type { Clock } from './ports.js'

export interface Stall {
  /** Something moved: the time begins anew. */
  moved(): void
  end(): void
}

/** Calls back once nothing has moved for `ms`. */
export function watchStall(clock: Pick<Clock, 'after'>, ms: number, onStall: () => void): Stall {
  let cancel = clock.after(ms, onStall)
  return {
    moved() {
      cancel()
      cancel = clock.after(ms, onStall)
    },
    end: () => cancel(),
  }
}
