import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startPurgeTimer } from './purge-timer.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const done = { entombed: 0, removed: 0 }

test('purges every minute, one at a time, until it is stopped', async () => {
  let finish = () => {}
  const purge = vi.fn(() => new Promise<typeof done>((resolve) => (finish = () => resolve(done))))
  const timer = startPurgeTimer({ purge }, 60_000)

  await vi.advanceTimersByTimeAsync(59_999)
  expect(purge).toHaveBeenCalledTimes(0)
  await vi.advanceTimersByTimeAsync(60_001)
  expect(purge).toHaveBeenCalledTimes(1)
  finish()
  await vi.advanceTimersByTimeAsync(0)
  expect(purge).toHaveBeenCalledTimes(2)

  const stopped = timer.stop().then(() => 'stopped')
  await vi.advanceTimersByTimeAsync(600_000)
  expect(await Promise.race([stopped, 'a purge is at work'])).toBe('a purge is at work')
  finish()
  expect(await stopped).toBe('stopped')
  expect(purge).toHaveBeenCalledTimes(2)
})

test('reports a purge that fails, and purges again', async () => {
  const reported = vi.spyOn(console, 'error').mockImplementation(() => {})
  const purge = vi.fn().mockRejectedValueOnce(new Error('busy')).mockResolvedValue(done)
  const timer = startPurgeTimer({ purge }, 60_000)

  await vi.advanceTimersByTimeAsync(120_000)

  expect(reported.mock.calls).toEqual([[new Error('busy')]])
  expect(purge).toHaveBeenCalledTimes(2)
  await timer.stop()
})
