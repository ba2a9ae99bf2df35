import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { loadMe, openReads, signedIn } from '../../../test/reads-fixture.js'
import { read, write } from '../../index.js'
import { acknowledge, answer, createTestWorld, held, noAnswer } from '../../testing/index.js'
import { afterVisit, me, told } from '../fixtures/kept-answers.fixture.js'

describe('a kept answer', () => {
  it('is revalidated by its ETag, and a 304 makes it fresh again', async () => {
    const world = await afterVisit(me('Ada', { etag: '"7"' }))
    world.network.next(answer(304))
    await world.clock.advance(60_000)
    const app = openReads(world)

    const receipt = app.dispatch(loadMe())
    const fetchedAt = world.clock.now()
    await world.settle()

    expect(world.network.requests.at(-1)?.headers).toMatchObject({ 'if-none-match': '"7"' })
    expect(await receipt.settled).toEqual({ status: 'delivered', answer: { name: 'Ada' }, fetchedAt })
    world.setOnline(false)
    const offline = app.dispatch(loadMe())
    await world.settle()
    expect(await offline.settled).toMatchObject({ fetchedAt, stale: true })
  })

  it('is removed if a 304 says no-store', async () => {
    const world = await afterVisit(me('Ada', { etag: '"7"' }))
    world.network.next(answer(304, undefined, { 'cache-control': 'no-store' }))
    const app = openReads(world)
    const receipt = app.dispatch(loadMe())
    await world.settle()
    world.setOnline(false)
    const offline = app.dispatch(loadMe())
    await world.settle()

    expect(await receipt.settled).toMatchObject({ status: 'delivered', answer: { name: 'Ada' } })
    expect(await offline.settled).toMatchObject({ status: 'returned', reason: 'failed' })
  })

  it('is not revalidated at another origin, where that would need a preflight', async () => {
    const world = createTestWorld({ network: me('Ada', { etag: '"7"' }) })
    const app = openReads(world, { origins: ['https://api.test'] })
    for (let i = 0; i < 2; i++) {
      void app.broker.fetch('https://api.test/me')
      await world.settle()
    }

    expect(world.network.requests.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      undefined,
    ])
  })

  it('is requested again once if a 304 names another version', async () => {
    const world = await afterVisit(me('Ada', { etag: '"7"' }))
    world.network.next(answer(304, undefined, { etag: '"8"' }), me('Ada L.', { etag: '"8"' }))
    const app = openReads(world)

    const receipt = app.dispatch(loadMe())
    await world.settle()

    expect(await receipt.settled).toMatchObject({ status: 'delivered', answer: { name: 'Ada L.' } })
    const etags = world.network.requests.map(({ headers }) => headers['if-none-match'])
    expect(etags).toEqual([undefined, '"7"', undefined])
  })

  it('is the full answer that followed an untrusted 304 (P8)', async () => {
    const world = await afterVisit(me('Ada', { etag: '"7"' }))
    const tags = ['me']
    const load = read(createAction('me/load'), { request: () => '/api/me', tags })
    const rename = write(createAction('me/rename'), {
      request: () => ({ method: 'PUT', url: '/api/me' }),
      tags,
    })
    const app = openReads(world, { routes: [load, rename] })
    await world.settle()
    const { reply, release } = held()
    world.network.next(reply, (request) => acknowledge(request, {}), me('Ada L.', { etag: '"8"' }))
    app.dispatch(load())
    await world.settle()
    app.dispatch(rename())
    await world.settle()
    release(answer(304, undefined, { etag: '"7"' }))
    await world.settle()
    expect(told(app)).toEqual(['Ada L.'])

    world.setOnline(false)
    const receipt = app.dispatch(load())
    await world.settle()
    expect(await receipt.settled).toMatchObject({ answer: { name: 'Ada L.' }, stale: true })
  })

  it('is given again without a request while it is fresh enough for the route', async () => {
    const world = await afterVisit()
    const fresh = read(createAction('me/load'), { request: () => '/api/me', freshForMs: 10_000 })
    const app = openReads(world, { routes: [fresh] })
    await world.clock.advance(9_999)

    const young = app.dispatch(fresh())
    await world.settle()
    expect(await young.settled).toMatchObject({ status: 'delivered', answer: { name: 'Ada' } })
    expect(await young.settled).not.toHaveProperty('stale')
    expect(app.wire()).toEqual(['me'])

    await world.clock.advance(1)
    app.dispatch(fresh())
    await world.settle()
    expect(app.wire()).toEqual(['me', 'me'])
  })

  it('is there for a subscriber that asks as it arrives', async () => {
    const fresh = read(createAction('me/load'), { request: () => '/api/me', freshForMs: 10_000 })
    const world = createTestWorld({ network: me('Ada') })
    const app = openReads(world, { routes: [fresh] })

    const asked = app.dispatch(fresh()).settled.then(() => app.dispatch(fresh()).settled)
    await world.settle()

    expect(await asked).toMatchObject({ status: 'delivered', answer: { name: 'Ada' } })
    expect(app.wire()).toEqual(['me'])
  })

  it('is never older than the last answer (P8)', async () => {
    const world = await afterVisit()
    const route = read(createAction('me/load'), { request: () => '/api/me', cache: 'staleWhileRevalidate' })
    const app = openReads(world, { routes: [route] })
    world.network.next(me('Ada L.'), me('Ada Lovelace'))
    app.store.subscribe(() => {
      if (told(app).length === 2) app.dispatch(route())
    })

    app.dispatch(route())
    await world.settle()

    expect(told(app)).toEqual(['Ada', 'Ada L.', 'Ada L.', 'Ada Lovelace'])
  })

  it.each([400, 401, 429])('stays after another status: %i', async (status) => {
    const world = await afterVisit()
    const app = openReads(world)
    world.network.next(answer(status))
    const response = app.broker.fetch('/api/me')
    await world.settle()
    expect((await response).status).toBe(status)

    world.setOnline(false)
    const receipt = app.dispatch(loadMe())
    await world.settle()

    expect(await receipt.settled).toMatchObject({ answer: { name: 'Ada' }, stale: true })
  })

  it('belongs to its user: the next user does not get it, and a sign-out removes it', async () => {
    const world = await afterVisit()
    const app = openReads(world)
    await world.settle()
    app.dispatch(signedIn('bob'))
    await world.settle()
    world.setOnline(false)

    const bobs = app.dispatch(loadMe())
    await world.settle()
    app.dispatch(signedIn('ada'))
    await world.settle()
    const adas = app.dispatch(loadMe())
    await world.settle()

    expect(await bobs.settled).toMatchObject({ status: 'returned', reason: 'failed' })
    expect(await adas.settled).toMatchObject({ status: 'returned', reason: 'failed' })
  })

  it('is not made from a request in another user’s session', async () => {
    const world = createTestWorld({ network: me('Bob', { 'x-user': 'bob' }) })
    const app = openReads(world, { how: { userHeader: 'X-User', retries: 0 } })

    const receipt = app.dispatch(loadMe())
    await world.settle()
    world.network.always(noAnswer())
    const later = app.dispatch(loadMe())
    await world.settle()

    expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'wrongUser' })
    expect(await later.settled).toMatchObject({ status: 'returned', reason: 'failed' })
    expect(app.store.getState().me.name).toBe('')
  })
})
