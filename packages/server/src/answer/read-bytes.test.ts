import { describe, expect, it, vi } from 'vitest'
import { DeadlineError, memoryStore } from '../index.js'
import { createIdempotency } from '../run/create-idempotency.js'
import { requestOf, sessionUser } from '../run/request-fixture.js'
import { readBytes } from './read-bytes.js'

/** A body that is made at once whenever it is asked for, to an end that no test should wait for. */
function ready(piece: Uint8Array, pieces = 200_000) {
  const seen = { pulls: 0, cancelled: undefined as unknown }
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      seen.pulls += 1
      if (seen.pulls > pieces) controller.close()
      else controller.enqueue(piece)
    },
    cancel(reason) {
      seen.cancelled = reason
    },
  })
  return { stream, seen }
}

const pieces = [
  ['one byte', new Uint8Array([7])],
  ['no byte', new Uint8Array(0)],
  ['a thousand bytes', new Uint8Array(1_000)],
] as const

describe.each(pieces)('a body in ready pieces of %s', (_name, piece) => {
  it('yields to other tasks before it is read', async () => {
    const { stream, seen } = ready(piece, 1_000)
    const reading = readBytes(stream, 1e9, new AbortController().signal)
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen.pulls).toBeLessThan(200)
    expect(await reading).toHaveLength(1_000 * piece.length)
  })

  it('is read no further after the abort', async () => {
    const { stream, seen } = ready(piece)
    const stop = new AbortController()
    const reading = readBytes(stream, 1e9, stop.signal)
    await new Promise((resolve) => setImmediate(resolve))
    const reason = new Error('stop')
    stop.abort(reason)
    await expect(reading).rejects.toBe(reason)
    expect(seen.cancelled).toBe(reason)
    expect(seen.pulls).toBeLessThan(400)
  })

  it('ends at the deadline of its handler', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { stream, seen } = ready(piece)
    const errors: unknown[] = []
    const { run } = createIdempotency({
      store: memoryStore(),
      principal: sessionUser,
      deadlineMs: 60_000,
      bodyBytesMax: 1e9,
      waitingBytesMax: 1e9,
      onError: (error) => errors.push(error),
    })
    const handler = () => {
      setImmediate(() => vi.advanceTimersByTime(60_000))
      return new Response(stream)
    }
    const response = await run(requestOf(), handler)
    vi.useRealTimers()
    expect(response.status).toBe(503)
    expect(errors).toEqual([expect.any(DeadlineError)])
    expect(seen.cancelled).toBe(errors[0])
  })
})

it('a body that hangs is released after the abort', async () => {
  const stop = new AbortController()
  const reading = readBytes(new ReadableStream({ pull: () => new Promise(() => {}) }), 10, stop.signal)
  stop.abort(new Error('stop'))
  await expect(reading).rejects.toThrow('stop')
})

it('returns the bytes of a body as they came, and nothing of one that is too long', async () => {
  const whole = new Response(new Uint8Array([1, 2, 3])).body
  expect(await readBytes(whole, 3, new AbortController().signal)).toEqual(new Uint8Array([1, 2, 3]))
  const long = ready(new Uint8Array(2))
  expect(await readBytes(long.stream, 3, new AbortController().signal)).toBeUndefined()
  expect(long.seen.pulls).toBeLessThan(5)
})
