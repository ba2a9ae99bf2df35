// A principal that hangs, or a look-up, keeps nobody waiting past the deadline.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { DeadlineError, type IdempotencyStore, type MemoryTransaction } from '../index.js'
import { requestOf, someKey } from './request-fixture.js'
import { clap, problem, problemIn, useMemoryWorld } from './run-fixture.js'

const world = useMemoryWorld()
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const later = (end: (resolve: (user: string) => void, reject: (error: Error) => void) => void) => () =>
  new Promise<string>((resolve, reject) => setTimeout(() => end(resolve, reject), 60_000))
const hanging: readonly (readonly [name: string, principal: () => Promise<string>])[] = [
  ['never ends', () => new Promise(() => {})],
  ['tells the user long after', later((resolve) => resolve('ada'))],
  ['rejects long after', later((_, reject) => reject(new Error('late')))],
  ['has gone on for a while and hangs then', () => Promise.resolve().then(() => new Promise(() => {}))],
]

it.each(hanging)(
  'answers 503 at the deadline, reports once and has no effect, if principal %s',
  async (_name, principal) => {
    const { run, status } = world.create({ principal, deadlineMs: 2_500, key: 'optional' })
    const asked = [
      run(requestOf(), clap),
      run(requestOf({ key: null }), clap),
      status(requestOf({ key: null }), someKey),
    ]
    await vi.advanceTimersByTimeAsync(2_499)
    expect(world.errors).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    for (const answer of asked) {
      const response = await answer
      expect(response.headers.get('retry-after')).toBe('3')
      expect((await problemIn(response)).type).toBe(problem(503, 'deadline').type)
    }
    await vi.advanceTimersByTimeAsync(120_000)
    expect(world.errors).toEqual(Array(3).fill(new DeadlineError(2_500, 0, 'principal')))
    expect([await world.claps(), vi.getTimerCount()]).toEqual([0, 0])
  },
)

it.each([
  ['never ends', () => new Promise<never>(() => {})],
  ['finds it long after', later((resolve) => resolve('')) as never],
  ['rejects long after', later((_, reject) => reject(new Error('late'))) as never],
] as readonly (readonly [string, IdempotencyStore<MemoryTransaction>['find']])[])(
  'answers a status query 503 at the deadline if the look-up %s',
  async (_name, find) => {
    const { status } = world.create({ store: { ...world.store, find } })
    const asked = status(requestOf({ key: null }), someKey)
    await vi.advanceTimersByTimeAsync(10_000)
    expect((await problemIn(await asked)).type).toBe(problem(503, 'deadline').type)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(world.errors).toEqual([new DeadlineError(10_000, 0, 'find')])
  },
)

it('waits for a principal that answers late, but before the deadline', async () => {
  const principal = () => new Promise<string>((resolve) => setTimeout(resolve, 9_999, 'ada'))
  const begun = world.create({ principal }).run(requestOf(), clap)
  await vi.advanceTimersByTimeAsync(9_999)
  expect([(await begun).status, await world.claps(), vi.getTimerCount()]).toEqual([201, 1, 0])
})
