import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { createByteBudget } from './byte-budget.js'
import { readRequestBody } from './request-body.js'

const url = 'http://localhost/photos'
const inPieces = (pieces: readonly Uint8Array[], end?: Error) => {
  const rest = [...pieces]
  return new ReadableStream({
    pull(controller) {
      const piece = rest.shift()
      if (piece !== undefined) controller.enqueue(piece)
      else if (end !== undefined) controller.error(end)
      else controller.close()
    },
  })
}
const requestOf = (body: BodyInit | null, headers: Record<string, string> = {}) =>
  new Request(url, { method: 'POST', body, headers, duplex: 'half' } as RequestInit)
const joined = (blocks: readonly Uint8Array[]) => Buffer.concat(blocks)

it('gives the bytes as they came, in whichever pieces, and takes their own room alone', async () => {
  const piece = fc.uint8Array({ maxLength: 3_000 })
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 80 }), async (pieces) => {
      const body = await readRequestBody(requestOf(inPieces(pieces)), 1e6, createByteBudget(1e6))
      if (body.kind !== 'read') throw new Error(body.kind)
      expect(joined(body.blocks).equals(joined(pieces))).toBe(true)
      const held = body.blocks.reduce((sum, block) => sum + block.buffer.byteLength, 0)
      expect(held).toBe(joined(pieces).length)
    }),
    { numRuns: 50 },
  )
})

it('holds a body in pieces of one byte in a few blocks', async () => {
  const pieces = Array.from({ length: 20_000 }, (_, index) => new Uint8Array([index % 256]))
  const body = await readRequestBody(requestOf(inPieces(pieces)), 1e6, createByteBudget(1e6))
  if (body.kind !== 'read') throw new Error(body.kind)
  expect(joined(body.blocks).equals(joined(pieces))).toBe(true)
  expect(body.blocks.length).toBeLessThan(25)
})

it.each([
  ['too large', [500, 501], undefined, 'tooLarge'],
  ['too large in one piece', [1_001], undefined, 'tooLarge'],
  ['over the budget', [900], undefined, 'overBudget'],
  ['broken off', [10, 20], new Error('cut'), 'incomplete'],
  ['broken off at once', [], new Error('cut'), 'incomplete'],
] as const)('gives back what a body took that is %s', async (_name, sizes, end, kind) => {
  const budget = createByteBudget(1_500)
  budget.take(700)
  const pieces = sizes.map((size) => new Uint8Array(size))
  expect((await readRequestBody(requestOf(inPieces(pieces, end)), 1_000, budget)).kind).toBe(kind)
  expect([budget.fits(800), budget.fits(801)]).toEqual([true, false])
})

it.each([
  ['1001', 'tooLarge'],
  ['99999999999999999999', 'tooLarge'],
  ['900', 'overBudget'],
])('refuses before it reads what says that it has %s bytes', async (length, kind) => {
  const budget = createByteBudget(1_500)
  budget.take(700)
  let isRead = false
  const body = new ReadableStream(
    {
      pull() {
        isRead = true
      },
    },
    { highWaterMark: 0 },
  )
  const read = await readRequestBody(requestOf(body, { 'content-length': length }), 1_000, budget)
  expect([read.kind, isRead]).toEqual([kind, false])
})

it.each([
  ['at once', []],
  ['after a piece', [400]],
  ['after pieces far apart', [200, 100, 100]],
])(
  'lets go of a body that stops arriving %s, after 10 seconds, with all that it took',
  async (_name, sizes) => {
    vi.useFakeTimers()
    const budget = createByteBudget(1_000)
    const rest = [...sizes]
    let isCancelled = false
    const body = new ReadableStream({
      async pull(controller) {
        const size = rest.shift()
        if (size === undefined) return new Promise(() => {})
        await new Promise((resolve) => setTimeout(resolve, 9_999))
        controller.enqueue(new Uint8Array(size))
      },
      cancel() {
        isCancelled = true
      },
    })
    const taken = sizes.reduce((sum, size) => sum + size, 0)
    let kind = ''
    const reading = readRequestBody(requestOf(body), 1_000, budget).then((read) => (kind = read.kind))
    await vi.advanceTimersByTimeAsync(9_999 * sizes.length + 9_999)
    expect([kind, budget.fits(1_000 - taken), budget.fits(1_001 - taken)]).toEqual(['', true, false])
    await vi.advanceTimersByTimeAsync(1)
    await reading
    expect([kind, isCancelled, budget.fits(1_000), vi.getTimerCount()]).toEqual(['incomplete', true, true, 0])
    vi.useRealTimers()
  },
)
