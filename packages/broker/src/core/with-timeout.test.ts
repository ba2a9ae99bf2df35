import { describe, expect, it } from 'vitest'
import { manualClock } from '../testing/manual-clock.js'
import { withTimeout } from './with-timeout.js'

const never = new Promise<string>(() => {})

describe('work with a timeout', () => {
  it('returns its result, and leaves no timer behind', async () => {
    const timers = new Set<() => void>()
    const after = (_ms: number, callback: () => void) => {
      timers.add(callback)
      return () => void timers.delete(callback)
    }

    expect(await withTimeout({ after }, 10, Promise.resolve('a'), () => 'late')).toBe('a')
    await Promise.resolve()
    expect(timers.size).toBe(0)
  })

  it('fails as the work fails', async () => {
    const failing = withTimeout(manualClock(), 10, Promise.reject(new Error('no')), () => 'late')

    await expect(failing).rejects.toThrow('no')
  })

  it('returns another value at the end of the time, and not before', async () => {
    const clock = manualClock()
    const given: string[] = []
    void withTimeout(clock, 10, never, () => 'late').then((one) => given.push(one))
    await clock.advance(9)
    expect(given).toEqual([])
    await clock.advance(1)

    expect(given).toEqual(['late'])
  })

  it('or fails at the end of the time', async () => {
    const clock = manualClock()
    const late = withTimeout(clock, 10, never, () => Promise.reject(new Error('late')))
    const failed = expect(late).rejects.toThrow('late')
    await clock.advance(10)

    await failed
  })
})
