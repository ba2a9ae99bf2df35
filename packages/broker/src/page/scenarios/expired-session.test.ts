import { describe, expect, it } from 'vitest'
import { openApp, signedIn, signedOut } from '../../../test/page-fixture.js'
import { acknowledge, answer, createTestWorld, redirect } from '../../testing/index.js'

/** The session was over at one write, and is good again by the time that anybody asks. */
const renewed = () => {
  const world = createTestWorld({
    network: (request) => (request.method === 'GET' ? answer(200, { id: 'ada' }) : acknowledge(request, {})),
  })
  world.network.next(answer(401))
  const app = openApp(world, { sessionProbe: '/api/me' })
  app.clap('p1')
  return { world, app }
}

describe('an expired session (P7)', () => {
  it('pauses waiting entries after one 401, without more attempts', async () => {
    const world = createTestWorld({ network: answer(401) })
    world.setOnline(false)
    const app = openApp(world, { limits: { concurrencyMax: 1 } })
    for (const post of ['p1', 'p2', 'p3']) app.clap(post)
    await world.settle()

    world.setOnline(true)
    await world.clock.advance(10_000)

    expect(world.network.requests).toHaveLength(1)
    expect(app.outbox()).toMatchObject({ paused: 'auth', waiting: 3 })
    expect(app.post('p1')?.claps).toBe(1)
  })

  it('resumes by broker.resume() after the sign-in, in order and with the same keys', async () => {
    const world = createTestWorld()
    world.network.next(answer(401))
    const app = openApp(world)
    await world.settle()
    const receipts = [app.clap('p1'), app.clap('p1')]
    await world.settle()

    await app.broker.resume()
    await world.settle()

    const [refused, ...sent] = world.network.requests.map(({ key }) => key)
    expect(sent).toEqual(receipts.map(({ id }) => id))
    expect(refused).toBe(sent[0])
    expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0 })
  })

  it('that another tab ended by a sign-out resumes in this tab by broker.resume() only', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    const other = openApp(world)
    await world.settle()
    other.store.dispatch(signedOut())
    await world.settle()
    app.clap('p1')
    await world.clock.advance(60_000)
    const before = { sent: world.network.requests.length, paused: app.outbox().paused }

    await app.broker.resume()
    await world.settle()

    expect(before).toEqual({ sent: 0, paused: 'auth' })
    expect(world.network.requests.map(({ principal }) => principal)).toEqual(['ada'])
    expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0 })
  })

  it('of another user is not taken over by broker.resume() (P6)', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    const other = openApp(world)
    await world.settle()
    other.store.dispatch(signedIn('bob'))
    await world.settle()
    app.clap('p1')
    await world.settle()

    await app.broker.resume()
    await world.clock.advance(60_000)

    expect(world.network.requests).toEqual([])
    expect(app.outbox()).toMatchObject({ paused: 'principal', waiting: 1 })
  })

  it('resumes by itself when the session probe succeeds', async () => {
    const { world, app } = renewed()
    await world.settle()

    app.tab.host.focus()
    await world.settle()

    expect(world.network.requests.map(({ url }) => url)).toContain('https://app.test/api/me')
    expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0 })
  })

  describe('that is valid again is detected', () => {
    const probes = (world: ReturnType<typeof createTestWorld>) =>
      world.network.requests.filter(({ method }) => method === 'GET')

    it.each([300, 1_000, 3_000, 5_000, 14_000])('at the first tap, with a tap each %i ms', async (gap) => {
      const { world, app } = renewed()
      await world.settle()
      for (let i = 0; i < 4; i += 1) {
        await world.clock.advance(gap)
        app.clap(`p${i}`)
        await world.settle()
      }

      expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0 })
      expect(probes(world)).toHaveLength(1)
    })

    it.each([2_000, 7_000, 14_000])('within 15 s, with news from another tab each %i ms', async (gap) => {
      const { world, app } = renewed()
      await world.settle()
      for (let ms = 0; ms < 16_000; ms += gap) {
        await world.clock.advance(gap)
        app.tab.ports.bus.post('changed')
        world.tab().ports.bus.post('changed')
      }

      expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0 })
    })

    it('at a tap in a hidden window too', async () => {
      const { world, app } = renewed()
      app.tab.host.setVisible(false)
      await world.clock.advance(5_000)
      app.clap('p2')
      await world.settle()

      expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0 })
    })

    it('while a long upload is under way', async () => {
      const { world, app } = renewed()
      await world.settle()
      world.network.next(answer(200, {}), new Promise(() => {}), answer(401))
      await world.clock.advance(2_000)
      app.clap('p2')
      app.clap('p3')
      await world.settle()
      expect(app.outbox().paused).toBe('auth')
      await world.clock.advance(2_000)
      app.clap('p4')
      await world.settle()

      expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 1 })
    })

    it('by one probe each 15 s for any number of tabs, and at most one a second during taps', async () => {
      const world = createTestWorld({ network: answer(401) })
      const [app] = Array.from({ length: 4 }, () => openApp(world, { sessionProbe: '/api/me' }))
      app?.clap('p1')
      await world.settle()
      const before = world.network.requests.length
      await world.clock.advance(60_000)
      const idle = world.network.requests.length
      for (let i = 0; i < 20; i += 1) {
        app?.clap('p1')
        await world.clock.advance(250)
      }

      expect(idle - before).toBe(4)
      expect([4, 5]).toContain(world.network.requests.length - idle)
    })
  })

  it('is probed after a redirect, since a login page is no answer', async () => {
    const world = createTestWorld()
    world.network.next(redirect(), answer(401))
    const app = openApp(world, { sessionProbe: '/api/me' })

    app.clap('p1')
    await world.settle()

    expect(app.outbox()).toMatchObject({ paused: 'auth', waiting: 1 })
  })
})
