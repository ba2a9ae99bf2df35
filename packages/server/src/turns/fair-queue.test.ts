import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createFairQueue } from './fair-queue.js'

function queueOf(...waiting: readonly string[]) {
  const queue = createFairQueue<string>()
  for (const item of waiting) queue.add(item.slice(0, 1), item)
  return queue
}
const all = (queue: ReturnType<typeof queueOf>) => Array.from({ length: queue.size }, () => queue.next())

it('serves users in turn, each in the order of asking', () => {
  expect(all(queueOf('a1', 'a2', 'a3', 'b1', 'c1', 'b2'))).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
  expect(all(queueOf('a1', 'a2', 'a3'))).toEqual(['a1', 'a2', 'a3'])
  expect(queueOf().next()).toBeUndefined()
})

it('puts a user who comes back behind waiting users', () => {
  const queue = queueOf('a1', 'b1')
  queue.next()
  queue.add('a', 'a2')
  expect(all(queue)).toEqual(['b1', 'a2'])
})

it('drops the newest item of the user with the most items, and of the latest user among equals', () => {
  const queue = queueOf('b1', 'a1', 'a2', 'a3', 'c1')
  expect([1, 2, 3, 4, 5, 6].map(() => queue.dropNewest())).toEqual(['a3', 'a2', 'c1', 'a1', 'b1', undefined])
  expect(queue.size).toBe(0)
})

it('removes one item from the middle, once', () => {
  const queue = queueOf('a1', 'a2', 'b1')
  expect([queue.remove('a', 'a1'), queue.remove('a', 'a1'), queue.remove('c', 'c1')]).toEqual([
    true,
    false,
    false,
  ])
  expect(all(queue)).toEqual(['a2', 'b1'])
})

it('returns each item once, in any order of additions and removals', () => {
  const user = fc.constantFrom('a', 'b', 'c')
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), user }),
    fc.constant({ kind: 'next' as const }),
    fc.constant({ kind: 'drop' as const }),
    fc.record({ kind: fc.constant('remove' as const), user, index: fc.nat(20) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = createFairQueue<string>()
      const waiting = new Set<string>()
      for (const [index, step] of steps.entries()) {
        if (step.kind === 'add') {
          queue.add(step.user, `${step.user}${index}`)
          waiting.add(`${step.user}${index}`)
        } else if (step.kind === 'remove') {
          const item = `${step.user}${step.index}`
          expect(queue.remove(step.user, item)).toBe(waiting.delete(item))
        } else {
          const item = step.kind === 'next' ? queue.next() : queue.dropNewest()
          expect(item === undefined ? waiting.size === 0 : waiting.delete(item)).toBe(true)
        }
        expect(queue.size).toBe(waiting.size)
      }
    }),
  )
})
