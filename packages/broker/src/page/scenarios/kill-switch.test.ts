// Ways to have nothing sent while what waits stays, as docs/security.md names them.
import { createAction } from '@reduxjs/toolkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type App, type AppOptions, openApp, signedIn, signedOut } from '../../../test/page-fixture.js'
import { write } from '../../index.js'
import { acknowledge, answer, createTestWorld, type TestWorld } from '../../testing/index.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

const dayMs = 86_400_000

/** A device on which three writes of an earlier visit wait. The network is back. */
async function leftWaiting() {
  const world = createTestWorld()
  world.setOnline(false)
  const before = openApp(world)
  before.clap('p1')
  before.clap('p2')
  before.like('p1')
  await world.settle()
  before.tab.crash()
  world.setOnline(true)
  const knocksBefore = world.network.knocks.length
  /** The URLs that were asked since. */
  const asked = () => [
    ...world.network.requests.map(({ url }) => url),
    ...world.network.knocks.slice(knocksBefore),
  ]
  return { world, asked }
}

/** All that has a page send: time, a focus, the network, and the user's own word. */
async function wake({ world, app }: { readonly world: TestWorld; readonly app: App }) {
  app.tab.host.focus()
  await app.broker.resume()
  world.setOnline(false)
  await world.settle()
  world.setOnline(true)
  await world.clock.advance(dayMs)
}

async function opened(options: AppOptions) {
  const { world, asked } = await leftWaiting()
  const app = openApp(world, { sessionProbe: '/api/me', statusQuery: '/api/status/:key', ...options })
  await app.broker.ready
  return { world, app, asked }
}

describe('a page whose `user` returns no user', () => {
  it.each([
    ['undefined', undefined],
    ['null', null],
    ['an empty text', ''],
    ['no number', Number.NaN],
  ])('sends no waiting entry at any wake-up, if it returns %s', async (_, nobody) => {
    const { world, app, asked } = await opened({ user: () => nobody })

    await wake({ world, app })
    const shown = app.outbox()
    const refused = await app.clap('p3').settled

    expect(asked()).toEqual([])
    expect(shown).toEqual(expect.objectContaining({ waiting: 0, entries: {} }))
    expect(refused).toEqual({ status: 'notAccepted', reason: 'signedOut' })
  })

  it('loses no entry: all arrive once the app returns the user again', async () => {
    const { world, app } = await opened({ user: () => undefined })
    await wake({ world, app })
    await app.broker.stop()

    openApp(world)
    await world.clock.advance(5_000)

    expect(world.network.requests.map(({ url }) => new URL(url).pathname).sort()).toEqual([
      '/api/posts/p1/claps',
      '/api/posts/p1/like',
      '/api/posts/p2/claps',
    ])
  })

  it('differs from a page without routes, which sends all waiting entries', async () => {
    const { world } = await opened({ routes: [] })
    await world.clock.advance(5_000)

    expect(world.network.requests).toHaveLength(3)
  })
})

describe('a server that answers every write with 503 and `Retry-After`', () => {
  const added = createAction<number>('added')

  it.each([
    ['a POST to a plain server', 'plain', 'POST'],
    ['a POST to a server that honours keys', 'idempotent', 'POST'],
    ['a PUT to a plain server', 'plain', 'PUT'],
    ['a DELETE', 'idempotent', 'DELETE'],
  ] as const)('has no effects, and loses no entry of earlier pages: %s', async (_what, server, method) => {
    const closed = answer(503, {}, { 'retry-after': '3600' })
    let isOut = false
    const world = createTestWorld({
      network: (request) => (isOut ? acknowledge(request, {}) : closed),
    })
    const route = write(added, { request: (id) => ({ url: `/api/${id}`, method }), server, lane: String })
    const app = openApp(world, { routes: [route] })
    for (const id of [1, 2, 3]) app.store.dispatch(route(id))
    await world.settle()
    for (let day = 0; day < 7; day++) {
      app.tab.host.focus()
      await app.broker.resume()
      await world.clock.advance(dayMs)
    }

    const { length } = world.network.requests
    expect(app.outbox()).toMatchObject({ waiting: 3, deadLetters: 0 })
    expect(Object.values(app.outbox().entries).map(({ state }) => state)).toEqual(Array(3).fill('accepted'))
    expect(length).toBeLessThan(3 * 24 * 8)

    isOut = true
    await world.clock.advance(dayMs)
    expect(app.outbox().waiting).toBe(0)
    expect(world.network.requests).toHaveLength(length + 3)
  })
})

describe('a release whose `user` returns no user', () => {
  it('stops nothing if the page of an earlier release is opened, as from a cache', async () => {
    const { world, app } = await opened({ user: () => undefined })
    await app.broker.stop()
    openApp(world)
    await world.clock.advance(5_000)

    expect(world.network.requests).toHaveLength(3)
  })

  it('stops nothing in an open tab of an earlier release', async () => {
    const world = createTestWorld()
    const earlier = openApp(world)
    world.setOnline(false)
    earlier.clap('p1')
    await world.settle()
    openApp(world, { user: () => undefined })
    world.setOnline(true)
    await world.clock.advance(5_000)

    expect(world.network.requests).toHaveLength(1)
  })
})

describe('an app that locks by returning no user', () => {
  it('sends and shows nothing until its user is back', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    const other = openApp(world)
    world.setOnline(false)
    app.clap('p1')
    await world.settle()

    for (const { store } of [app, other]) store.dispatch(signedOut())
    await wake({ world, app })
    other.tab.host.focus()
    await world.clock.advance(dayMs)
    expect(world.network.requests).toEqual([])
    expect(app.outbox()).toEqual(expect.objectContaining({ waiting: 0, entries: {} }))
    expect(app.post('p1')?.claps).toBe(0)

    app.store.dispatch(signedIn('ada'))
    await world.clock.advance(5_000)
    expect(world.network.requests.map(({ principal }) => principal)).toEqual(['ada'])
    expect(app.outbox().waiting).toBe(0)
  })
})
