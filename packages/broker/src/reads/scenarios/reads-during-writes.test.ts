import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import type { Reply } from '../../core/network/network.js'
import { read, write } from '../../index.js'
import {
  acknowledge,
  answer,
  createTestWorld,
  held,
  noAnswer,
  type SentRequest,
} from '../../testing/index.js'
import { clapped, echo, feeds, isRead, liked, loadFeed, loadMe, routes } from '../fixtures/feed.fixture.js'

describe('a read of tags that are being written', () => {
  it('waits for forty pending likes and is sent once, after the last of them (P8)', async () => {
    const world = createTestWorld({ network: echo })
    const app = openReads(world, { routes })
    app.dispatch(loadFeed())
    await world.settle()
    world.setOnline(false)
    for (let id = 1; id <= 40; id++) app.dispatch(liked({ id }))
    await world.settle()
    const before = world.network.requests.length

    world.setOnline(true)
    app.dispatch(loadFeed())
    await world.clock.advance(5_000)

    const sent = world.network.requests.slice(before)
    expect(sent.map(isRead)).toEqual([...Array.from({ length: 40 }, () => false), true])
  })

  it('is sent before a less urgent read of other tags, at the start of a page too', async () => {
    const world = createTestWorld({ network: echo })
    const urgent = read(createAction('urgent'), {
      request: () => '/api/urgent',
      priority: 1,
      tags: ['posts'],
    })
    const later = read(createAction('later'), { request: () => '/api/later' })
    const app = openReads(world, { routes: [liked, urgent, later], limits: { readsMax: 1 } })

    app.dispatch(later())
    app.dispatch(urgent())
    await world.settle()

    expect(app.wire()).toEqual(['urgent', 'later'])
  })

  it('waits 4 s at most for a write that is retried, whose change is shown over the answer', async () => {
    const world = createTestWorld({ network: (request) => (isRead(request) ? echo(request) : answer(503)) })
    const app = openReads(world, { routes })
    app.dispatch(liked({ id: 1 }))
    await world.clock.advance(60_000)
    const reads = () => world.network.requests.filter(isRead)

    app.dispatch(loadFeed())
    await world.clock.advance(3_999)
    expect(reads()).toEqual([])
    await world.clock.advance(2_001)

    expect(reads()).toHaveLength(1)
    expect(feeds(app)).toMatchObject([{ meta: { fetchedAt: expect.any(Number) } }])
    expect(feeds(app)[0]).not.toHaveProperty('meta.uncertain')
  })

  it('does not wait for a write to other tags', async () => {
    const world = createTestWorld({ network: held().reply })
    const app = openReads(world, { routes })
    app.dispatch(liked({ id: 1 }))
    await world.settle()

    app.dispatch(loadMe())
    app.dispatch(loadFeed())
    await world.settle()

    expect(world.network.requests.filter(isRead).map(({ url }) => url)).toEqual(['https://app.test/api/me'])
  })

  it('is repeated if a write began while it was in flight, and only the second answer is shown', async () => {
    const world = createTestWorld({ network: echo })
    const first = held()
    const app = openReads(world, { routes })
    await world.settle()
    world.network.next(first.reply)
    const receipt = app.dispatch(loadFeed())
    await world.settle()

    app.dispatch(clapped({ id: 1 }))
    await world.settle()
    world.network.always(answer(200, 'second'))
    first.release(answer(200, 'first'))
    await world.settle()

    expect(await receipt.settled).toMatchObject({ status: 'delivered', answer: 'second' })
    expect(feeds(app)).toHaveLength(1)
    expect(world.network.requests.filter(isRead)).toHaveLength(2)
  })

  it('is answered although another route’s tags are invalid, which is reported (P13)', async () => {
    const wrong = write(createAction('wrong'), {
      request: () => ({ method: 'PUT', url: '/api/wrong' }),
      tags: () => undefined as never,
    })
    const world = createTestWorld({
      network: (request) => (isRead(request) ? answer(200, {}) : held().reply),
    })
    const app = openReads(world, { routes: [...routes, wrong] })
    app.dispatch(wrong())
    await world.settle()

    const receipts = [app.dispatch(loadFeed()), app.dispatch(loadMe())]
    await world.settle()

    const settled = await Promise.all(receipts.map((receipt) => receipt.settled))
    expect(settled.map(({ status }) => status)).toEqual(['delivered', 'delivered'])
    expect(world.reports[0]).toMatchObject({ name: 'TypeError' })
  })

  it('is repeated after a later write if there was no room after an earlier one', async () => {
    const world = createTestWorld({ network: echo })
    world.network.always((request) => (isRead(request) ? answer(200, {}) : echo(request)))
    const app = openReads(world, { routes, limits: { waitingReadsMax: 1, concurrencyMax: 1 } })
    app.dispatch(loadFeed())
    await world.settle()
    app.tab.host.setVisible(false)
    const leave = new AbortController()
    const others = ['/api/a', '/api/b'].map((url) =>
      app.broker.fetch(url, { when: { visible: true }, signal: leave.signal }).catch(() => {}),
    )
    await world.settle()
    app.dispatch(liked({ id: 1 }))
    await world.settle()
    leave.abort()
    await Promise.all(others)
    const before = feeds(app).length

    app.dispatch(liked({ id: 2 }))
    await world.settle()

    expect(feeds(app).length).toBe(before + 1)
  })

  it.each([
    ['one that the device takes for offline', false, {}],
    ['one that waits for conditions, while it is in flight', true, {}],
    ['one that has left and waits for conditions again', true, { unmetered: false }],
  ] as const)('is not repeated again and again during a write in flight: %s', async (_, online, device) => {
    const uploaded = write(createAction('uploaded'), {
      request: () => ({ method: 'PUT', url: '/api/photo' }),
      tags: ['posts'],
      server: 'idempotent',
      ...(online && { when: { network: 'unmetered' } }),
    })
    const world = createTestWorld()
    const soon = () => new Promise<Reply>((give) => world.clock.after(10, () => give(answer(200, {}))))
    const stuck = 'unmetered' in device ? noAnswer() : held().reply
    world.network.always((request) => (isRead(request) ? soon() : stuck))
    const app = openReads(world, { routes: [...routes, uploaded] })
    await world.settle()
    app.tab.host.setOnline(online)
    app.dispatch(uploaded())
    await world.settle()
    app.tab.setDevice(device)

    app.dispatch(loadFeed())
    await world.clock.advance(10_000)

    const [first, ...rest] = world.network.requests
    expect(first?.method).toBe('PUT')
    expect(rest.filter(isRead).length).toBeLessThan(3)
  })

  it('is delivered as uncertain after 30 s, and repeated when the write has ended', async () => {
    const world = createTestWorld()
    const stuck = held()
    world.network.next(stuck.reply)
    world.network.always((request) => (isRead(request) ? answer(200, 'feed') : acknowledge(request, {})))
    const app = openReads(world, { routes, limits: { attemptMs: 60_000 } })
    app.dispatch(clapped({ id: 7 }))
    await world.settle()

    const receipt = app.dispatch(loadFeed())
    await world.clock.advance(29_999)
    const before = world.network.requests.filter(isRead).length
    await world.clock.advance(1)

    expect(before).toBe(0)
    expect(await receipt.settled).toMatchObject({ status: 'delivered', uncertain: ['posts'] })
    expect(feeds(app).at(-1)).toMatchObject({ meta: { uncertain: ['posts'] } })
    stuck.release(acknowledge(world.network.requests[0] as SentRequest, {}))
    await world.settle()
    expect(feeds(app)).toHaveLength(2)
    expect(feeds(app).at(-1)).not.toHaveProperty('meta.uncertain')
  })

  it('is sent although a kept answer is fresh enough, if that is older than the write', async () => {
    const world = createTestWorld({ network: echo })
    const app = openReads(world, { routes })
    const load = () => void app.broker.fetch('/api/feed', { freshForMs: 60_000, tags: ['posts'] })
    load()
    await world.settle()
    load()
    await world.settle()
    const before = world.network.requests.length
    await world.clock.advance(1)
    app.dispatch(clapped({ id: 1 }))
    await world.settle()

    load()
    await world.settle()

    expect(before).toBe(1)
    expect(world.network.requests.map(isRead)).toEqual([true, false, true])
  })

  it('is not kept while it is uncertain', async () => {
    const world = createTestWorld()
    const stuck = held()
    world.network.next(stuck.reply)
    world.network.always(answer(200, 'feed'))
    const app = openReads(world, { routes, limits: { attemptMs: 60_000 } })
    app.dispatch(clapped({ id: 7 }))
    await world.settle()
    const receipt = app.dispatch(loadFeed())
    await world.clock.advance(30_000)
    await receipt.cancel()

    world.setOnline(false)
    const fetched = app.broker.fetch('/api/feed').catch((error: unknown) => error)
    await world.settle()

    expect((await receipt.settled).status).toBe('delivered')
    expect(await fetched).toBeInstanceOf(TypeError)
  })
})
