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
/** The bounds of a body of ada, in a budget of which somebody else has taken some. */
function boundsOf(bytesMax: number, all = bytesMax, taken = 0) {
  const budget = createByteBudget(all, all)
  const others = budget.open('grace', () => {})
  others.take(taken)
  others.keep()
  return { bytesMax, budget, user: 'ada' }
}
const fits = ({ budget }: ReturnType<typeof boundsOf>, bytes: number) =>
  budget.open('ada', () => {}).fits(bytes)
const joined = (blocks: readonly Uint8Array[]) => Buffer.concat(blocks)

it('returns the bytes as they came, in any pieces, and uses only their own room', async () => {
  const piece = fc.uint8Array({ maxLength: 3_000 })
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 80 }), async (pieces) => {
      const body = await readRequestBody(requestOf(inPieces(pieces)), boundsOf(1e6))
      if (body.kind !== 'read') throw new Error(body.kind)
      expect(joined(body.blocks).equals(joined(pieces))).toBe(true)
      const held = body.blocks.reduce((sum, block) => sum + block.buffer.byteLength, 0)
      expect(held).toBe(joined(pieces).length)
    }),
    { numRuns: 50 },
  )
})

it('stores a body in pieces of one byte in a few blocks', async () => {
  const pieces = Array.from({ length: 20_000 }, (_, index) => new Uint8Array([index % 256]))
  const body = await readRequestBody(requestOf(inPieces(pieces)), boundsOf(1e6))
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
] as const)('returns the budget of a body that is %s', async (_name, sizes, end, kind) => {
  const bounds = boundsOf(1_000, 1_500, 700)
  const pieces = sizes.map((size) => new Uint8Array(size))
  expect((await readRequestBody(requestOf(inPieces(pieces, end)), bounds)).kind).toBe(kind)
  expect([fits(bounds, 800), fits(bounds, 801)]).toEqual([true, false])
})

it.each([
  ['1001', 'tooLarge'],
  ['99999999999999999999', 'tooLarge'],
  ['900', 'overBudget'],
])('refuses a body with a declared length of %s bytes before it reads', async (length, kind) => {
  let isRead = false
  const body = new ReadableStream(
    {
      pull() {
        isRead = true
      },
    },
    { highWaterMark: 0 },
  )
  const read = await readRequestBody(
    requestOf(body, { 'content-length': length }),
    boundsOf(1_000, 1_500, 700),
  )
  expect([read.kind, isRead]).toEqual([kind, false])
})

it.each([
  ['at once', []],
  ['after a piece', [400]],
  ['after pieces far apart', [200, 100, 100]],
])('releases a body that stops arriving %s after 10 seconds, with its budget', async (_name, sizes) => {
  vi.useFakeTimers()
  const bounds = boundsOf(1_000)
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
  const reading = readRequestBody(requestOf(body), bounds).then((read) => (kind = read.kind))
  await vi.advanceTimersByTimeAsync(9_999 * sizes.length + 9_999)
  expect([kind, fits(bounds, 1_000 - taken), fits(bounds, 1_001 - taken)]).toEqual(['', true, false])
  await vi.advanceTimersByTimeAsync(1)
  await reading
  expect([kind, isCancelled, fits(bounds, 1_000), vi.getTimerCount()]).toEqual(['incomplete', true, true, 0])
  vi.useRealTimers()
})

const secondMs = 1_000
/** Sends these many bytes, one number a second. Gives the second at which the body was let go of, or its end. */
async function sendBySeconds(sizes: readonly number[]): Promise<readonly [kind: string, second: number]> {
  vi.useFakeTimers()
  const rest = [...sizes]
  const body = new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, secondMs))
      const size = rest.shift()
      if (size === undefined) controller.close()
      else if (size > 0) controller.enqueue(new Uint8Array(size))
      // A pull that enqueues nothing is not called again.
      else return this.pull?.(controller)
    },
  } as UnderlyingDefaultSource<Uint8Array>)
  let ended: readonly [string, number] | undefined
  const startedAt = performance.now()
  void readRequestBody(requestOf(body), boundsOf(1e8)).then(({ kind }) => {
    ended = [kind, Math.round((performance.now() - startedAt) / secondMs)]
  })
  while (ended === undefined) await vi.advanceTimersByTimeAsync(secondMs)
  vi.useRealTimers()
  return ended
}
const seconds = (count: number, bytes: number) => Array<number>(count).fill(bytes)

it.each([
  ['a byte a second after a megabyte', [1e6, ...seconds(400, 1)], 20],
  [
    'a byte each nine seconds after 50 kB',
    [5e4, ...seconds(100, 0).map((_, i) => (i % 9 === 8 ? 1 : 0))],
    28,
  ],
  ['a kilobyte a second after 15 MB', [1.5e7, ...seconds(400, 1_000)], 20],
  ['a pace that falls to a fiftieth after a minute', [...seconds(60, 50_000), ...seconds(400, 1_000)], 80],
])('releases a body that arrives too slowly: %s', async (_name, sizes, second) => {
  const [kind, at] = await sendBySeconds(sizes)
  expect(kind).toBe('incomplete')
  expect(at).toBeGreaterThan(10)
  expect(at).toBeLessThanOrEqual(second + 1)
})

it.each([
  ['8 MiB at a steady pace in 299 s', seconds(299, 28_100)],
  ['a few bytes a second', seconds(120, 3)],
  ['a byte each nine seconds, from the start', seconds(200, 0).map((_, i) => (i % 9 === 8 ? 1 : 0))],
  ['a body in bursts, eight seconds apart', seconds(200, 0).map((_, i) => (i % 8 === 7 ? 65_536 : 0))],
  ['a line that becomes three times slower', [...seconds(50, 60_000), ...seconds(100, 20_000)]],
])('waits for a slow body that makes progress: %s', async (_name, sizes) => {
  expect(await sendBySeconds(sizes)).toEqual(['read', sizes.length + 1])
})
