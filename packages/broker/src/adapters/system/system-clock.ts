import type { Clock } from '../../core/platform.js'

/** A timer's delay is a signed 32-bit number. A longer one would fire at once. */
const timerMsMax = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    let timer: ReturnType<typeof setTimeout>
    const wait = (leftMs: number) => {
      const next = leftMs > timerMsMax ? () => wait(leftMs - timerMsMax) : callback
      timer = setTimeout(next, Math.min(leftMs, timerMsMax))
    }
    wait(ms)
    return () => clearTimeout(timer)
  },
}
