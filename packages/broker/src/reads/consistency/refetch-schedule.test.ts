import { describe, expect, it } from 'vitest'
import { openActiveReads } from '../fixtures/active-reads.fixture.js'

describe('an old read on screen', () => {
  it('is repeated once when the page wakes by several events', async () => {
    const { world, host, screen, show, again } = openActiveReads()
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

  it('is repeated soon after a wake-up without a network, and later each time', async () => {
    const { world, host, screen, show, again } = openActiveReads()
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

  it('is not repeated while the device says offline', async () => {
    const { world, host, screen, show, again } = openActiveReads()
    show('a')
    screen.ended('a', 'old')
    host.setOnline(false)

    host.focus()
    await world.clock.advance(60_000)
    expect(again()).toEqual([])

    host.setOnline(true)
    expect(again()).toEqual(['a'])
  })

  it('is repeated after longer and longer waits in a visible window, one for all', async () => {
    const { world, host, screen, show, again } = openActiveReads()
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

  it('is not repeated for ever: the end is reported, and a wake-up starts again', async () => {
    const { world, host, screen, show, again, left } = openActiveReads()
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

  it('is not repeated before the time of its Retry-After, even at a wake-up, and others are', async () => {
    const { world, host, screen, show, again } = openActiveReads()
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

  it('starts with the first wait at its first failure, whatever failed before', async () => {
    const { world, screen, show, again } = openActiveReads()
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

  it('is repeated at once when another one succeeds', async () => {
    const { world, screen, show, again } = openActiveReads()
    for (const key of ['a', 'b', 'c']) {
      show(key)
      screen.ended(key, 'old')
    }
    await world.clock.advance(5_000)
    expect(again()).toEqual(['a'])

    screen.ended('a', 'fresh')
    expect(again()).toEqual(['b', 'c'])
    // A read that fails all the same has to wait.
    screen.ended('b', 'fresh')
    screen.ended('c', 'old')
    expect(again()).toEqual([])
  })

  it('is not repeated once it is fresh or off screen, or the page is hidden', async () => {
    const { world, screen, show, again } = openActiveReads()
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
