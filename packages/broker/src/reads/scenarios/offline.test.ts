import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { loadMe, openReads } from '../../../test/reads-fixture.js'
import { read } from '../../index.js'
import { answer, createTestWorld, held, noAnswer } from '../../testing/index.js'
import { afterVisit, lastTold, me, told } from '../fixtures/kept-answers.fixture.js'

describe('the last good answer of a read', () => {
  it('is given offline, with its age, and again when the network is back', async () => {
    const world = await afterVisit()
    const fetchedAt = world.clock.now()
    world.setOnline(false)
    await world.clock.advance(60_000)
    const app = openReads(world)

    const receipt = app.dispatch(loadMe())
    const response = app.broker.fetch('/api/me')
    await world.settle()
    expect(await receipt.settled).toEqual({
      status: 'delivered',
      answer: { name: 'Ada' },
      fetchedAt,
      stale: true,
    })
    expect(lastTold(app)).toMatchObject({ meta: { fetchedAt, stale: true } })
    expect(Object.fromEntries((await response).headers)).toMatchObject({
      'redux-broker-stale': '1',
      'redux-broker-fetched-at': String(fetchedAt),
    })

    world.network.next(me('Ada L.'))
    world.setOnline(true)
    await world.clock.advance(2_000)

    expect(told(app)).toEqual(['Ada', 'Ada L.'])
    expect(lastTold(app)).not.toHaveProperty('meta.stale')
    expect(app.types()).not.toContain('me/load/returned')
  })

  it('is given if the network is slower than `networkTimeoutMs`, and the answer follows', async () => {
    const world = await afterVisit()
    const { reply, release } = held()
    world.network.next(reply)
    const app = openReads(world)
    const receipt = app.dispatch(loadMe())

    await world.clock.advance(2_999)
    const before = told(app)
    await world.clock.advance(1)

    expect(before).toEqual([])
    expect(await receipt.settled).toMatchObject({ answer: { name: 'Ada' }, stale: true })
    release(me('Ada L.'))
    await world.settle()
    expect(told(app)).toEqual(['Ada', 'Ada L.'])
  })

  it('that was given after `networkTimeoutMs` is not followed by a failure or a timeout', async () => {
    const world = await afterVisit()
    const { reply, release } = held()
    world.network.next(reply)
    const limited = read(createAction('me/load'), { request: () => '/api/me', requestTimeoutMs: 10_000 })
    const app = openReads(world, { routes: [limited] })
    app.dispatch(limited())

    await world.clock.advance(15_000)
    release(noAnswer())
    await world.settle()

    expect(told(app)).toEqual(['Ada'])
    expect(app.types()).not.toContain('me/load/returned')
  })

  it('is not refreshed once its subscribers have left', async () => {
    const world = await afterVisit()
    world.setOnline(false)
    const app = openReads(world)
    const receipt = app.dispatch(loadMe())
    await world.settle()

    expect(await receipt.cancel()).toBe('tooLate')
    world.setOnline(true)
    await world.clock.advance(60_000)

    expect(app.wire()).toEqual(['me'])
  })

  it('is given first if the route says so, once for all subscribers', async () => {
    const world = await afterVisit()
    const { reply, release } = held()
    world.network.next(reply)
    const eager = read(createAction('me/load'), { request: () => '/api/me', cache: 'staleWhileRevalidate' })
    const app = openReads(world, { routes: [eager] })

    const receipts = [app.dispatch(eager()), app.dispatch(eager())]
    await world.settle()
    for (const { settled } of receipts)
      expect(await settled).toMatchObject({ status: 'delivered', stale: true })
    release(me('Ada L.'))
    await world.settle()

    expect(told(app)).toEqual(['Ada', 'Ada L.'])
  })

  it('is neither given nor kept if the route says so', async () => {
    const world = createTestWorld({ network: [me('Ada')] })
    const never = read(createAction('me/load'), { request: () => '/api/me', cache: 'networkOnly' })
    const app = openReads(world, { routes: [never] })
    app.dispatch(never())
    await world.settle()
    world.setOnline(false)

    const [receipt, fetched] = [
      app.dispatch(never()),
      app.broker.fetch('/api/me').catch((error: unknown) => error),
    ]
    await world.settle()

    expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'failed' })
    expect(await fetched).toBeInstanceOf(TypeError)
  })

  it.each(['no-store', 'networkOnly'] as const)(
    'is neither given nor kept if a fetch says %s',
    async (cache) => {
      const world = createTestWorld({ network: [me('Ada')] })
      const { broker } = openReads(world)
      await broker.fetch('/api/me', { cache })
      world.setOnline(false)

      const fetched = broker.fetch('/api/me').catch((error: unknown) => error)
      await world.settle()

      expect(await fetched).toBeInstanceOf(TypeError)
    },
  )

  it('is not given to a route without copies, although another route has kept it', async () => {
    const world = await afterVisit()
    const never = read(createAction('never'), { request: () => '/api/me', cache: 'networkOnly' })
    world.setOnline(false)
    const app = openReads(world, { routes: [never] })

    const receipt = app.dispatch(never())
    await world.settle()

    expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'failed' })
  })

  it.each([
    ['a refusal', answer(401), { status: 'returned', reason: 'refused' }],
    ['a server that fails', answer(500), { status: 'delivered', stale: true }],
    [
      'a login page',
      answer(200, '<html>', { 'content-type': 'text/html' }),
      { status: 'delivered', stale: true },
    ],
  ])('and %s', async (_name, reply, expected) => {
    const world = await afterVisit()
    world.network.next(reply)
    const app = openReads(world)

    const receipt = app.dispatch(loadMe())
    await world.settle()

    expect(await receipt.settled).toMatchObject(expected)
    world.setOnline(false)
    const offline = app.dispatch(loadMe())
    await world.settle()
    expect(await offline.settled).toMatchObject({ answer: { name: 'Ada' }, stale: true })
  })

  it('is given while conditions are not met, if the route says so', async () => {
    const world = await afterVisit()
    const route = read(createAction('me/load'), {
      request: () => '/api/me',
      when: { network: 'unmetered' },
      whileWaiting: 'cached',
    })
    const app = openReads(world, { routes: [route] })
    app.tab.setDevice({ unmetered: false })

    const receipt = app.dispatch(route())
    await world.settle()
    expect(await receipt.settled).toMatchObject({ answer: { name: 'Ada' }, stale: true })
    expect(app.wire()).toEqual(['me'])

    world.network.next(me('Ada L.'))
    app.tab.setDevice({ unmetered: true })
    await world.settle()
    expect(told(app)).toEqual(['Ada', 'Ada L.'])
  })

  it('is not given while conditions are not met, unless the route says so', async () => {
    const world = await afterVisit()
    const route = read(createAction('me/load'), { request: () => '/api/me', when: { network: 'unmetered' } })
    const app = openReads(world, { routes: [route] })
    app.tab.setDevice({ unmetered: false })

    app.dispatch(route())
    await world.clock.advance(60_000)

    expect(told(app)).toEqual([])
  })
})
