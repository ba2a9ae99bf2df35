import { describe, expect, it } from 'vitest'
import { openApp, refetched, signedIn } from '../../../test/page-fixture.js'
import { acknowledge, createTestWorld, held, type TestWorld } from '../../testing/index.js'

/** A tab in which something was captured offline, killed. */
async function leaveBehind(world: TestWorld, work: (app: ReturnType<typeof openApp>) => void) {
  world.setOnline(false)
  const app = openApp(world)
  await world.settle()
  work(app)
  await world.settle()
  app.tab.crash()
}

describe('a page that starts', () => {
  it('has the pending changes in its view before `ready` (P8)', async () => {
    const world = createTestWorld()
    await leaveBehind(world, (app) => {
      app.like('p1')
      app.clap('p1')
      app.clap('p1')
    })

    const app = openApp(world)
    const atOnce = app.post('p1')
    await app.broker.ready

    expect(atOnce).toMatchObject({ likedByMe: false })
    expect(app.post('p1')).toEqual({ likes: 1, likedByMe: true, claps: 2 })
    expect(app.types()[0]).toBe('redux-broker/restored')
  })

  it('shows actions of the app’s own start over waiting entries, each once', async () => {
    const world = createTestWorld()
    await leaveBehind(world, (app) => app.clap('p1'))

    const app = openApp(world)
    app.clap('p1')
    await world.settle()

    expect(app.post('p1')?.claps).toBe(2)
    expect(app.outbox().waiting).toBe(2)
  })

  it.each([1, 3, 600, 1_400])('never shows %i entries without their count', async (count) => {
    const world = createTestWorld()
    await leaveBehind(world, (app) => {
      for (let i = 0; i < count; i++) app.clap('p1')
    })
    const app = openApp(world)
    const seen: string[] = []
    app.store.subscribe(() =>
      queueMicrotask(() => {
        const { waiting, entries } = app.outbox()
        seen.push(`${Object.keys(entries).length > 0 ? 'some' : 'no'} entries, ${waiting} waiting`)
      }),
    )
    await world.settle()

    expect(new Set(seen)).toEqual(new Set([`some entries, ${count} waiting`]))
  })

  it('never shows dead letters without their count', async () => {
    const world = createTestWorld({ network: (request) => acknowledge(request, { title: 'full' }, 422) })
    const before = openApp(world)
    for (const post of ['p1', 'p2', 'p3']) before.clap(post)
    await world.settle()
    before.tab.crash()
    const app = openApp(world)
    const seen: string[] = []
    app.store.subscribe(() =>
      queueMicrotask(() => {
        const { deadLetters, entries } = app.outbox()
        seen.push(`${Object.keys(entries).length} letters, ${deadLetters} counted`)
      }),
    )
    await world.settle()

    expect(new Set(seen)).toEqual(new Set(['3 letters, 3 counted']))
  })

  it('keeps the pending changes through a refetch', async () => {
    const world = createTestWorld()
    await leaveBehind(world, (app) => app.like('p1'))
    const app = openApp(world)
    await app.broker.ready

    app.store.dispatch(refetched({ p1: { likes: 40, likedByMe: false, claps: 3 } }))

    expect(app.post('p1')).toEqual({ likes: 41, likedByMe: true, claps: 3 })
  })

  it('sends waiting entries (P14)', async () => {
    const world = createTestWorld()
    await leaveBehind(world, (app) => app.clap('p1'))
    world.setOnline(true)

    const app = openApp(world)
    await world.settle()

    expect(world.network.requests).toHaveLength(1)
    expect(app.post('p1')?.claps).toBe(1)
    expect(app.outbox().waiting).toBe(0)
  })

  it('sends an entry of a killed page again, with the same key', async () => {
    const world = createTestWorld()
    world.network.next(held().reply)
    const first = openApp(world)
    first.clap('p1')
    await world.settle()
    first.tab.crash()

    openApp(world)
    await world.settle()
    const keys = world.network.requests.map(({ key }) => key)

    expect(keys).toHaveLength(2)
    expect(new Set(keys).size).toBe(1)
  })

  it('does not send a capture that was never accepted', async () => {
    const world = createTestWorld()
    const first = openApp(world)
    await world.settle()
    const receipt = first.clap('p1')
    first.tab.crash()

    const app = openApp(world)
    await world.settle()

    expect(receipt.id).not.toBe('')
    expect(world.network.requests).toHaveLength(0)
    expect(app.post('p1')?.claps).toBe(0)
  })
})

describe('an entry that settled while no page was open', () => {
  const settleWithoutPage = async () => {
    const world = createTestWorld({ network: (request) => acknowledge(request, { likes: 5 }) })
    await leaveBehind(world, (app) => app.like('p1'))
    world.setOnline(true)
    // Another page delivers, and is killed before it could write down that it has told anybody.
    const executor = openApp(world)
    await world.settle()
    executor.tab.crash()
    return world
  }

  it('is reported to the next page by the outcome action', async () => {
    const world = await settleWithoutPage()

    const app = openApp(world)
    await app.broker.ready

    expect(app.types()).toContain('posts/liked/delivered')
    expect(app.post('p1')).toMatchObject({ likes: 5, likedByMe: true })
  })

  it('is reported once, and not to the page after that', async () => {
    const world = await settleWithoutPage()
    const told = openApp(world)
    await world.clock.advance(2_000)
    told.tab.crash()

    const app = openApp(world)
    await world.clock.advance(2_000)

    expect(told.types().filter((type) => type === 'posts/liked/delivered')).toHaveLength(1)
    expect(app.types()).not.toContain('posts/liked/delivered')
  })

  it('does not change a newer read (P8)', async () => {
    const world = await settleWithoutPage()
    const app = openApp(world)
    app.store.dispatch(refetched({ p1: { likes: 6, likedByMe: true, claps: 0 } }))

    await world.settle()

    expect(app.types()).toContain('posts/liked/delivered')
    expect(app.post('p1')).toMatchObject({ likes: 6 })
  })

  it('is applied over a cached answer that is older', async () => {
    const world = await settleWithoutPage()
    const app = openApp(world)
    await world.settle()

    const cached = refetched({ p1: { likes: 1, likedByMe: false, claps: 0 } })
    app.store.dispatch({ ...cached, meta: { readAt: world.clock.now() - 60_000 } } as typeof cached)

    expect(app.post('p1')).toMatchObject({ likes: 5, likedByMe: true })
  })

  it('is not reported to another user, and leaves the disk with its own user', async () => {
    const world = await settleWithoutPage()

    const app = openApp(world, { who: 'bob' })
    await world.settle()
    app.store.dispatch(signedIn('ada'))
    await world.settle()

    expect(app.types()).not.toContain('posts/liked/delivered')
    expect(app.outbox()).toEqual(expect.objectContaining({ waiting: 0, entries: {} }))
  })
})
