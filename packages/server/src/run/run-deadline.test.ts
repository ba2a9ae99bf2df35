import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { DeadlineError, type Handler, type HandlerContext, type MemoryTransaction } from '../index.js'
import { createGate, requestOf, someKey } from './request-fixture.js'
import { clap, clapsOf, problem, problemIn, useMemoryWorld } from './run-fixture.js'

const world = useMemoryWorld()
const { create } = world
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

type Hanging = readonly [name: string, handler: Handler<MemoryTransaction>]

const never = () => new Promise<never>(() => {})
const clapAndNever = async (context: HandlerContext<MemoryTransaction>) => {
  await clap(context)
  return never()
}
const hanging: readonly Hanging[] = [
  ['awaits for ever', never],
  ['writes and awaits for ever', clapAndNever],
  ['answers with a body without an end', () => new Response(new ReadableStream({ pull: never }))],
  ['reads its request and awaits for ever', ({ request }) => request.text().then(never)],
  ['rejects long after', () => new Promise((_, reject) => setTimeout(reject, 60_000, new Error('late')))],
  ['answers long after', () => new Promise((resolve) => setTimeout(resolve, 60_000, new Response('late')))],
  [
    'throws when it is told to stop',
    ({ signal }) => new Promise((_, reject) => (signal.onabort = () => reject(signal.reason))),
  ],
]

it.each(hanging)(
  'answers 503 at the deadline, frees turn and key, and reports once: a handler that %s',
  async (_name, handler) => {
    const { run } = create({ deadlineMs: 2_500 })
    const begun = run(requestOf(), handler)
    await vi.advanceTimersByTimeAsync(2_499)
    const beside = run(requestOf({ user: 'grace' }), clap)
    await vi.advanceTimersByTimeAsync(1)
    const response = await begun
    await vi.advanceTimersByTimeAsync(1)
    expect(response.headers.get('retry-after')).toBe('3')
    expect(await problemIn(response)).toEqual(problem(503, 'deadline'))
    expect((await beside).status).toBe(201)
    const repeat = await run(requestOf(), clap)
    expect(repeat.headers.get('idempotency-status')).toBe('stored')
    expect(await world.claps()).toBe(2)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(world.errors).toEqual([new DeadlineError(2_500)])
    expect(await world.claps()).toBe(2)
  },
)

const afterMs = <Result>(ms: number, then: () => Promise<Result>) =>
  new Promise<void>((resolve) => setTimeout(resolve, ms)).then(then)

it('refuses writes of a handler after its deadline', async () => {
  const { run } = create({ deadlineMs: 1_000 })
  const refused: unknown[] = []
  const begun = run(requestOf(), async ({ tx }) => {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 300))
      try {
        tx.set('claps', clapsOf(tx) + 1)
      } catch (error) {
        refused.push(error)
      }
      if (refused.length === 3) return new Response('late')
    }
  })
  await vi.advanceTimersByTimeAsync(10_000)
  expect((await begun).status).toBe(503)
  expect(refused.map(String)).toEqual(Array(3).fill(expect.stringContaining('this transaction is over')))
  expect(await world.claps()).toBe(0)
})

it('has the same deadline without a key', async () => {
  const { run } = create({ key: 'optional', deadlineMs: 50 })
  const begun = run(requestOf({ key: null }), clapAndNever)
  await vi.advanceTimersByTimeAsync(50)
  expect((await begun).status).toBe(503)
  expect(await world.claps()).toBe(0)
})

it.each([
  [1, 9_999],
  [4_000, 6_000],
  [4_999, 5_001],
])(
  'is ten seconds unless told otherwise, of which %i ms were the wait for a turn',
  async (waitedMs, leftMs) => {
    const { run } = create()
    const gate = createGate()
    const before = run(requestOf({ user: 'grace' }), () => gate.opened.then(() => new Response()))
    const begun = run(requestOf(), never)
    await vi.advanceTimersByTimeAsync(waitedMs)
    gate.open()
    await before
    await vi.advanceTimersByTimeAsync(leftMs - 1)
    expect(world.errors).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect((await begun).status).toBe(503)
    expect(world.errors).toEqual([new DeadlineError(10_000, waitedMs)])
  },
)

it('does not call a handler whose turn came after the deadline', async () => {
  const late: typeof world.store = {
    ...world.store,
    runOnce: (claim, work) => afterMs(1_000, () => world.store.runOnce(claim, work)),
    transaction: (work) => afterMs(1_000, () => world.store.transaction(work)),
  }
  const { run } = create({ store: late, deadlineMs: 1_000, key: 'optional' })
  for (const key of [someKey, null]) {
    const begun = run(requestOf({ key }), clap)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await problemIn(await begun)).toMatchObject({ status: 503, type: 'urn:redux-broker:problem:busy' })
  }
  expect([await world.claps(), world.errors]).toEqual([0, []])
})

it('tells the handler that its client has gone, and reports no error if that ended it', async () => {
  const client = new AbortController()
  const gate = createGate()
  const handler = async ({ signal, request }: HandlerContext<MemoryTransaction>) => {
    gate.open()
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    expect(request.signal.aborted).toBe(true)
    throw signal.reason
  }
  const { headers } = requestOf()
  const request = new Request('http://localhost/claps', { method: 'POST', headers, signal: client.signal })
  const begun = create().run(request, handler)
  await gate.opened
  client.abort()
  expect((await begun).status).toBe(500)
  expect(world.errors).toEqual([])
})

it('lets a handler finish whose client has gone, and keeps its work', async () => {
  const client = new AbortController()
  const { headers } = requestOf()
  const request = new Request('http://localhost/claps', { method: 'POST', headers, signal: client.signal })
  const response = await create().run(request, (context) => {
    client.abort()
    return clap(context)
  })
  expect(response.headers.get('idempotency-status')).toBe('stored')
  expect(await world.claps()).toBe(1)
})

it('clears the timer of a deadline that was met', async () => {
  await create().run(requestOf({ key: `${someKey}-2` }), clap)
  expect(vi.getTimerCount()).toBe(0)
})
