import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { cancel, deadLetters, discard, discardAll, markDelivered, write } from '../../index.js'
import { acknowledge, answer, createTestWorld, noAnswer, redirect } from '../../testing/index.js'
import { api, options, sent, setUp } from '../fixtures/failed-attempts.fixture.js'

const own = 'https://app.test'

describe('trouble with an origin', () => {
  it.each([
    ['nothing ever answered there', `${api}/a`, {}, noAnswer(), 'neverAnswered'],
    ['nothing ever answered at home', '/a', {}, noAnswer(), 'neverAnswered'],
    [
      'a server of another origin that shows no key',
      `${api}/a`,
      { server: 'idempotent' },
      answer(200, {}),
      'headerNotExposed',
    ],
    ['a server at home that shows no key', '/a', { server: 'idempotent' }, answer(200, {}), 'keyNotEchoed'],
    [
      'a page for an answer',
      `${api}/a`,
      {},
      answer(200, 'hello', { 'content-type': 'text/plain' }),
      'notAcknowledged',
    ],
    ['a redirect', '/a', {}, redirect(), 'redirected'],
    ['a failing server', '/a', {}, answer(502), 'http'],
  ] as const)('has an origin and a code: %s', async (_what, url, more, reply, code) => {
    const world = createTestWorld({ network: () => reply })
    const app = openApp(world, { ...options, ...more })
    app.store.dispatch(sent({ url, method: 'PUT', body: {} }))
    await world.settle()

    const { trouble } = app.outbox()
    expect(trouble).toMatchObject([{ origin: url.startsWith(api) ? api : own, code, at: world.clock.now() }])
    expect(JSON.parse(JSON.stringify(trouble))).toMatchObject([{ code }])
  })

  it('ends with the next answer, and a later failure is not one of an unanswered origin', async () => {
    const { world, app, send } = setUp()
    world.network.next(noAnswer(), (request) => acknowledge(request, {}), noAnswer())
    send('/a')
    await world.clock.advance(3_000)
    expect(app.outbox()).toMatchObject({ trouble: [], waiting: 0 })

    send('/a')
    await world.settle()
    expect(app.outbox().trouble).toMatchObject([{ origin: own, code: 'network' }])
  })

  it('does not exist while the device is offline or the session is over', async () => {
    const { world, app, send } = setUp()
    world.setOnline(false)
    send('/a')
    await world.settle()
    expect(app.outbox().trouble).toEqual([])

    world.setOnline(true)
    world.network.next(answer(401))
    send('/b')
    await world.clock.advance(5_000)
    expect(app.outbox().trouble).toEqual([])
  })

  it('stays the same object while it does not change', async () => {
    const { world, app, send } = setUp()
    world.network.next(answer(500))
    send(`${api}/a`)
    await world.settle()
    const { trouble } = app.outbox()
    await send('/b').settled

    expect(trouble).toMatchObject([{ origin: api }])
    expect(app.outbox().trouble).toBe(trouble)
  })
})

describe('trouble with the app’s own function for the headers', () => {
  it.each([
    ['`prepareHeaders`', { prepareHeaders: () => JSON.parse('Unauthorized') }, undefined],
    ['`prepareHeaders`', { prepareHeaders: async () => Promise.reject('no token') }, undefined],
    ['the `headers` of sent', {}, () => JSON.parse('Unauthorized')],
    ['the `headers` of sent', {}, () => Promise.reject(undefined)],
  ])('is reported by the function’s name, and listed for the origin: %s', async (name, more, headers) => {
    const world = createTestWorld()
    const route = write(sent, { request: (template) => template, ...(headers && { headers }) })
    const app = openApp(world, { ...options, routes: [route], ...more })
    app.store.dispatch(route({ url: '/a', method: 'PUT' }))
    await world.settle()

    expect(String(world.reports[0])).toContain(`redux-broker: ${name} threw: `)
    expect(world.reports[0]).toHaveProperty('cause')
    expect(app.outbox().trouble).toMatchObject([{ origin: own, code: 'headers', reason: 'headers' }])
  })
})

describe('an app whose `prepareHeaders` throws for all that waits', () => {
  it.each([3, 8, 40])(
    'is degraded with %i lanes, offline without a network, and delivers all once it works',
    async (count) => {
      const world = createTestWorld()
      let works = false
      const route = write(sent, { request: (template) => template })
      const prepareHeaders = () => {
        if (!works) throw new Error('no token')
      }
      const app = openApp(world, { ...options, routes: [route], prepareHeaders })
      for (let i = 0; i < count; i++) app.store.dispatch(route({ url: `/${i}`, method: 'POST' }))
      await world.clock.advance(60_000)
      expect(app.outbox()).toMatchObject({ connectivity: 'degraded', waiting: count })
      expect(app.outbox().trouble).toMatchObject([{ origin: own, code: 'headers', reason: 'headers' }])
      expect(world.reports.length).toBeLessThanOrEqual(40)

      world.setOnline(false)
      await world.clock.advance(3_600_000)
      expect(app.outbox()).toMatchObject({ connectivity: 'offline', waiting: count, deadLetters: 0 })

      world.setOnline(true)
      await world.clock.advance(1_000)
      expect(app.outbox()).toMatchObject({ connectivity: 'degraded', waiting: count })
      works = true
      await world.clock.advance(16_000)
      expect(app.outbox()).toMatchObject({ connectivity: 'online', waiting: 0, deadLetters: 0, trouble: [] })
      expect(world.network.requests).toHaveLength(count)
    },
  )
})

describe('trouble of a discarded entry', () => {
  const leftBy = async (
    reply: ReturnType<typeof answer> | 'silence',
    method: string,
    end: (app: App, id: string) => unknown,
  ) => {
    const { world, app, send, only } = setUp()
    world.network.next(reply === 'silence' ? noAnswer({ timedOut: true }) : reply)
    send('/a', method)
    await world.settle()
    const before = app.outbox().trouble
    await end(app, only()?.id ?? '')
    await world.settle()
    return { before, world, app, send }
  }
  type App = ReturnType<typeof openApp>

  it.each([
    ['cancelled', answer(503), 'PUT', ({ broker }: App, id: string) => cancel(broker, id)],
    ['in doubt, discarded', 'silence', 'POST', ({ broker }: App, id: string) => discard(broker, id)],
    [
      'in doubt, marked as delivered',
      'silence',
      'POST',
      ({ broker }: App, id: string) => markDelivered(broker, id),
    ],
    ['with all others', answer(503), 'PUT', ({ broker }: App) => discardAll(broker)],
  ] as const)('is removed with it, and does not come back: %s', async (_what, reply, method, end) => {
    const { before, world, app, send } = await leftBy(reply, method, end)
    expect(before).toHaveLength(1)
    expect(app.outbox().trouble).toEqual([])

    world.setOnline(false)
    send('/b')
    await world.settle()
    expect(app.outbox().trouble).toEqual([])
  })

  it('is removed with its dead letter', async () => {
    const { world, app, send } = setUp()
    world.network.always(answer(200, '<html>', { 'content-type': 'text/html' }))
    send('/a')
    await world.clock.advance(3_600_000)
    const [letter] = await deadLetters(app.broker)
    expect(app.outbox().trouble).toMatchObject([{ code: 'notAcknowledged' }])

    await discard(app.broker, letter?.id ?? '')
    await world.settle()
    expect(app.outbox().trouble).toEqual([])
  })
})
