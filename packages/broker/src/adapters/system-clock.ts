import type { Clock } from '../core/ports.js'

/** A timer's delay is a signed 32-bit number: a longer one would fire at once. */
const timerMsMax = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(ms, 0), timerMsMax))
    return () => clearTimeout(timer)
  },
}
