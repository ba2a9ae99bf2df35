import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import { discardAll, read, write } from '../../index.js'
import { answer, createTestWorld, cut, held } from '../../testing/index.js'
import { echo, feeds, isRead, liked, loadFeed, routes } from '../fixtures/feed.fixture.js'

describe('discardAll', () => {
  it('shows in the end what a write in flight did, although its entry was discarded', async () => {
    let posts = 0
    const wire = held()
    const world = createTestWorld({
      network: (request) => (isRead(request) ? answer(200, { posts }) : wire.reply),
    })
    const app = openReads(world, { routes })
    app.dispatch(loadFeed())
    await world.settle()
    app.dispatch(liked({ id: 1 }))
    await world.settle()
    await discardAll(app.broker)
    await world.settle()
    posts = 1
    wire.release(answer(200, {}))
    await world.clock.advance(60_000)
    const last = feeds(app).at(-1) as { payload?: unknown } | undefined
    expect(last?.payload).toEqual({ posts: 1 })
  })

  it('of many entries asks once for each read on screen, and calls no more than needed', async () => {
    let calls = 0
    const posted = write(createAction<number>('posted'), {
      request: (id) => ({ url: `/api/posts/${id}`, body: {} }),
      invalidates: () => {
        calls++
        return ['posts']
      },
    })
    const load = read(createAction<number>('one/load'), { request: (id) => `/api/x/${id}`, tags: ['posts'] })
    const world = createTestWorld({ network: (request) => (isRead(request) ? echo(request) : cut()) })
    const app = openReads(world, { routes: [posted, load] })
    for (let i = 0; i < 30; i++) app.dispatch(load(i))
    await world.settle()
    world.setOnline(false)
    for (let i = 0; i < 300; i++) app.dispatch(posted(i))
    await world.clock.advance(1_000)
    world.network.next()
    const before = world.network.requests.length
    calls = 0
    const { cancelled } = await discardAll(app.broker)
    world.setOnline(true)
    await world.clock.advance(60_000)
    console.log({ cancelled, calls, rereads: world.network.requests.length - before })
    // Nothing of them was sent.
    expect(cancelled).toBe(300)
    expect(world.network.requests.length - before).toBe(0)
  }, 60_000)
})
