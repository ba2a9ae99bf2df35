import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createPriorityQueue, type PriorityQueue } from './priority-queue.js'

function drain<T>(queue: PriorityQueue<T>): T[] {
  const items: T[] = []
  for (let item = queue.pop(); item !== undefined; item = queue.pop()) items.push(item)
  return items
}

it('returns the smallest rank first, and the earlier of two equal ones', () => {
  const queue = createPriorityQueue<string>()
  for (const [item, rank] of [
    ['b', 2],
    ['a', 1],
    ['B', 2],
    ['A', 1],
  ] as const)
    queue.push(item, rank)
  expect(drain(queue)).toEqual(['a', 'A', 'b', 'B'])
})

it('is empty in the end, and then returns nothing', () => {
  const queue = createPriorityQueue<string>()
  queue.push('a', 1)
  expect(queue.size()).toBe(1)
  expect(drain(queue)).toEqual(['a'])
  expect(queue.size()).toBe(0)
  expect(queue.pop()).toBeUndefined()
})

it('keeps its order when one in the middle is removed', () => {
  const queue = createPriorityQueue<number>()
  for (const item of [1, 10, 2, 11, 12, 3, 4]) queue.push(item, item)
  queue.remove(11)
  expect(drain(queue)).toEqual([1, 2, 3, 4, 10, 12])
})

it('says whether it had the removed item', () => {
  const queue = createPriorityQueue<string>()
  queue.push('a', 1)
  queue.push('c', 2)
  expect([queue.remove('b'), queue.remove('c'), queue.remove('c')]).toEqual([false, true, false])
  expect(drain(queue)).toEqual(['a'])
})

it('returns the rank of the first item, and an infinite one if empty', () => {
  const queue = createPriorityQueue<string>()
  expect(queue.rank()).toBe(Number.POSITIVE_INFINITY)
  for (const rank of [7, 3, 5]) queue.push(`${rank}`, rank)
  expect(queue.rank()).toBe(3)
})

type Step =
  | { readonly type: 'push'; readonly rank: number }
  | { readonly type: 'pop' }
  | { readonly type: 'remove'; readonly which: number }

const rank = fc.integer({ min: 0, max: 20 })
const which = fc.nat(1_000)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('push' as const), rank }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('pop' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('remove' as const), which }) },
)

it('behaves as a list that is sorted each time', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 50, maxLength: 200 }), (steps) => {
      const queue = createPriorityQueue<number>()
      const list: { readonly item: number; readonly rank: number }[] = []
      const sorted = () => [...list].sort((a, b) => a.rank - b.rank || a.item - b.item)
      const drop = (item: number | undefined) => {
        if (item !== undefined)
          list.splice(
            list.findIndex((one) => one.item === item),
            1,
          )
      }
      let pushed = 0
      for (const one of steps) {
        const chosen = 'which' in one ? list[one.which % Math.max(list.length, 1)] : undefined
        if (one.type === 'push') {
          queue.push(pushed, one.rank)
          list.push({ item: pushed++, rank: one.rank })
        } else if (one.type === 'pop') {
          const expected = sorted()[0]?.item
          expect(queue.pop()).toBe(expected)
          drop(expected)
        } else if (chosen !== undefined) {
          queue.remove(chosen.item)
          drop(chosen.item)
        }
        expect(queue.size()).toBe(list.length)
      }
      expect(drain(queue)).toEqual(sorted().map(({ item }) => item))
    }),
    { seed: 4, numRuns: 300 },
  )
})

it('makes a logarithmic number of comparisons', () => {
  let compared = 0
  /** A rank that notices when it is compared. */
  const rankOf = (value: number) => {
    const count = () => {
      compared++
      return value
    }
    return { valueOf: count } as unknown as number
  }
  const queue = createPriorityQueue<number>()
  for (let i = 0; i < 10_000; i++) queue.push(i, rankOf((i * 7_919) % 10_000))
  const cost = (work: () => void) => {
    compared = 0
    work()
    return compared
  }
  const bound = 10 * Math.log2(10_000)
  expect(cost(() => queue.push(10_000, rankOf(-1)))).toBeLessThan(bound)
  expect(cost(() => void queue.remove(5_001))).toBeLessThan(bound)
  expect(cost(() => queue.pop())).toBeLessThan(bound)
})
