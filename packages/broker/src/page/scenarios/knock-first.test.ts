// The first tunnel of a new user. A POST to a plain server on a bad line waits, and is in doubt only where it may have
// left.
import { type ActionCreatorWithPayload, createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { type AppOptions, openApp } from '../../../test/page-fixture.js'
import { freshMs } from '../../core/limits.js'
import { type RequestTemplate, type WriteOptions, write } from '../../index.js'
import { answer, createTestWorld, held, noAnswer, type TestWorld } from '../../testing/index.js'

type Pay = { readonly id: string }
type Route = Partial<WriteOptions<ActionCreatorWithPayload<Pay>, unknown>>

const payWith = (route: Route = {}) =>
  write(createAction<Pay>('pay'), {
    request: ({ id }): RequestTemplate => ({ url: `/api/pay/${id}`, body: { amount: 10 } }),
    ...route,
  })

function openPay(world: TestWorld, more: AppOptions = {}, route: Route = {}) {
  const pay = payWith(route)
  const app = openApp(world, { routes: [pay], ...more })
  return { ...app, pay: (id: string) => app.store.dispatch(pay({ id })) }
}

const ok = () => answer(200, {})
const statesOf = ({ outbox }: ReturnType<typeof openPay>) =>
  Object.values(outbox().entries).map(({ state }) => state)

describe('a POST to a plain server', () => {
  it.each(['unreachable while the browser believes itself online', 'offline'])(
    'waits without an attempt while the network is %s, and has its effect once afterwards',
    async (how) => {
      const world = createTestWorld({ network: ok })
      const app = openPay(world)
      await world.settle()
      const setNetwork = (isThere: boolean) =>
        how === 'offline' ? world.setOnline(isThere) : world.network.setReachable(isThere)
      setNetwork(false)
      for (let i = 0; i < 20; i++) app.pay(`p${i}`)
      await world.clock.advance(60_000)

      expect(world.network.requests).toEqual([])
      expect(new Set(statesOf(app))).toEqual(new Set(['accepted']))
      expect(app.outbox()).toMatchObject({ waiting: 20, connectivity: 'offline' })

      setNetwork(true)
      await world.clock.advance(16_000)
      expect(world.network.requests).toHaveLength(20)
      expect(app.outbox()).toMatchObject({ waiting: 0, connectivity: 'online' })
    },
  )

  describe.each([502, 503, 504, 511] as const)(
    'behind a gateway that answers its knock with %i',
    (status) => {
      function behindGateway() {
        const world = createTestWorld({ network: ok })
        world.network.setReachable(status)
        const app = openPay(world)
        for (let i = 0; i < 5; i++) app.pay(`p${i}`)
        return { world, app }
      }

      it('waits without an attempt, and the slice says why', async () => {
        const { world, app } = behindGateway()
        await world.clock.advance(120_000)

        expect(world.network.requests).toEqual([])
        expect(app.outbox()).toMatchObject({
          waiting: 5,
          connectivity: status === 511 ? 'offline' : 'degraded',
          trouble: [{ code: 'http', httpStatus: status }],
        })
        expect(Object.values(app.outbox().entries)).toMatchObject(Array(5).fill({ attempts: 0 }))
      })

      it('is sent with all other waiting entries within 15 s after the server is back', async () => {
        const { world, app } = behindGateway()
        await world.clock.advance(200_000)
        world.network.setReachable(true)
        await world.clock.advance(15_000)

        expect(world.network.requests).toHaveLength(5)
        expect(app.outbox()).toMatchObject({ waiting: 0, connectivity: 'online', trouble: [] })
      })

      it.each(['resume', 'a tap'])('is sent at once by %s', async (by) => {
        const { world, app } = behindGateway()
        await world.clock.advance(18_000)
        world.network.setReachable(true)
        if (by === 'resume') app.broker.resume()
        else app.pay('one more')
        await world.settle()

        expect(app.outbox().waiting).toBe(0)
      })

      it('knocks once for all waiting entries, at most every 15 s', async () => {
        const { world } = behindGateway()
        await world.clock.advance(60_000)

        expect(world.network.knocks.length).toBeLessThanOrEqual(6)
      })
    },
  )

  it('is in doubt if it may have been sent, whether the browser says online or offline', async () => {
    const world = createTestWorld({ network: ok })
    const app = openPay(world)
    const reply = held()
    world.network.next(reply.reply)
    app.pay('p1')
    await world.settle()
    world.setOnline(false)
    reply.release(noAnswer())
    await world.settle()
    world.setOnline(true)
    await world.clock.advance(120_000)

    expect(world.network.requests).toHaveLength(1)
    expect(statesOf(app)).toEqual(['inDoubt'])
  })

  it('can be cancelled while it waits behind a closed gateway, since it was never sent', async () => {
    const world = createTestWorld({ network: ok })
    const app = openPay(world)
    world.network.setReachable(false)
    const receipt = app.pay('p1')
    await world.clock.advance(60_000)

    expect(await receipt.cancel()).toBe('cancelled')
    world.network.setReachable(true)
    await world.clock.advance(60_000)
    expect(world.network.requests).toEqual([])
  })

  it('can be cancelled while its knock is under way, is never sent then, and its lane goes on', async () => {
    const world = createTestWorld({ network: ok })
    const tab = world.tab()
    const knocks: ((status: number) => void)[] = []
    tab.ports.network.knock = () => new Promise((resolve) => void knocks.push(resolve))
    const app = openPay(world, { tab }, { lane: () => 'pay' })
    const [first, second] = [app.pay('p1'), app.pay('p2')]
    await world.clock.advance(100)

    expect(await first.cancel()).toBe('cancelled')
    expect(await first.settled).toEqual({ status: 'cancelled' })
    knocks.shift()?.(200)
    await world.clock.advance(3_000)
    knocks.shift()?.(200)
    await world.clock.advance(1_000)

    expect(world.network.requests.map(({ url }) => url)).toEqual(['https://app.test/api/pay/p2'])
    expect((await second.settled).status).toBe('delivered')
  })

  it('knocks at the root of its origin or the app’s URL, unless something was just answered', async () => {
    const world = createTestWorld({ network: ok })
    const app = openPay(world)
    app.pay('p1')
    await world.settle()
    app.pay('p2')
    await world.settle()
    await world.clock.advance(freshMs + 1)
    app.tab.host.hear('/app/logo.svg')
    app.pay('p3')
    await world.settle()
    expect(world.network.knocks).toEqual(['https://app.test/'])

    await app.broker.stop()
    const named = openPay(world, { knock: '/api/health', name: 'named' })
    await world.settle()
    named.pay('p4')
    await world.settle()
    expect(world.network.knocks).toEqual(['https://app.test/', 'https://app.test/api/health'])
    expect(world.network.requests).toHaveLength(4)
  })

  it('knocks at its own origin, and at the root if the app’s URL is on another origin', async () => {
    const world = createTestWorld({ network: ok })
    const app = openPay(
      world,
      { origins: ['https://api.test'], knock: '/api/health' },
      { request: ({ id }) => ({ url: `https://api.test/pay/${id}`, body: {} }) },
    )
    app.pay('p1')
    await world.settle()

    expect(world.network.knocks).toEqual(['https://api.test/'])
  })
})

describe('a request that may be repeated', () => {
  it.each([
    ['the route says so', {}, { repeatable: true }],
    ['the app takes that on itself', { onUnknownEffect: 'repeat' }, {}],
    ['the server honours keys', { server: 'idempotent' }, {}],
  ] as const)('is repeated automatically after a lost answer: %s', async (_why, options, route) => {
    const echo = (request: { readonly key: string }) =>
      answer(200, {}, { 'idempotency-key': `"${request.key}"` })
    const world = createTestWorld({ network: [noAnswer(), noAnswer(), echo] })
    const app = openPay(world, options, route)
    app.pay('p1')
    await world.clock.advance(4_000)

    expect(world.network.requests).toHaveLength(3)
    expect(app.outbox().waiting).toBe(0)
  })

  it('knocks first if only the app allows a repeat, so that few effects are doubled', async () => {
    const world = createTestWorld({ network: ok })
    const app = openPay(world, { onUnknownEffect: 'repeat' })
    world.network.setReachable(false)
    app.pay('p1')
    await world.clock.advance(60_000)

    expect(world.network.requests).toEqual([])
    expect(world.network.knocks.length).toBeGreaterThan(0)
  })

  it('does not include a PUT whose route sets `repeatable: false`', async () => {
    const world = createTestWorld({ network: [noAnswer()] })
    const app = openPay(
      world,
      {},
      { repeatable: false, request: ({ id }) => ({ method: 'PUT', url: `/api/pay/${id}` }) },
    )
    app.pay('p1')
    await world.clock.advance(60_000)

    expect(world.network.requests).toHaveLength(1)
    expect(statesOf(app)).toEqual(['inDoubt'])
  })
})

it('an invalid option throws at once', () => {
  const world = createTestWorld()
  const open = (options: object) => () => openPay(world, options as AppOptions)

  expect(() => payWith({ repeatable: 'yes' as never })).toThrow(
    "write(pay) expects `repeatable` to be true or false; got 'yes'.",
  )
  expect(open({ onUnknownEffect: 'retry' })).toThrow(
    "createBroker() expects `onUnknownEffect` to be 'ask' or 'repeat'; got 'retry'.",
  )
  expect(open({ knock: '' })).toThrow('`knock` to be a string that is not empty')
  expect(open({ knock: 'http://' })).toThrow("`knock` to be a URL, such as '/api/health'")
})
