import { describe, expect, it } from 'vitest'
import { itemsVisited } from './fixtures/visits.fixture.js'
import { growingList, itemsOf, lastOf, withAdded } from './growing-list.js'

describe('a growing list', () => {
  it('keeps its items when a later one grows out of it', () => {
    const first = growingList(['a'])
    const second = withAdded(first, 'b', 'c')

    expect([itemsOf(first), itemsOf(second)]).toEqual([['a'], ['a', 'b', 'c']])
    expect([lastOf(first), lastOf(second), lastOf(growingList([]))]).toEqual(['a', 'c', undefined])
  })

  it('keeps two that grow out of the same one apart', () => {
    const first = growingList(['a'])
    const one = withAdded(first, 'b')
    const other = withAdded(first, 'c')

    expect([itemsOf(one), itemsOf(other), itemsOf(withAdded(one, 'd'))]).toEqual([
      ['a', 'b'],
      ['a', 'c'],
      ['a', 'b', 'd'],
    ])
  })

  it('gives its last items only, where few are asked for', () => {
    expect(itemsOf(growingList([1, 2, 3]), 2)).toEqual([2, 3])
    expect(itemsOf(growingList([1]), 2)).toEqual([1])
  })

  it('goes through none of its items to take one more', () => {
    const list = growingList(Array.from({ length: 10_000 }, (_, i) => i))

    expect(itemsVisited(() => withAdded(list, 1))).toBeLessThan(5)
  })
})
