// How often the app's reducer runs, by what waits. A tap and an action of another slice must not pay for it.
import { createNextState } from '@reduxjs/toolkit'
import { describe, expect, it, vi } from 'vitest'
import { base, ends, like, noted, pend, restoredEntries, slice, touched } from '../fixtures/posts.fixture.js'
import { itemsVisited } from '../fixtures/visits.fixture.js'
import { optimistic } from './optimistic.js'

const elsewhere = { type: 'clock/ticked' }

/** A slice with so many changes in its view, whose reducer and recipes are counted from now on. */
function waiting(count: number, action = (i: number) => like('a', i)) {
  const inner = vi.fn(slice.reducer)
  const produce = vi.fn(createNextState) as unknown as typeof createNextState
  const reducer = optimistic(inner, {}, { produce, report: () => {} })
  let state = base
  for (let i = 0; i < count; i++) state = reducer(state, pend(`${i}`, action(i)))
  inner.mockClear()
  const after = (next: Parameters<typeof reducer>[1]) => {
    state = reducer(state, next)
    return state
  }
  return { after, calls: () => inner.mock.calls.length, recipes: () => vi.mocked(produce).mock.calls.length }
}

describe.each([0, 1_000, 10_000])('with %i changes that wait', (count) => {
  it('a tap runs the reducer once, in no recipe of the broker', () => {
    const { after, calls, recipes } = waiting(count)

    after(pend('tap', like('b')))

    expect([calls(), recipes()]).toEqual([1, 0])
  })

  it('a tap goes through none of them', () => {
    const { after } = waiting(count)

    expect(itemsVisited(() => after(pend('tap', like('b'))))).toBeLessThan(50)
  })

  it('an action that changes nothing here runs the reducer for the view and for the confirmed state', () => {
    const { after, calls } = waiting(count)

    expect(itemsVisited(() => after(elsewhere))).toBeLessThan(20)
    expect(calls()).toBe(count === 0 ? 1 : 2)
  })

  it('an action that changes nothing here runs it once, where no pending action has changed the slice', () => {
    const { after, calls } = waiting(count, () => touched())

    after(elsewhere)

    expect(calls()).toBe(1)
  })

  it('an action of its own adds one step, and replays none', () => {
    const { after, calls } = waiting(count)

    expect(itemsVisited(() => after(noted('here')))).toBeLessThan(50)
    expect(calls()).toBe(1)
  })

  it('entries of another tab go on top of the view: the reducer runs for them alone', () => {
    const { after, calls, recipes } = waiting(count)

    after(restoredEntries({ x: like('b'), y: like('b') }, false))

    expect([calls(), recipes()]).toEqual([2, 1])
  })

  it('the outcomes of a frame replay the rest once, in one recipe', () => {
    const { after, calls, recipes } = waiting(count + 3)

    after(ends('cancelled', '0', { more: true }))
    after(ends('cancelled', '1', { more: true }))
    const before = [calls(), recipes()]
    after(ends('cancelled', '2'))

    expect(before).toEqual([2, 0])
    expect([calls(), recipes()]).toEqual([3 + count, count === 0 ? 0 : 1])
  })
})

describe('entries of another tab', () => {
  it('are all shown, and the newest of them is not the one that a refusal here takes back', () => {
    const { after } = waiting(1)
    after(restoredEntries({ x: like('b'), y: like('b') }, true))

    expect(after(ends('notAccepted', 'y')).likes).toEqual({ a: 10, b: 21 })
  })

  it('that a slice is shown again are all there after a refusal of the last', () => {
    const { after } = waiting(0)
    after(restoredEntries({ x: like('b'), y: like('b') }, true))

    expect(after(ends('notAccepted', 'y')).likes).toEqual({ a: 10, b: 21 })
  })
})
