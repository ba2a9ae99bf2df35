import { describe, expect, it } from 'vitest'
import { type ManualClock, manualClock } from '../../testing/manual-clock.js'
import { answeringMs, freshMs } from '../limits.js'
import { createReachability, type Reachability } from './reachability.js'

const origin = 'https://api.example'
const url = `${origin}/posts?page=2`

interface Realm {
  readonly clock: ManualClock
  readonly reachability: Reachability
  setOnline(online: boolean): void
  /** A request that took 100 ms. */
  ended(status: number | undefined, of?: string): Promise<void>
}

function realm(): Realm {
  const clock = manualClock()
  let isOnline = true
  const reachability = createReachability(clock, () => isOnline)
  return {
    clock,
    reachability,
    setOnline(online) {
      isOnline = online
    },
    async ended(status, of = url) {
      const sentAt = clock.monotonic()
      await clock.advance(100)
      reachability.note(of, sentAt, status)
    },
  }
}

describe('an answer vouches for its origin', () => {
  it.each([200, 204, 304, 401, 404, 405, 422, 429, 500, 0])('whatever its status: %i', async (status) => {
    const { reachability, ended } = realm()

    expect(reachability.isFresh(origin)).toBe(false)
    await ended(status)

    expect(reachability.isFresh(origin)).toBe(true)
  })

  it.each([502, 503, 504, 511])(
    'except a gateway’s status that no server is behind it: %i',
    async (status) => {
      const { reachability, ended } = realm()

      await ended(200)
      await ended(status)

      expect(reachability.isFresh(origin)).toBe(false)
      expect(reachability.isDoubtful(origin)).toBe(true)
    },
  )

  it('for that origin only, and for 5 s', async () => {
    const { clock, reachability, ended } = realm()

    await ended(200)
    await clock.advance(freshMs)
    expect(reachability.isFresh(origin)).toBe(true)
    expect(reachability.isFresh('https://other.example')).toBe(false)

    await clock.advance(1)
    expect(reachability.isFresh(origin)).toBe(false)
  })

  it('until a request fails, and after that only by a request that was sent later', async () => {
    const { clock, reachability, ended } = realm()
    const early = clock.monotonic()

    await ended(200)
    await ended(undefined)
    expect(reachability.isFresh(origin)).toBe(false)
    reachability.note(url, early, 200)
    expect(reachability.isFresh(origin)).toBe(false)

    await ended(200)
    expect(reachability.isFresh(origin)).toBe(true)
  })

  it('until the network changes', async () => {
    const { clock, reachability, ended } = realm()

    await ended(200)
    await clock.advance(1)
    reachability.disturb()
    expect(reachability.isFresh(origin)).toBe(false)

    await ended(200)
    expect(reachability.isFresh(origin)).toBe(true)
  })

  it.each([60_000, -60_000, 3_600_000])(
    'not if wall time and monotonic time differ by %i ms, since the device slept',
    async (ms) => {
      const { clock, reachability, ended } = realm()

      await ended(200)
      clock.jump(ms)

      expect(reachability.isFresh(origin)).toBe(false)
    },
  )

  it('not if the browser has switched between online and offline', async () => {
    const { reachability, ended, setOnline } = realm()

    await ended(200)
    setOnline(false)
    expect(reachability.isFresh(origin)).toBe(false)
    await ended(200)
    expect(reachability.isFresh(origin)).toBe(true)
    setOnline(true)
    expect(reachability.isFresh(origin)).toBe(false)
  })
})

it('counts a late report of an answer from the time of the answer', async () => {
  const { clock, reachability } = realm()
  await clock.advance(10_000)

  reachability.note(url, 1_000, 200, 2_000)

  expect(reachability.isFresh(origin)).toBe(false)
  expect(clock.now() - reachability.answeredAt(origin)).toBe(8_000)
})

it('doubts an origin whose last request failed, and all origins if the browser says offline', async () => {
  const { reachability, ended, setOnline } = realm()

  expect(reachability.isDoubtful(origin)).toBe(false)
  await ended(undefined)
  expect(reachability.isDoubtful(origin)).toBe(true)
  await ended(503)
  expect(reachability.isDoubtful(origin)).toBe(true)
  await ended(404)
  expect(reachability.isDoubtful(origin)).toBe(false)
  setOnline(false)
  expect(reachability.isDoubtful(origin)).toBe(true)
})

it('reports every answer until it is stopped, and knows the last one of all origins', async () => {
  const { clock, reachability, ended } = realm()
  const heard: string[] = []

  expect(reachability.answeredAt()).toBe(Number.NEGATIVE_INFINITY)
  const stop = reachability.listen((one) => heard.push(one))
  await ended(200)
  await ended(undefined)
  await ended(500, 'https://other.example/')
  stop()
  await ended(200)

  expect(heard).toEqual([origin, 'https://other.example'])
  expect(reachability.answeredAt()).toBe(clock.now())
  expect(reachability.answeredAt('https://other.example')).toBe(clock.now() - 100)
})

describe('an origin is answering', () => {
  const other = 'https://other.example'

  it('for 35 s after an answer, whatever happens to other origins', async () => {
    const { clock, reachability, ended } = realm()
    expect(reachability.isAnswering([])).toBe(false)

    await ended(200)
    for (let i = 0; i < 3; i++) await ended(undefined, other)
    await clock.advance(answeringMs - 301)
    expect(reachability.isAnswering([other])).toBe(true)
    await clock.advance(1)
    expect(reachability.isAnswering([other])).toBe(false)
  })

  it.each([undefined, 502, 503, 504, 511])('not if its own latest request ended with %s', async (status) => {
    const { reachability, ended } = realm()

    await ended(200)
    await ended(status)
    expect(reachability.isAnswering([])).toBe(false)
    await ended(404)
    expect(reachability.isAnswering([])).toBe(true)
  })

  it('not if it is excluded, or if the browser has switched between online and offline', async () => {
    const { reachability, ended, setOnline } = realm()

    await ended(200)
    expect(reachability.isAnswering([other])).toBe(true)
    expect(reachability.isAnswering([other, origin])).toBe(false)
    setOnline(false)
    expect(reachability.isAnswering([])).toBe(false)
  })
})
