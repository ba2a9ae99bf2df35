import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { StoreBusyError } from '../store/store.js'
import { createTurns, type Turns } from './turns.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** The next task comes a millisecond later by the manual clock. */
const taskMs = 1
const work = (ms: number) => () => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** The end of a turn, and when it came. */
interface Ended {
  readonly user: string
  readonly atMs: number
  readonly how: 'done' | StoreBusyError
}

/** Takes turns and writes down how they ended. */
function watch(turns: Turns) {
  const startedAt = performance.now()
  const ended: Ended[] = []
  const note = (user: string, how: Ended['how']) => {
    ended.push({ user, atMs: Math.round(performance.now() - startedAt), how })
  }
  return {
    ended,
    take: (user: string, ms: number) =>
      void turns.take(work(ms), { user }).then(
        () => note(user, 'done'),
        (error) => note(user, error as StoreBusyError),
      ),
    done: () => ended.filter(({ how }) => how === 'done'),
    refused: () => ended.filter(({ how }) => how !== 'done'),
  }
}

it.each([1, 10, 50, 200])('runs one work at a time, in turns of %i ms, and serves all', async (ms) => {
  const { take, done, refused } = watch(createTurns(5_000))
  for (let index = 0; index < 20; index += 1) take(`user ${index}`, ms)
  await vi.advanceTimersByTimeAsync(20 * (ms + taskMs))
  const ends = Array.from({ length: 20 }, (_, index) => ms + index * (ms + taskMs))
  expect(done().map(({ atMs }) => atMs)).toEqual(ends)
  expect(refused()).toEqual([])
})

it('does not let a hundred works of one user delay one of another', async () => {
  const { take, done } = watch(createTurns(60_000))
  for (let index = 0; index < 100; index += 1) take('ada', 50)
  take('grace', 50)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(done().findIndex(({ user }) => user === 'grace')).toBeLessThanOrEqual(2)
  expect(done()).toHaveLength(101)
})

it.each([
  [200, 50],
  [500, 50],
  [60, 200],
  [400, 20],
])(
  'refuses of %i in turns of %i ms those that come too late, as soon as the pace is known',
  async (count, ms) => {
    const waitMs = 5_000
    const { take, done, refused } = watch(createTurns(waitMs))
    for (let index = 0; index < count; index += 1) take(`user ${index}`, ms)
    await vi.advanceTimersByTimeAsync(4 * ms)
    const promptly = refused().length
    for (const { how, atMs } of refused()) {
      expect(atMs).toBeLessThanOrEqual(4 * ms)
      expect(atMs + (how as StoreBusyError).retryAfterMs).toBeGreaterThanOrEqual(waitMs - ms)
    }
    await vi.advanceTimersByTimeAsync(60_000)
    // Some had waited while the pace was not known.
    expect(refused().length - promptly).toBeLessThanOrEqual(4)
    for (const { atMs } of refused()) expect(atMs).toBeLessThanOrEqual(waitMs)
    expect(done().length).toBeGreaterThanOrEqual(Math.floor(waitMs / (ms + taskMs)))
    expect(done().length + refused().length).toBe(count)
  },
)

it('refuses works of a user with a hundred, not of one with one, when there is no time for all', async () => {
  const { take, refused } = watch(createTurns(1_000))
  for (let index = 0; index < 100; index += 1) take('ada', 50)
  for (const user of ['grace', 'linus', 'barbara']) take(user, 50)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(refused().length).toBeGreaterThan(60)
  expect(new Set(refused().map(({ user }) => user))).toEqual(new Set(['ada']))
})

it('lets no work wait longer than its limit behind endless work', async () => {
  const { take, refused } = watch(createTurns(2_000))
  take('hanging', 1_000_000)
  for (let index = 0; index < 100; index += 1) take(`user ${index}`, 1)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(refused()).toHaveLength(100)
  take('late', 1)
  await vi.advanceTimersByTimeAsync(0)
  expect(refused().at(-1)).toMatchObject({ user: 'late', atMs: 2_000, how: { retryAfterMs: 2_000 } })
})

it.each([5_010, 7_500, 9_999])(
  'lets work wait that asks after %i ms, behind work that hangs and is over at 10 s',
  async (askedAtMs) => {
    const turns = createTurns(5_000)
    const { take, ended } = watch(turns)
    void turns.take(work(10_000), { endsInMsMax: 10_000 })
    await vi.advanceTimersByTimeAsync(askedAtMs)
    take('ada', 1)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(ended).toEqual([{ user: 'ada', atMs: 10_001 + taskMs, how: 'done' }])
  },
)

it.each([0, 1, 300, 1_999])('lets work wait for %i ms, if that is its own limit', async (waitMsMax) => {
  const turns = createTurns(2_000)
  const { take, ended } = watch(turns)
  take('hanging', 1_000_000)
  take('all', 1)
  const startedAt = performance.now()
  const own = turns.take(work(1), { waitMsMax }).catch((error) => [error, performance.now() - startedAt])
  await vi.advanceTimersByTimeAsync(waitMsMax)
  expect(await own).toEqual([expect.any(StoreBusyError), waitMsMax])
  expect(ended).toEqual([])
})

it.each([
  [40, 3],
  [30, 20],
])(
  'refuses at once of %i those whose own limit of 100 ms is too short for turns of %i ms',
  async (count, ms) => {
    const turns = createTurns(5_000)
    const outcomes: [how: string, atMs: number][] = []
    for (let index = 0; index < count; index += 1) {
      const note = (how: string) => outcomes.push([how, performance.now() - startedAt])
      const turn = turns.take(work(ms), { user: `user ${index}`, waitMsMax: 100 })
      void turn.then(
        () => note('done'),
        () => note('refused'),
      )
    }
    const startedAt = performance.now()
    await vi.advanceTimersByTimeAsync(1_000)
    const refused = outcomes.filter(([how]) => how === 'refused')
    expect(outcomes).toHaveLength(count)
    expect(refused.length).toBeGreaterThan(0)
    for (const [, atMs] of refused) expect(atMs).toBeLessThanOrEqual(4 * ms)
  },
)

it('frees the thread between two turns, even if none of them awaits', async () => {
  const turns = createTurns(5_000)
  const order: string[] = []
  void turns.take(work(10))
  for (const user of ['ada', 'grace', 'linus']) {
    void turns.take(async () => {
      order.push(user)
      setImmediate(() => order.push('other work'))
    })
  }
  await vi.advanceTimersByTimeAsync(100)
  expect(order).toEqual(['ada', 'other work', 'grace', 'other work', 'linus', 'other work'])
})

it('does not change its pace after one slow turn', async () => {
  const { take, done, refused } = watch(createTurns(5_000))
  for (let index = 0; index < 10; index += 1) take('ada', 1)
  take('slow', 4_000)
  await vi.advanceTimersByTimeAsync(4_100)
  for (let index = 0; index < 100; index += 1) take('ada', 1)
  await vi.advanceTimersByTimeAsync(1_000)
  expect([done().length, refused().length]).toEqual([111, 0])
})

it('goes on after work that throws at once, and never waits with a limit of 0', async () => {
  const turns = createTurns(0)
  const fails = turns.take(() => {
    throw new Error('at once')
  })
  await expect(fails).rejects.toThrow('at once')
  const held = turns.take(work(10))
  await expect(turns.take(work(1))).rejects.toBeInstanceOf(StoreBusyError)
  await vi.advanceTimersByTimeAsync(10)
  await held
  expect(await turns.take(async () => 7)).toBe(7)
})
