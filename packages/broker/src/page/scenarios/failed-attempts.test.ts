// What the slice says of attempts that came to nothing: why, with which origin, and when the next one comes.
import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import {
  cancel,
  confirm,
  deadLetters,
  discard,
  discardAll,
  type RequestTemplate,
  requeue,
  write,
} from '../../index.js'
import { acknowledge, answer, createTestWorld, cut, failed, redirect } from '../../testing/index.js'

const own = 'https://app.test'
const api = 'https://api.test'
const sent = write(createAction<RequestTemplate>('sent'), { request: (template) => template })
const options = { routes: [sent], origins: [api] }

function setUp() {
  const world = createTestWorld()
  const app = openApp(world, options)
  const send = (url: string, method = 'PUT') => app.store.dispatch(sent({ url, method, body: {} }))
  const only = () => Object.values(app.outbox().entries)[0]
  return { world, app, send, only }
}

describe('an entry whose attempt came to nothing', () => {
  it.each([
    [
      'a refusal for now',
      answer(503, undefined, { 'retry-after': '7' }),
      { reason: 'http', httpStatus: 503 },
    ],
    ['an error of the server', answer(500), { reason: 'http', httpStatus: 500 }],
    [
      'a page where JSON was expected',
      answer(200, '<html>', { 'content-type': 'text/html' }),
      { httpStatus: 200 },
    ],
    ['an answer that broke off', cut(), { reason: 'cut' }],
  ])('says why, how often it was sent and when it is sent again: %s', async (_what, reply, why) => {
    const { world, send, only } = setUp()
    world.network.next(reply)
    send('/a')
    await world.settle()

    expect(only()).toMatchObject({ state: 'accepted', attempts: 1, ...why })
    expect(only()?.nextTryAt).toBeGreaterThan(world.clock.now())
    expect(world.reports).toEqual([])
  })

  it('says the same in a tab that was open, and in one that is opened later', async () => {
    const { world, app, send, only } = setUp()
    const other = openApp(world, options)
    world.network.next(answer(503, undefined, { 'retry-after': '60' }))
    send('/a')
    await world.settle()
    const later = openApp(world, options)
    await world.settle()

    for (const tab of [app, other, later]) expect(Object.values(tab.outbox().entries)).toEqual([only()])
    expect(only()).toMatchObject({ reason: 'http', httpStatus: 503, attempts: 1 })
  })

  it('waits for no time but for the network where nothing gets through', async () => {
    const { world, send, only } = setUp()
    world.network.setReachable(false)
    send('/a')
    await world.clock.advance(2_000)

    expect(only()).toMatchObject({ reason: 'network', attempts: 1 })
    expect(only()?.nextTryAt).toBeUndefined()
  })

  it('says why it is in doubt, and nothing of that once it is sent anew', async () => {
    const { world, app, send, only } = setUp()
    world.network.next(failed({ timedOut: true }))
    send('/a', 'POST')
    await world.settle()
    expect(only()).toMatchObject({ state: 'inDoubt', reason: 'timeout', attempts: 1 })

    world.setOnline(false)
    await requeue(app.broker, only()?.id ?? '')
    await world.settle()
    expect(only()?.reason).not.toBe('timeout')
  })

  it('keeps how often it was sent when it comes back', async () => {
    const { world, send, only } = setUp()
    world.network.next(answer(503), answer(422))
    send('/a')
    await world.clock.advance(10_000)

    expect(only()).toMatchObject({ state: 'returned', reason: 'refused', httpStatus: 422, attempts: 2 })
  })

  it('costs nothing once all is given up', async () => {
    const { world, app, send } = setUp()
    world.network.always(answer(500))
    for (let i = 0; i < 30; i += 1) send(`/${i}`)
    await world.clock.advance(1_000)
    await discardAll(app.broker)
    await world.settle()

    const rows = await world.store.transact('readonly', 'relaxed', (tx) =>
      tx.list({ store: 'partitions', from: [], to: [[]] }, 9),
    )
    expect(rows.map(({ tried = [] }) => tried)).toEqual([[]])
  })
})

describe('trouble with an origin', () => {
  it.each([
    ['nothing ever answered there', `${api}/a`, {}, failed(), 'neverAnswered'],
    ['nothing ever answered at home', '/a', {}, failed(), 'neverAnswered'],
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
  ] as const)('is named by its origin and a code: %s', async (_what, url, more, reply, code) => {
    const world = createTestWorld({ network: () => reply })
    const app = openApp(world, { ...options, ...more })
    app.store.dispatch(sent({ url, method: 'PUT', body: {} }))
    await world.settle()

    const { trouble } = app.outbox()
    expect(trouble).toMatchObject([{ origin: url.startsWith(api) ? api : own, code, at: world.clock.now() }])
    expect(JSON.parse(JSON.stringify(trouble))).toMatchObject([{ code }])
  })

  it('ends with the next answer, and what fails later has been answered before', async () => {
    const { world, app, send } = setUp()
    world.network.next(failed(), (request) => acknowledge(request, {}), failed())
    send('/a')
    await world.clock.advance(3_000)
    expect(app.outbox()).toMatchObject({ trouble: [], waiting: 0 })

    send('/a')
    await world.settle()
    expect(app.outbox().trouble).toMatchObject([{ origin: own, code: 'network' }])
  })

  it('is none where the device is offline, or the session is over', async () => {
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

  it('stays the same object while nothing of it changes', async () => {
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
  ])('is reported by its name, and told of the origin: %s', async (name, more, headers) => {
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

describe('trouble of an entry that is given up', () => {
  const leftBy = async (
    reply: ReturnType<typeof answer> | 'silence',
    method: string,
    end: (app: App, id: string) => unknown,
  ) => {
    const { world, app, send, only } = setUp()
    world.network.next(reply === 'silence' ? failed({ timedOut: true }) : reply)
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
    ['in doubt, confirmed', 'silence', 'POST', ({ broker }: App, id: string) => confirm(broker, id)],
    ['with all others', answer(503), 'PUT', ({ broker }: App) => discardAll(broker)],
  ] as const)('is gone with it, and does not come back: %s', async (_what, reply, method, end) => {
    const { before, world, app, send } = await leftBy(reply, method, end)
    expect(before).toHaveLength(1)
    expect(app.outbox().trouble).toEqual([])

    world.setOnline(false)
    send('/b')
    await world.settle()
    expect(app.outbox().trouble).toEqual([])
  })

  it('is gone with its dead letter', async () => {
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
