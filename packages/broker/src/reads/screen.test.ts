import { describe, expect, it } from 'vitest'
import type { Tag } from '../core/reads/tags.js'
import { createTestWorld } from '../testing/index.js'
import { createScreen } from './screen.js'

function open() {
  const world = createTestWorld()
  const { host, ports } = world.tab()
  const screen = createScreen({ host, clock: ports.clock })
  let asked: string[] = []
  const show = (key: string, tags: readonly Tag[] = []) =>
    screen.show(key, { tags, again: () => void asked.push(key) })
  /** What was asked for again since the last look. */
  const again = () => {
    const these = asked
    asked = []
    return these
  }
  return { world, host, screen, show, again }
}

describe('a write that has ended', () => {
  it('has what shows it read again, and nothing else', () => {
    const { screen, show, again } = open()
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

  it('has nothing read again that everybody who asked has left', () => {
    const { screen, show, again } = open()
    const leaves = [show('a', ['t']), show('a', ['t'])]

    leaves[0]?.()
    leaves[0]?.()
    screen.invalidated(['t'])
    expect(again()).toEqual(['a'])

    leaves[1]?.()
    screen.invalidated(['t'])
    expect(again()).toEqual([])
  })

  it('has nothing to do with who left before others came', () => {
    const { screen, show, again } = open()
    const leave = show('a', ['t'])
    leave()
    show('a', ['t'])

    leave()
    screen.invalidated(['t'])

    expect(again()).toEqual(['a'])
  })

  it('has nothing to do with who asked before 100 others did', () => {
    const { screen, show, again } = open()
    const leave = show('a', ['t'])
    for (let i = 0; i < 100; i++) show(`${i}`)
    show('a', ['t'])

    leave()
    screen.invalidated(['t'])

    expect(again()).toEqual(['a'])
  })

  it('has the newest 100 read again, by when they were last asked for', () => {
    const { screen, show, again } = open()
    for (let i = 0; i < 100; i++) show(`${i}`, ['t'])
    show('0', ['t'])
    show('new', ['t'])

    screen.invalidated(['t'])

    const asked = again()
    expect(asked).toHaveLength(100)
    expect(asked).not.toContain('1')
    expect(asked.slice(-2)).toEqual(['0', 'new'])
  })

  it('goes by what the latest who asked said of it', () => {
    const { screen, show, again } = open()
    show('a', ['before'])
    show('a', ['now'])

    screen.invalidated(['before'])

    expect(again()).toEqual([])
  })
})

describe('what is old on screen', () => {
  it('is read again when the page wakes, once for the events that come together', async () => {
    const { world, host, screen, show, again } = open()
    for (const key of ['a', 'b', 'c']) show(key)
    screen.ended('a', 'old')
    screen.ended('b', 'old')
    screen.ended('c', 'fresh')

    host.focus()
    host.setOnline(true)
    expect(again()).toEqual(['a', 'b'])

    await world.clock.advance(999)
    host.focus()
    expect(again()).toEqual([])

    await world.clock.advance(1)
    again()
    host.focus()
    expect(again().toSorted()).toEqual(['a', 'b'])
  })

  it('is tried again soon after a wake-up that came before the network, and ever later', async () => {
    const { world, host, screen, show, again } = open()
    show('a')
    screen.ended('a', 'old')
    await world.clock.advance(10_000)
    host.setOnline(true)
    again()

    const tries: number[] = []
    for (let second = 1; second <= 45; second++) {
      await world.clock.advance(1_000)
      if (again().length > 0) tries.push(second)
    }

    expect(tries).toEqual([1, 3, 7, 15, 30, 45])
  })

  it('is not read again while the device knows that it is offline', async () => {
    const { world, host, screen, show, again } = open()
    show('a')
    screen.ended('a', 'old')
    host.setOnline(false)

    host.focus()
    await world.clock.advance(60_000)
    expect(again()).toEqual([])

    host.setOnline(true)
    expect(again()).toEqual(['a'])
  })

  it('is tried every 15 s in a visible window, one in turn for all', async () => {
    const { world, host, screen, show, again } = open()
    screen.ended('not on screen', 'old')
    for (const key of ['a', 'b']) {
      show(key)
      screen.ended(key, 'old')
    }
    await world.clock.advance(14_999)
    expect(again()).toEqual([])

    await world.clock.advance(1)
    expect(again()).toEqual(['a'])
    screen.ended('a', 'old')
    await world.clock.advance(30_000)
    expect(again()).toEqual(['b', 'a'])

    host.setVisible(false)
    await world.clock.advance(60_000)
    expect(again()).toEqual([])
  })

  it('is read again at once when another one could be', async () => {
    const { world, screen, show, again } = open()
    for (const key of ['a', 'b', 'c']) {
      show(key)
      screen.ended(key, 'old')
    }
    await world.clock.advance(15_000)
    expect(again()).toEqual(['a'])

    screen.ended('a', 'fresh')
    expect(again()).toEqual(['b', 'c'])
    // What fails all the same has to wait.
    screen.ended('b', 'fresh')
    screen.ended('c', 'old')
    expect(again()).toEqual([])
  })

  it('is left alone once it is fresh, has left the screen or nobody is there', async () => {
    const { world, screen, show, again } = open()
    const leave = show('a')
    show('b')
    for (const key of ['a', 'b', 'never shown']) screen.ended(key, 'old')
    screen.ended('b', 'fresh')
    again()
    leave()

    await world.clock.advance(60_000)
    expect(again()).toEqual([])

    show('c')
    screen.ended('c', 'old')
    screen.stop()
    await world.clock.advance(60_000)
    expect(again()).toEqual([])
  })
})
