import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { leaseMs, lookMs } from '../../core/limits.js'
import { answer, createTestWorld, noAnswer } from '../../testing/index.js'

describe('a waiting entry is tried again (P14)', () => {
  it('as soon as the device is online', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const app = openApp(world)
    app.clap('p1')
    await world.settle()

    world.setOnline(true)
    await world.settle()

    expect(world.network.requests).toHaveLength(1)
    expect(app.outbox().waiting).toBe(0)
  })

  it.each(['focus', 'visible'] as const)(
    'at once on %s, though the browser fired no `online`',
    async (event) => {
      const world = createTestWorld({ network: [noAnswer(), noAnswer(), noAnswer()] })
      const app = openApp(world)
      for (const post of ['p1', 'p2', 'p3']) app.clap(post)
      await world.settle()
      const before = app.outbox().waiting

      if (event === 'focus') app.tab.host.focus()
      else app.tab.host.setVisible(true)
      await world.clock.advance(3_000)

      expect(before).toBe(3)
      expect(app.outbox().waiting).toBe(0)
    },
  )

  it('at its next due time, with no event at all', async () => {
    const world = createTestWorld()
    world.network.next(answer(503, undefined, { 'retry-after': '30' }))
    const app = openApp(world)
    app.clap('p1')
    await world.settle()

    await world.clock.advance(29_000)
    const early = world.network.requests.length
    await world.clock.advance(5_000)

    expect(early).toBe(1)
    expect(world.network.requests).toHaveLength(2)
    expect(app.outbox().waiting).toBe(0)
  })

  it('at its due time, even if the timer fires early by the wall clock', async () => {
    const world = createTestWorld()
    world.network.next(answer(503, undefined, { 'retry-after': '30' }))
    const app = openApp(world)
    app.clap('p1')
    await world.settle()

    world.clock.jump(-1_500)
    await world.clock.advance(35_000)

    expect(world.network.requests).toHaveLength(2)
    expect(app.outbox().waiting).toBe(0)
  })

  it('within 15 s after the network came back without an event, in a visible window', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    world.network.setReachable(false)
    app.clap('p1')
    app.clap('p2')
    await world.clock.advance(120_000)
    const probes = world.network.knocks.length

    world.network.setReachable(true)
    await world.clock.advance(16_000)

    expect(app.outbox().waiting).toBe(0)
    expect(probes).toBeLessThan(15)
  })

  it('only every five minutes in a hidden window', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    world.network.setReachable(false)
    app.tab.host.setVisible(false)
    app.clap('p1')
    app.clap('p2')
    await world.clock.advance(60_000)
    const before = world.network.knocks.length

    await world.clock.advance(3_600_000)

    expect(world.network.knocks.length - before).toBeGreaterThanOrEqual(11)
    expect(world.network.knocks.length - before).toBeLessThanOrEqual(13)
  })

  it('with one probe for all waiting entries (P9)', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    await world.settle()
    world.network.setReachable(false)
    for (let i = 0; i < 20; i++) app.clap(`p${i}`)
    await world.clock.advance(30_000)
    const before = world.network.knocks.length

    app.tab.host.focus()
    await world.settle()

    expect(world.network.knocks.length - before).toBe(1)
  })

  it('by another tab when this one enters the back/forward cache while it sends', async () => {
    const world = createTestWorld()
    const { tab } = openApp(world)
    const other = openApp(world)
    await world.settle()
    world.network.next(new Promise(() => {}))
    other.clap('p1')
    await world.settle()

    other.tab.host.hidePage()
    tab.host.focus()
    await world.settle()

    expect(world.network.requests).toHaveLength(2)
    expect(new Set(world.network.requests.map(({ key }) => key)).size).toBe(1)
  })
})

describe('a tab that hangs while it sends (P4)', () => {
  async function hung() {
    const world = createTestWorld()
    const tab = openApp(world)
    const other = openApp(world)
    await world.settle()
    world.network.next(new Promise(() => {}))
    tab.clap('p1')
    await world.settle()
    tab.tab.freeze()
    return { world, tab, other }
  }

  it('is replaced by another tab that has watched it for a little more than its lease', async () => {
    const { world, other } = await hung()
    await world.clock.advance(leaseMs)
    const early = world.network.requests.length

    await world.clock.advance(2 * lookMs)

    expect(early).toBe(1)
    expect(world.network.requests).toHaveLength(2)
    expect(new Set(world.network.requests.map(({ key }) => key)).size).toBe(1)
    expect(other.outbox().waiting).toBe(0)
  })

  it('notices it when it goes on, shows the outcome and sends nothing twice', async () => {
    const { world, tab } = await hung()
    await world.clock.advance(leaseMs + 3 * lookMs)

    tab.tab.thaw()
    await world.clock.advance(leaseMs)

    expect(world.network.requests).toHaveLength(2)
    expect(tab.outbox().waiting).toBe(0)
    expect(tab.types()).toContain('posts/clapped/delivered')
    expect(world.reports).toEqual([])
  })
})

describe('connectivity', () => {
  it('is offline while the browser says so, and online after', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    await world.settle()

    world.setOnline(false)
    await world.settle()
    const cutOff = app.outbox().connectivity
    world.setOnline(true)
    await world.settle()

    expect(cutOff).toBe('offline')
    expect(app.outbox().connectivity).toBe('online')
  })

  it('is offline if no server answers, although the browser says online, and online after an answer', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    world.network.setReachable(false)
    app.clap('p1')
    await world.settle()
    const missed = app.outbox().connectivity

    world.network.setReachable(true)
    app.tab.host.focus()
    await world.clock.advance(5_000)

    expect(missed).toBe('offline')
    expect(app.outbox().connectivity).toBe('online')
  })

  it('is degraded while the server asks for a wait', async () => {
    const world = createTestWorld({ network: answer(429, undefined, { 'retry-after': '60' }) })
    const app = openApp(world)

    app.clap('p1')
    await world.settle()

    expect(app.outbox().connectivity).toBe('degraded')
  })
})

describe('an app that has nothing to send', () => {
  it('sets no timer and sends nothing', async () => {
    const world = createTestWorld()
    openApp(world)

    await world.clock.advance(86_400_000)

    expect(world.network.requests).toHaveLength(0)
    expect(world.reports).toEqual([])
  })

  it('reads and writes nothing at an unrelated action (P12)', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    await world.settle()
    const before = app.actions.length

    for (let i = 0; i < 50; i++) app.store.dispatch({ type: 'unrelated' })
    await world.settle()

    expect(app.actions).toHaveLength(before + 50)
  })
})
