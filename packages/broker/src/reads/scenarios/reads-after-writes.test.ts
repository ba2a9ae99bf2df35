import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import { read, write } from '../../index.js'
import { acknowledge, answer, createTestWorld, held, type SentRequest } from '../../testing/index.js'

const liked = write(createAction<{ id: number }>('liked'), {
  request: ({ id }) => ({ method: 'PUT', url: `/api/posts/${id}/like` }),
  invalidates: ['posts'],
})
const clapped = write(createAction<{ id: number }>('clapped'), {
  request: ({ id }) => ({ method: 'PUT', url: `/api/posts/${id}/claps` }),
  tags: ({ id }) => [{ type: 'posts', id }],
})
const loadFeed = read(createAction('feed/load'), { request: () => '/api/feed', tags: ['posts'] })
const loadMe = read(createAction('me/load'), { request: () => '/api/me', tags: ['me'] })
const routes = [liked, clapped, loadFeed, loadMe]

const isRead = ({ method }: SentRequest) => method === 'GET'
const echo = (request: SentRequest) => acknowledge(request, {})
const feeds = (app: ReturnType<typeof openReads>) =>
  app.actions.filter(({ type }) => type === 'feed/load/delivered')

describe('a read on screen', () => {
  it('is made anew on screen when a write that invalidates it has ended, and not once its readers left', async () => {
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

  it('is made anew on screen after each write that invalidates it', async () => {
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

  it('is ended on the wire when the last who has it on screen leaves', async () => {
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
