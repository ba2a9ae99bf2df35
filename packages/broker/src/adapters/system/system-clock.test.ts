import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from './system-clock.js'

const longMs = 2 ** 31

describe('systemClock', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const fired = (ms: number) => {
    const times: number[] = []
    const begin = Date.now()
    const cancel = systemClock.after(ms, () => times.push(Date.now() - begin))
    return { times, cancel }
  }

  it.each([1, 5_000, longMs - 1, longMs, longMs + 1, 3 * longMs + 17])(
    'calls back once, %i ms from now',
    (ms) => {
      const { times } = fired(ms)
      vi.advanceTimersByTime(ms - 1)
      const early = [...times]
      vi.advanceTimersByTime(2 * longMs)

      expect(early).toEqual([])
      expect(times).toEqual([ms])
    },
  )

  it('calls back as soon as it can for a past time, and never for an infinite one', () => {
    const past = fired(-5)
    const never = fired(Number.POSITIVE_INFINITY)
    vi.advanceTimersByTime(10 * longMs)

    expect(past.times).toEqual([0])
    expect(never.times).toEqual([])
  })

  it.each([10, longMs, longMs + 10])('can be cancelled after %i ms, at any stage', (elapsedMs) => {
    const { times, cancel } = fired(3 * longMs)
    vi.advanceTimersByTime(elapsedMs)
    cancel()
    vi.advanceTimersByTime(4 * longMs)

    expect(times).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})
