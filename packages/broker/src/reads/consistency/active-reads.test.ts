import { describe, expect, it } from 'vitest'
import { openActiveReads } from '../fixtures/active-reads.fixture.js'

describe('a write that has ended', () => {
  it('repeats the reads with its tags, and no others', () => {
    const { screen, show, again } = openActiveReads()
    show('all', ['posts'])
    show('p1', [{ type: 'posts', id: 1 }])
    show('p2', ['me', { type: 'posts', id: 2 }])
    show('untagged')

    screen.invalidated([{ type: 'posts', id: 2 }])
    expect(again()).toEqual(['p2'])

    screen.invalidated(['posts'])
    expect(again()).toEqual(['all', 'p1', 'p2'])

    screen.invalidated(['others'])
    screen.invalidated([])
    expect(again()).toEqual([])
  })

  it('does not repeat a read that all subscribers have left', () => {
    const { screen, show, again } = openActiveReads()
    const leaves = [show('a', ['t']), show('a', ['t'])]

    leaves[0]?.()
    leaves[0]?.()
    screen.invalidated(['t'])
    expect(again()).toEqual(['a'])

    leaves[1]?.()
    screen.invalidated(['t'])
    expect(again()).toEqual([])
  })

  it('ignores a subscriber that left before others came', () => {
    const { screen, show, again } = openActiveReads()
    const leave = show('a', ['t'])
    leave()
    show('a', ['t'])

    leave()
    screen.invalidated(['t'])

    expect(again()).toEqual(['a'])
  })

  it('ignores a subscriber that came before 100 others', () => {
    const { screen, show, again } = openActiveReads()
    const leave = show('a', ['t'])
    for (let i = 0; i < 100; i++) show(`${i}`)
    show('a', ['t'])

    leave()
    screen.invalidated(['t'])

    expect(again()).toEqual(['a'])
  })

  it('repeats the most recently requested reads, and reports the ones left out', () => {
    const { screen, show, again, left } = openActiveReads()
    for (let i = 0; i < 100; i++) show(`${i}`, ['t'])
    show('0', ['t'])
    show('new', ['t'])

    screen.invalidated(['t'])

    const asked = again()
    expect(asked).toHaveLength(100)
    expect(asked).not.toContain('1')
    expect(asked.slice(-2)).toEqual(['0', 'new'])
    expect(left).toEqual(['tooMany 1'])
  })

  it('uses the tags of the latest subscriber', () => {
    const { screen, show, again } = openActiveReads()
    show('a', ['before'])
    show('a', ['now'])

    screen.invalidated(['before'])

    expect(again()).toEqual([])
  })
})
