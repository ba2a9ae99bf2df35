import { describe, expect, it } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import { acknowledge, answer, createTestWorld, held } from '../../testing/index.js'
import { echo, feeds, isRead, liked, loadFeed, routes } from '../fixtures/feed.fixture.js'

describe('a read on screen', () => {
  it('is repeated after a write that invalidates it, and not once its subscribers left', async () => {
    const world = createTestWorld({ network: echo })
    const app = openReads(world, { routes })
    const receipts = [app.dispatch(loadFeed()), app.dispatch(loadFeed())]
    await world.settle()

    app.dispatch(liked({ id: 1 }))
    await world.settle()
    const whileShown = feeds(app).length
    for (const receipt of receipts) await receipt.cancel()
    app.dispatch(liked({ id: 2 }))
    await world.settle()

    expect(whileShown).toBe(2)
    expect(feeds(app)).toHaveLength(2)
    expect(world.network.requests.filter(isRead)).toHaveLength(2)
  })

  it('is repeated after each write that invalidates it', async () => {
    const world = createTestWorld({ network: echo })
    const app = openReads(world, { routes })
    app.dispatch(loadFeed())
    await world.settle()

    for (const id of [1, 2, 3]) {
      app.dispatch(liked({ id }))
      await world.settle()
    }

    expect(world.network.requests.map(isRead)).toEqual([true, false, true, false, true, false, true])
  })

  it('is aborted in flight when its last subscriber leaves', async () => {
    const world = createTestWorld({ network: echo })
    const app = openReads(world, { routes })
    const receipt = app.dispatch(loadFeed())
    await world.settle()
    const { reply, release } = held()
    world.network.always((request) => (isRead(request) ? reply : acknowledge(request, {})))
    app.dispatch(liked({ id: 1 }))
    await world.settle()

    await receipt.cancel()
    release(answer(200, 'late'))
    await world.settle()

    expect(world.network.requests.filter(isRead)).toHaveLength(2)
    expect(feeds(app)).toHaveLength(1)
  })
})
