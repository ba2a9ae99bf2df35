import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import { cancel, discard, discardAll, write } from '../../index.js'
import { acknowledge, answer, createTestWorld, cut, held } from '../../testing/index.js'
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

/** The read is on screen, and a tab has a write of which it invalidates. The server loses the write's answer. */
async function openDoubted() {
  const posted = write(createAction('posted'), {
    request: () => ({ url: '/api/posts', body: {} }),
    invalidates: ['posts'],
  })
  const world = createTestWorld({ network: (request) => (isRead(request) ? echo(request) : cut()) })
  const options = { routes: [posted, ...routes] }
  const [here, there] = [openReads(world, options), openReads(world, options)]
  for (const app of [here, there]) app.dispatch(loadFeed())
  await world.settle()
  const receipt = here.dispatch(posted())
  await world.clock.advance(1)
  const state = here.store.getState().broker.entries[receipt.id]?.state
  return { world, here, there, receipt, state }
}

describe('a read that shows what a write in doubt may have changed', () => {
  it.each([
    ['discard', (app: ReturnType<typeof openReads>, id: string) => discard(app.broker, id)],
    ['discardAll', (app: ReturnType<typeof openReads>) => discardAll(app.broker)],
  ])('is repeated in all tabs after %s', async (_how, giveUp) => {
    const { world, here, there, receipt, state } = await openDoubted()
    expect(state).toBe('inDoubt')
    expect(feeds(here)).toHaveLength(1)

    await giveUp(there, receipt.id)
    await world.settle()

    expect(await receipt.settled).toEqual({ status: 'cancelled' })
    for (const app of [here, there]) expect(feeds(app)).toHaveLength(2)
  })
})

describe('a read that shows what a write in flight may have changed', () => {
  it('is repeated after discardAll', async () => {
    const world = createTestWorld({ network: (request) => (isRead(request) ? echo(request) : held().reply) })
    const app = openReads(world, { routes })
    app.dispatch(loadFeed())
    await world.settle()
    app.dispatch(liked({ id: 1 }))
    await world.settle()

    const { uncertain } = await discardAll(app.broker)
    await world.settle()

    expect(uncertain).toBe(1)
    expect(feeds(app)).toHaveLength(2)
  })
})

it('a read that shows what a write would have changed is not repeated after cancel', async () => {
  const posted = write(createAction('posted'), {
    request: () => ({ url: '/api/posts', body: {} }),
    invalidates: ['posts'],
    when: { network: 'unmetered' },
  })
  const world = createTestWorld({ network: echo })
  const app = openReads(world, { routes: [posted, ...routes] })
  app.tab.setDevice({ unmetered: false })
  app.dispatch(loadFeed())
  await world.settle()
  const { id } = app.dispatch(posted())
  await world.settle()

  expect(await cancel(app.broker, id)).toBe('cancelled')
  await world.settle()

  expect(world.network.requests.map(isRead)).toEqual([true])
})

it('a read on screen is repeated after discardAll although a subscriber of the store throws', async () => {
  const posted = write(createAction('posted'), {
    request: () => ({ url: '/api/posts', body: {} }),
    invalidates: ['posts'],
  })
  const world = createTestWorld({ network: (request) => (isRead(request) ? echo(request) : cut()) })
  const app = openReads(world, { routes: [posted, ...routes] })
  app.dispatch(loadFeed())
  await world.settle()
  app.dispatch(posted())
  await world.clock.advance(1)
  const stop = app.store.subscribe(() => {
    throw new Error('a subscriber')
  })
  await discardAll(app.broker)
  await world.settle()
  stop()
  await world.clock.advance(60_000)
  expect(world.network.requests.filter(isRead)).toHaveLength(2)
})
