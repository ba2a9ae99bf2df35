import { afterEach, describe, expect, it, vi } from 'vitest'
import { liked, makeBroker, makeStore, openApp } from '../../../test/page-fixture.js'
import { createTestWorld, held } from '../../testing/index.js'

afterEach(() => vi.restoreAllMocks())

describe('a broker that is stopped', () => {
  it('lets another store use its middleware and its database', async () => {
    const world = createTestWorld()
    const tab = world.tab()
    const broker = makeBroker(tab)
    const first = makeStore(broker)
    await world.settle()

    await broker.stop()
    const second = makeStore(broker)
    const receipt = second.store.dispatch(liked({ postId: 'p1' }))
    await world.settle()

    expect((await receipt.settled).status).toBe('delivered')
    expect(first.store.getState().posts.byId['p1']?.likedByMe).toBe(false)
    expect(second.store.getState().posts.byId['p1']?.likedByMe).toBe(true)
  })

  it('is replaced by a new one when its module is hot-replaced', async () => {
    const world = createTestWorld()
    const tab = world.tab()
    world.setOnline(false)
    const old = openApp(world, { tab })
    old.like('p1')
    await world.settle()

    await old.broker.stop()
    const replaced = openApp(world, { tab })
    await replaced.broker.ready
    world.setOnline(true)
    await world.settle()

    expect(replaced.post('p1')?.likedByMe).toBe(true)
    expect(world.network.requests).toHaveLength(1)
  })

  it('does no more work: nothing is read, sent or shown', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const app = openApp(world)
    app.clap('p1')
    await world.settle()
    await app.broker.stop()
    const before = app.actions.length

    world.setOnline(true)
    app.tab.host.focus()
    await world.clock.advance(600_000)

    expect(world.network.requests).toHaveLength(0)
    expect(app.actions).toHaveLength(before)
    expect(app.post('p1')?.claps).toBe(1)
  })

  it('shows nothing more if it was still starting', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const first = openApp(world)
    first.clap('p1')
    await world.settle()
    first.tab.crash()

    for (let turns = 0; turns < 40; turns++) {
      const app = openApp(world)
      for (let i = 0; i < turns; i++) await Promise.resolve()
      const before = app.types()
      await app.broker.stop()
      await world.settle()
      expect(app.types()).toEqual(before)
    }
  })

  it('aborts its requests, and leaves their entries to the next broker', async () => {
    const world = createTestWorld()
    world.network.next(held().reply)
    const app = openApp(world)
    app.clap('p1')
    await world.settle()

    await app.broker.stop()
    const next = openApp(world)
    await world.settle()

    expect(world.network.requests).toHaveLength(2)
    expect(new Set(world.network.requests.map(({ key }) => key)).size).toBe(1)
    expect(next.post('p1')?.claps).toBe(1)
    expect(world.reports).toEqual([])
  })

  it('passes actions through without capturing them', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    await world.settle()
    await app.broker.stop()

    const receipt = app.like('p1')
    await world.settle()

    expect(await receipt.settled).toEqual({ status: 'notAccepted', reason: 'storageUnavailable' })
    expect(app.post('p1')?.likedByMe).toBe(true)
    expect(world.network.requests).toHaveLength(0)
  })

  it('may be stopped again, and before it was ever used', async () => {
    const broker = makeBroker(createTestWorld().tab())

    await expect(broker.stop()).resolves.toBeUndefined()
    await expect(broker.stop()).resolves.toBeUndefined()
    await expect(broker.ready).resolves.toBeUndefined()
  })
})
