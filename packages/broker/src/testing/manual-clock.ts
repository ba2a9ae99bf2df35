// A clock that stands still until a test moves it.
import type { Clock } from '../core/platform.js'

export interface ManualClock extends Clock {
  /**
   * Moves time on. Timers that become due fire in their order, each at its own time, and what one sets off has settled
   * before the next. Resolves when all is quiet; `advance(0)` only waits for that.
   * @throws Error where timers set each other without end.
   */
  advance(ms: number): Promise<void>
  /** The user, or a time server, sets the wall clock by `ms`, back too. No timer notices. */
  jump(ms: number): void
}

/** At one moment. */
const firedMax = 1_000

/** `now`: wall time at the start, in epoch milliseconds. Default: some noon. */
export function manualClock({ now = 1_800_000_000_000 }: { readonly now?: number } = {}): ManualClock {
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>()
  let elapsed = 0
  let wall = now
  const nextTimer = () => [...timers].sort((a, b) => a.at - b.at)[0]

  return {
    now: () => wall + elapsed,
    monotonic: () => elapsed,
    after(ms, callback) {
      const timer = { at: elapsed + Math.max(ms, 0), callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    async advance(ms) {
      const until = elapsed + ms
      await untilQuiet()
      let timer = nextTimer()
      for (let fired = 0; timer !== undefined && timer.at <= until; fired++) {
        if (timer.at > elapsed) fired = 0
        if (fired >= firedMax)
          throw new Error(
            `manualClock: ${firedMax} timers fired at the same time. Does a timer set itself again after 0 ms?`,
          )
        timers.delete(timer)
        elapsed = timer.at
        timer.callback()
        await untilQuiet()
        timer = nextTimer()
      }
      elapsed = until
      await untilQuiet()
    },
    jump(ms) {
      wall += ms
    },
  }
}

// Taken when the module is loaded, so that a test runner's fake timers do not stop it.
const { setTimeout: nextTask } = globalThis

/** Resolves when the promises that can settle by themselves have settled: a task later. */
function untilQuiet(): Promise<void> {
  return new Promise((resolve) => void nextTask(resolve, 0))
}
