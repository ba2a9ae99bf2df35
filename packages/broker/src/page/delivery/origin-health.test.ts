// One health per origin: an answer of any kind ends "away" at once, and a page in which reads are answered is not offline.
import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { loadMe, openReads } from '../../../test/reads-fixture.js'
import { cancel, discardAll, write } from '../../index.js'
import { answer, createTestWorld, noAnswer, type SentRequest } from '../../testing/index.js'

const liked = write(createAction<string>('liked'), {
  request: (id) => ({ method: 'PUT', url: `/api/likes/${id}` }),
})
const paid = write(createAction<string>('paid'), { request: (id) => ({ url: `/api/pay/${id}`, body: {} }) })

/** Reads are answered; of writes the first `lost` lose their answers. */
function lossy(lost: number) {
  let left = lost
  return ({ method }: SentRequest) => (method === 'GET' || left-- <= 0 ? answer(200, {}) : noAnswer())
}

const open = (world: ReturnType<typeof createTestWorld>) => {
  const app = openReads(world, { routes: [liked, paid, loadMe] })
  return { ...app, outbox: () => app.store.getState().broker }
}

/** A page that sent a write when nothing reached its origin, and the knocks that it made for it. */
async function openAway() {
  const world = createTestWorld()
  const app = open(world)
  await world.settle()
  world.network.setReachable(false)
  app.dispatch(liked('p1'))
  await world.clock.advance(1_000)
  return { world, app, knocks: world.network.knocks.length }
}

describe('an origin that seemed unreachable', () => {
  it.each([
    ['a read', (app: ReturnType<typeof open>) => app.dispatch(loadMe())],
    ["the app's own traffic", (app: ReturnType<typeof open>) => app.tab.host.hear('/logo.svg', 404)],
    [
      'a read of broker.fetch that is refused',
      (app: ReturnType<typeof open>) => app.broker.fetch('/api/none').catch(() => {}),
    ],
  ])('is back at once with the answer of %s, and waiting entries are sent', async (_what, read) => {
    const world = createTestWorld({ network: ({ url }) => answer(url.includes('none') ? 404 : 200, {}) })
    const app = open(world)
    await world.settle()
    world.network.setReachable(false)
    app.dispatch(liked('p1'))
    app.dispatch(paid('p2'))
    await world.clock.advance(7_000)
    expect(app.outbox()).toMatchObject({ connectivity: 'offline', waiting: 2 })

    world.network.setReachable(true)
    await world.clock.advance(1)
    read(app)
    await world.clock.advance(1)

    expect(app.outbox()).toMatchObject({ connectivity: 'online', waiting: 0 })
  })

  it('stays unreachable if a gateway answers that no server is behind it', async () => {
    const { world, app, knocks } = await openAway()

    for (const status of [502, 503, 504, 511]) app.tab.host.hear('/api/me', status)
    await world.settle()

    expect(app.outbox().connectivity).toBe('offline')
    expect(world.network.knocks.length).toBe(knocks)
  })

  it('is not tried more often because other origins answer', async () => {
    const { world, app, knocks } = await openAway()

    for (let i = 0; i < 9; i++) app.tab.host.hear('https://cdn.test/font.woff2')
    await world.settle()

    expect(app.outbox().connectivity).toBe('degraded')
    expect(world.network.knocks.length).toBe(knocks)
  })
})

describe('an origin for which nothing waits any more', () => {
  it.each<[string, (app: ReturnType<typeof open>, id: string) => Promise<unknown>]>([
    ['cancel', (app, id) => cancel(app.broker, id)],
    ['discardAll', (app) => discardAll(app.broker)],
  ])('does not keep the page offline once the browser is back: by %s', async (_how, takeBack) => {
    const world = createTestWorld()
    const app = open(world)
    await world.settle()
    world.setOnline(false)
    const { id } = app.dispatch(paid('p1'))
    await world.clock.advance(20_000)
    await takeBack(app, id)
    await world.settle()
    const { connectivity, waiting } = app.outbox()
    const knocks = world.network.knocks.length

    world.setOnline(true)
    await world.settle()

    expect({ connectivity, waiting }).toEqual({ connectivity: 'offline', waiting: 0 })
    expect(app.outbox().connectivity).toBe('online')
    expect(world.network.knocks).toHaveLength(knocks)
    expect(app.wire()).toEqual([])
  })

  it('does not keep a page degraded whose entries are all in doubt', async () => {
    const world = createTestWorld({ network: () => noAnswer() })
    const app = open(world)
    await world.settle()
    for (const id of ['p1', 'p2', 'p3']) app.dispatch(paid(id))
    await world.clock.advance(20_000)

    const states = Object.values(app.outbox().entries).map(({ state }) => state)
    expect(states).toEqual(['inDoubt', 'inDoubt', 'inDoubt'])
    expect(app.outbox().connectivity).toBe('online')
  })

  it('does not keep it degraded after the time that a server asked for', async () => {
    const world = createTestWorld({ network: () => answer(429, {}, { 'retry-after': '600' }) })
    const app = open(world)
    const { id } = app.dispatch(liked('p1'))
    await world.settle()
    const before = app.outbox().connectivity

    await cancel(app.broker, id)
    await world.settle()

    expect(before).toBe('degraded')
    expect(app.outbox()).toMatchObject({ connectivity: 'online', waiting: 0 })
  })
})

describe('a page whose writes go to an unreachable origin, and whose reads go to another', () => {
  const elsewhere = 'https://write.test'
  const saved = write(createAction('saved'), {
    request: () => ({ url: `${elsewhere}/w`, method: 'PUT', body: {} }),
  })

  function openApart() {
    const isThere = { reads: true }
    const world = createTestWorld({
      network: ({ url }) => (isThere.reads && !url.startsWith(elsewhere) ? answer(200, {}) : noAnswer()),
    })
    const tab = world.tab()
    tab.ports.network.knock = async (url) => (isThere.reads && !url.startsWith(elsewhere) ? 200 : undefined)
    const app = openReads(world, { tab, routes: [saved, loadMe], origins: [elsewhere] })
    return { world, isThere, app, says: () => app.store.getState().broker.connectivity }
  }

  it.each([1_000, 4_000, 10_000, 29_000])(
    'never shows offline if a read is answered each %i ms',
    async (gapMs) => {
      const { world, app, says } = openApart()
      app.dispatch(loadMe())
      await world.settle()
      app.dispatch(saved())
      const seen = new Set<string>()
      for (let i = 0; i < 200; i++) {
        if ((i * 1_000) % gapMs === 0) app.dispatch(loadMe())
        await world.clock.advance(1_000)
        seen.add(says())
      }

      expect([...seen].filter((one) => one !== 'online')).toEqual(['degraded'])
    },
  )

  it('shows offline at once if a read fails too, and within a minute without reads', async () => {
    const { world, app, says, isThere } = openApart()
    app.dispatch(loadMe())
    await world.settle()
    app.dispatch(saved())
    await world.clock.advance(20_000)
    expect(says()).toBe('degraded')
    await world.clock.advance(40_000)
    expect(says()).toBe('offline')

    app.dispatch(loadMe())
    await world.clock.advance(1_000)
    expect(says()).toBe('degraded')
    isThere.reads = false
    app.dispatch(loadMe())
    await world.clock.advance(16_000)
    expect(says()).toBe('offline')
  })
})

describe('lost answers', () => {
  it('cause the short waits of the backoff (1, 2 and 4 s at most), not those of an unreachable origin', async () => {
    const world = createTestWorld({ network: lossy(3) })
    const app = open(world)
    app.dispatch(liked('p1'))
    const seen = new Set<string>()
    for (let i = 0; i < 14; i++) {
      await world.clock.advance(500)
      seen.add(app.outbox().connectivity)
    }

    expect(app.outbox().waiting).toBe(0)
    expect(seen.has('offline')).toBe(false)
  })

  it.each([2, 5, 11])(
    'of %i writes at once never make a page offline whose reads are answered',
    async (n) => {
      const world = createTestWorld({ network: lossy(2 * n) })
      const app = open(world)
      for (let i = 0; i < n; i++) app.dispatch(liked(`p${i}`))
      const seen = new Set<string>()
      for (let i = 0; i < 40; i++) {
        app.dispatch(loadMe())
        await world.clock.advance(500)
        seen.add(app.outbox().connectivity)
      }

      await world.clock.advance(3_600_000)

      expect(app.outbox().waiting).toBe(0)
      expect(seen.has('offline')).toBe(false)
    },
  )
})

it('a page is online from its first answer on, even if its browser always says offline', async () => {
  const world = createTestWorld({ network: () => answer(200, {}) })
  const app = open(world)
  await world.settle()
  app.tab.host.setOnline(false)
  await world.settle()
  app.dispatch(loadMe())
  await world.settle()
  await world.clock.advance(1)
  app.dispatch(paid('p1'))
  await world.settle()

  expect(app.outbox()).toMatchObject({ waiting: 0 })
})
