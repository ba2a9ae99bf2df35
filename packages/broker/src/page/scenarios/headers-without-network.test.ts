// A `prepareHeaders` that asks the server for a token, as the CSRF sample of the documents does. The app is
// told of a failure of that request as of a failure of the write itself.
import { createAction } from '@reduxjs/toolkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { type BrokerOptions, type RequestTemplate, write } from '../../index.js'
import { answer, createTestWorld } from '../../testing/index.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

const own = 'https://app.test'
const sent = write(createAction<RequestTemplate>('sent'), { request: (template) => template })

type Way = (() => Response) | 'no network'

const html = (status: number) => () =>
  new Response('<h1>Welcome to the hotel</h1>', { status, headers: { 'content-type': 'text/html' } })
const json = (status: number) => () => Response.json({ csrfToken: 't' }, { status })

/** An app whose token comes by this way, and whose server's root answers a knock as it says. */
async function open({ repeatable = false, words = 'Failed to fetch' } = {}) {
  const world = createTestWorld()
  let way: Way = json(200)
  const fetchToken = async () => {
    if (way === 'no network') throw new TypeError(words)
    return way()
  }
  const prepareHeaders: BrokerOptions<object, 'broker'>['prepareHeaders'] = async (headers) => {
    const reply = await fetchToken()
    if (!reply.headers.get('content-type')?.includes('json') || !reply.ok) throw reply
    headers.set('x-csrf-token', (await reply.json()).csrfToken)
  }
  const app = openApp(world, { routes: [sent], prepareHeaders })
  const method = repeatable ? 'PUT' : 'POST'
  await app.store.dispatch(sent({ url: '/before', method })).settled
  await world.clock.advance(1_000)
  return {
    world,
    app,
    go(to: Way, root: boolean | 511 | 502 | 503) {
      way = to
      world.network.setReachable(root)
    },
    send: () => app.store.dispatch(sent({ url: '/a', method })),
  }
}

describe.each([[false], [true]])(
  'a token that does not come, for a write that may be repeated: %s',
  (repeatable) => {
    it.each<[string, Way, boolean | 511 | 502 | 503, string, string, number | undefined]>([
      ['the network is gone', 'no network', false, 'offline', 'unreachable', undefined],
      ['a captive portal answers all', html(200), true, 'offline', 'network', undefined],
      ['a captive portal answers by the book', html(511), 511, 'offline', 'http', 511],
      ['a gateway finds no server', html(502), true, 'degraded', 'http', 502],
      ['the server is gone behind a gateway that says so of all', html(503), 503, 'degraded', 'http', 503],
    ])(
      'is told as of the write itself where %s, and costs nothing',
      async (_what, way, root, connectivity, code, httpStatus) => {
        const { world, app, go, send } = await open({ repeatable })
        go(way, root)

        const receipt = send()
        await world.settle()
        expect(app.outbox()).toMatchObject({ connectivity, waiting: 1 })
        expect(app.outbox().trouble).toMatchObject([{ origin: own, code, httpStatus }])

        await world.clock.advance(600_000)
        expect(app.outbox()).toMatchObject({ connectivity, waiting: 1, deadLetters: 0 })
        expect(world.network.requests).toHaveLength(1)
        expect(world.reports).toEqual([])

        go(json(200), true)
        await world.clock.advance(16_000)
        expect((await receipt.settled).status).toBe('delivered')
        expect(app.outbox()).toMatchObject({ connectivity: 'online', trouble: [] })
      },
    )
  },
)

describe('a token server that fails while the server is there', () => {
  it.each<[string, Way, string, number | undefined]>([
    ['an error', json(500), 'http', 500],
    ['an error of a proxy', () => new Response('', { status: 500 }), 'http', 500],
    ['a failed fetch', 'no network', 'headers', undefined],
  ])(
    'is told as its own trouble, and the write comes back in the end: %s',
    async (_what, way, code, httpStatus) => {
      const { world, app, go, send } = await open()
      go(way, true)

      const receipt = send()
      await world.settle()
      expect(app.outbox().trouble).toMatchObject([{ origin: own, code, httpStatus }])
      await world.clock.advance(24 * 3_600_000)

      expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'invalidRequest' })
      expect(world.network.requests).toHaveLength(1)
      // A server that is there while a fetch fails has the app look at it.
      expect(world.reports.length > 0).toBe(way === 'no network')
    },
  )
})

describe('an answer that a token server gives in place of a token', () => {
  it.each([1, 20])('ends the session with a 401, and %i writes arrive after the sign-in', async (count) => {
    const { world, app, go, send } = await open()
    go(json(401), true)
    const receipts = Array.from({ length: count }, send)

    await world.clock.advance(3 * 3_600_000)
    expect(app.outbox()).toMatchObject({ paused: 'auth', waiting: count, deadLetters: 0 })
    expect(world.reports).toEqual([])

    go(json(200), true)
    await app.broker.resume()
    await world.clock.advance(60_000)
    for (const { settled } of receipts) expect(await settled).toMatchObject({ status: 'delivered' })
  })

  it.each([429, 503])('has its Retry-After kept: %i', async (status) => {
    const { world, go, send } = await open()
    let calls = 0
    go(() => {
      calls += 1
      return new Response('{}', {
        status,
        headers: { 'content-type': 'application/json', 'retry-after': '3600' },
      })
    }, true)
    send()

    await world.clock.advance(50 * 60_000)
    expect(calls).toBe(1)
  })
})

describe('words for a network that is gone', () => {
  it.each([
    'Failed to fetch',
    'network error',
    'NetworkError when attempting to fetch resource.',
    'Load failed',
    'The network connection was lost.',
    'fetch failed',
  ])('are understood in every browser: %s', async (words) => {
    const { world, app, go, send } = await open({ words })
    go('no network', false)
    send()
    await world.settle()

    expect(app.outbox()).toMatchObject({ connectivity: 'offline', waiting: 1 })
    expect(world.reports).toEqual([])
  })

  it('are not heard in a mistake of the function, which is reported', async () => {
    const { world, app, go, send } = await open({ words: 'fetch is not a function' })
    go('no network', true)
    send()
    await world.settle()

    expect(app.outbox().trouble).toMatchObject([{ code: 'headers' }])
    expect(String(world.reports[0])).toContain('fetch is not a function')
  })
})

it('a `sessionProbe` that cannot be prepared without a network is not reported', async () => {
  const world = createTestWorld({ network: answer(401) })
  let isThere = true
  const app = openApp(world, {
    routes: [sent],
    sessionProbe: '/api/me',
    prepareHeaders: () => {
      if (!isThere) throw new TypeError('Failed to fetch')
    },
  })
  app.store.dispatch(sent({ url: '/a' }))
  await world.settle()
  expect(app.outbox().paused).toBe('auth')

  isThere = false
  await world.clock.advance(60_000)
  expect(world.reports).toEqual([])
})
