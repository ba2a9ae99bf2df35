import { expect, it } from 'vitest'
import { systemClock } from './system-clock.js'

it.each([2 ** 31, 2 ** 32, 2 ** 53])(
  'does not call back at once for %i ms, as a bare timer does',
  async (ms) => {
    let isEarly = false
    const cancel = systemClock.after(ms, () => {
      isEarly = true
    })
    await new Promise((fired) => setTimeout(fired, ms))

    expect(isEarly).toBe(false)
    cancel()
  },
)
