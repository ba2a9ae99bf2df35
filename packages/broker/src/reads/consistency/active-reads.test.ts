import { describe, expect, it } from 'vitest'
import type { Tag } from '../../core/reads/consistency/tags.js'
import { createTestWorld } from '../../testing/index.js'
import { createActiveReads } from './active-reads.js'

function open() {
  const world = createTestWorld()
  const { host, ports } = world.tab()
  const left: string[] = []
  const leftOut = (key: string, why: string) => void left.push(`${why} ${key}`)
  // Without jitter, so that the waits can be told.
  const chance = { random: () => 0 }
  const screen = createActiveReads({ host, chance, clock: ports.clock, onScreenMax: 100, leftOut })
  let asked: string[] = []
  const show = (key: string, tags: readonly Tag[] = []) =>
    screen.show(key, { tags, again: () => void asked.push(key) })
  /** What was asked for again since the last look. */
  const again = () => {
    const these = asked
    asked = []
    return these
  }
  return { world, host, screen, show, again, left }
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

  it('has the newest read again, by when they were last asked for, and says which it leaves out', () => {
    const { screen, show, again, left } = open()
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

    expect(tries).toEqual([1, 3, 7, 15, 31])
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

  it('is tried after ever longer waits in a visible window, one in turn for all', async () => {
    const { world, host, screen, show, again } = open()
    screen.ended('not on screen', 'old')
    for (const key of ['a', 'b']) {
      show(key)
      screen.ended(key, 'old')
    }
    await world.clock.advance(4_999)
    expect(again()).toEqual([])

    await world.clock.advance(1)
    expect(again()).toEqual(['a'])
    screen.ended('a', 'old')
    await world.clock.advance(9_999)
    expect(again()).toEqual([])
    await world.clock.advance(1)
    expect(again()).toEqual(['b'])
    await world.clock.advance(20_000)
    expect(again()).toEqual(['a'])

    host.setVisible(false)
    await world.clock.advance(600_000)
    expect(again()).toEqual([])
  })

  it('is not tried for ever: the end is said, and a wake-up begins anew', async () => {
    const { world, host, screen, show, again, left } = open()
    show('a')
    screen.ended('a', 'old')
    const tries: number[] = []
    for (let minute = 0; minute < 120; minute++) {
      await world.clock.advance(60_000)
      const asked = again().length
      for (let i = 0; i < asked; i++) screen.ended('a', 'old')
      if (asked > 0) tries.push(minute)
    }

    expect(tries).toEqual([0, 1, 2, 5, 10, 15, 20, 25])
    expect(left).toEqual(['keepsFailing a'])
    host.focus()
    expect(again()).toEqual(['a'])
    screen.ended('a', 'old')
    await world.clock.advance(1_000)
    expect(again()).toEqual(['a'])
  })

  it('is not tried before the time that its server named, not at a wake-up either; others are', async () => {
    const { world, host, screen, show, again } = open()
    for (const key of ['busy', 'other']) show(key)
    screen.ended('busy', 'old', 60_000)
    screen.ended('other', 'old')

    await world.clock.advance(5_000)
    expect(again()).toEqual(['other'])
    host.focus()
    expect(again()).toEqual(['other'])
    screen.ended('other', 'fresh')
    expect(again()).toEqual([])

    await world.clock.advance(54_999)
    expect(again()).toEqual([])
    await world.clock.advance(1)
    expect(again()).toEqual(['busy'])
  })

  it('fails for the first time as if nothing had failed before it', async () => {
    const { world, screen, show, again } = open()
    show('broken')
    screen.ended('broken', 'old')
    await world.clock.advance(600_000)
    again()
    show('new')
    screen.ended('new', 'old')

    await world.clock.advance(5_000)
    expect(again()).toHaveLength(1)
    await world.clock.advance(10_000)
    expect(again()).toHaveLength(1)
  })

  it('is read again at once when another one could be', async () => {
    const { world, screen, show, again } = open()
    for (const key of ['a', 'b', 'c']) {
      show(key)
      screen.ended(key, 'old')
    }
    await world.clock.advance(5_000)
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
