// The deadline of a request on a store that does not let go, since its rollback, its commit, or its begin hangs.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { DeadlineError, type IdempotencyStore, type MemoryTransaction, type Settlement } from '../index.js'
import { createGate, requestOf, someKey } from './request-fixture.js'
import { clap, clapThen, problem, problemIn, useMemoryWorld } from './run-fixture.js'

const world = useMemoryWorld()
const { create } = world
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

type Store = IdempotencyStore<MemoryTransaction>
type Step = (isUndone: boolean) => Promise<unknown>
const never = () => new Promise<never>(() => {})
const afterMs = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** A store whose transaction ends only when `ending` has. Until then it holds its turn, and the key of a claim. */
function endingLate(ending: Step): Store {
  const held = async <Result>(work: () => Promise<Result>, isUndone: (result: Result) => boolean) => {
    const result = await work().catch(async (error: unknown) => {
      await ending(true)
      throw error
    })
    await ending(isUndone(result))
    return result
  }
  return {
    ...world.store,
    runOnce: (claim, work) =>
      world.store.runOnce(
        claim,
        (tx) => held<Settlement<never>>(() => work(tx) as never, isReleased) as never,
      ),
    transaction: (work, user, waitMsMax) =>
      world.store.transaction(
        (tx) =>
          held(
            async () => work(tx),
            () => false,
          ),
        user,
        waitMsMax,
      ),
  }
}
const isReleased = ({ kind }: Settlement<unknown>) => kind === 'release'
const whenUndone =
  (ending: () => Promise<unknown>): Step =>
  (isUndone) =>
    isUndone ? ending() : Promise.resolve()

/** The next task comes a millisecond later by the manual clock. */
const taskMs = 1
/** Answers at this deadline, not later. */
async function answerAtDeadline(begun: Promise<Response>, deadlineMs: number) {
  let answeredAtMs: number | undefined
  const startedAt = performance.now()
  void begun.then(() => (answeredAtMs = performance.now() - startedAt))
  await vi.advanceTimersByTimeAsync(deadlineMs - 1)
  expect(answeredAtMs).toBeUndefined()
  await vi.advanceTimersByTimeAsync(1 + taskMs)
  expect(answeredAtMs).toBeDefined()
  return begun
}

const hangs = clapThen(never)
const rollbacks: readonly (readonly [name: string, ending: () => Promise<unknown>])[] = [
  ['hangs for ever', never],
  ['takes 15 s', () => afterMs(15_000)],
  ['rejects after 15 s', () => afterMs(15_000).then(() => Promise.reject(new Error('connection lost')))],
]

it.each(rollbacks)('answers 503 at the deadline when the rollback %s', async (_name, ending) => {
  const { run } = create({ store: endingLate(whenUndone(ending)), key: 'optional' })
  for (const key of [someKey, null]) {
    const response = await answerAtDeadline(run(requestOf({ key }), hangs), 10_000)
    expect(response.headers.get('retry-after')).toBe('10')
    expect(await problemIn(response)).toEqual(problem(503, 'deadline'))
    await vi.advanceTimersByTimeAsync(15_000)
    if (ending === never) return
  }
})

it('keeps the key and the turn until the store has settled, and then has the effect once', async () => {
  const gate = createGate()
  const { run } = create({ store: endingLate(whenUndone(() => gate.opened)) })
  await answerAtDeadline(run(requestOf(), hangs), 10_000)
  expect(await problemIn(await run(requestOf(), clap))).toEqual(problem(409, 'in-progress', 'in-progress'))
  const other = run(requestOf({ user: 'grace' }), clap)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await problemIn(await other)).toEqual(problem(503, 'busy'))
  gate.open()
  await vi.advanceTimersByTimeAsync(taskMs)
  expect((await run(requestOf(), clap)).headers.get('idempotency-status')).toBe('stored')
  expect((await run(requestOf(), clap)).headers.get('idempotency-status')).toBe('replayed')
  expect([await world.claps(), world.errors]).toEqual([1, [new DeadlineError(10_000)]])
})

it('reports a rollback that fails after the answer', async () => {
  const lost = new Error('connection lost')
  const late = whenUndone(() => afterMs(1_000).then(() => Promise.reject(lost)))
  const begun = create({ store: endingLate(late) }).run(requestOf(), hangs)
  await answerAtDeadline(begun, 10_000)
  expect(world.errors).toEqual([new DeadlineError(10_000)])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(world.errors).toEqual([new DeadlineError(10_000), lost])
})

it.each([
  ['throws', () => Promise.reject(new Error('from the handler')), new Error('from the handler')],
  ['answers 500', async () => new Response('no', { status: 500 }), undefined],
])('answers 503 at the deadline when a handler %s and the rollback hangs', async (_name, end, cause) => {
  const { run } = create({ store: endingLate(whenUndone(() => afterMs(12_000))) })
  const response = await answerAtDeadline(run(requestOf(), clapThen(end)), 10_000)
  expect(await problemIn(response)).toEqual(problem(503, 'deadline'))
  await vi.advanceTimersByTimeAsync(12_000)
  expect(world.errors).toEqual([new DeadlineError(10_000, 0, 'undo', cause && { cause })])
  expect(await world.claps()).toBe(0)
})

it('does not claim that a hanging commit had no effect, and answers a repeat', async () => {
  const { run } = create({ store: endingLate(() => afterMs(15_000)) })
  const response = await answerAtDeadline(run(requestOf(), clap), 10_000)
  expect(await problemIn(response)).toEqual(problem(409, 'in-progress', 'in-progress'))
  expect(world.errors).toEqual([new DeadlineError(10_000, 0, 'commit')])
  await vi.advanceTimersByTimeAsync(15_000)
  expect((await run(requestOf(), clap)).headers.get('idempotency-status')).toBe('replayed')
  expect(await world.claps()).toBe(1)
})

it('answers 503 at the deadline when the store never settles, and does nothing when it begins later', async () => {
  const gate = createGate()
  const store: Store = {
    ...world.store,
    runOnce: (claim, work) => gate.opened.then(() => world.store.runOnce(claim, work)),
    transaction: (work) => gate.opened.then(() => world.store.transaction(work)),
  }
  const { run } = create({ store, key: 'optional' })
  for (const key of [someKey, null]) {
    const response = await answerAtDeadline(run(requestOf({ key }), clap), 10_000)
    expect(await problemIn(response)).toEqual(problem(503, 'busy'))
  }
  gate.open()
  await vi.advanceTimersByTimeAsync(taskMs)
  expect([await world.claps(), world.errors]).toEqual([0, []])
})

it.each([
  ['a handler that hangs', hangs, true],
  ['a handler whose client has gone', clap, false],
])('gives the store a signal that aborts at the deadline only: %s', async (_name, handler, aborts) => {
  const signals: (AbortSignal | undefined)[] = []
  const store: Store = {
    ...world.store,
    runOnce: (claim, work) => {
      signals.push(claim.signal)
      return world.store.runOnce(claim, work)
    },
    transaction: (work, user, waitMsMax, signal) => {
      signals.push(signal)
      return world.store.transaction(work, user, waitMsMax)
    },
  }
  const { run } = create({ store, key: 'optional' })
  for (const key of [someKey, null]) {
    const client = new AbortController()
    const begun = run(new Request(requestOf({ key }), { signal: client.signal }), (context) => {
      client.abort()
      return handler(context)
    })
    await vi.advanceTimersByTimeAsync(9_999)
    expect(signals.at(-1)?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await begun
    expect(signals.at(-1)?.aborted).toBe(aborts)
  }
  expect(signals).toHaveLength(2)
})
