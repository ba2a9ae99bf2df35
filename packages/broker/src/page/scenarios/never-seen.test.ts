// A status query that answers `unknown` each time, about a request that fails each time.
import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { clapped, openApp } from '../../../test/page-fixture.js'
import { deadLetters, write } from '../../index.js'
import {
  acknowledge,
  answer,
  createTestWorld,
  cut,
  noAnswer,
  redirect,
  type SentRequest,
} from '../../testing/index.js'

const hourMs = 3_600_000
const isQuery = ({ url }: SentRequest) => url.includes('/api/idempotency/')
const options = { statusQuery: '/api/idempotency/:key' }

/** A loop without a pause ends here. */
const requestsMax = 500

/** A server that answers each of its requests so, and knows no key. */
function neverSeen(reply: (request: SentRequest) => ReturnType<typeof answer> | Response) {
  const world = createTestWorld({
    network: (request) => {
      if (world.network.requests.length > requestsMax) return new Promise(() => {})
      return isQuery(request) ? answer(200, { state: 'unknown' }) : reply(request)
    },
  })
  const count = () => {
    const asked = world.network.requests.filter(isQuery).length
    return { asked, sent: world.network.requests.length - asked }
  }
  return { world, count }
}

const html = (status: number) => new Response('<html>', { status, headers: { 'content-type': 'text/html' } })
/** The same clap for a server that the app knows nothing of. */
const toPlain = write(clapped, { request: ({ postId }) => ({ url: `/api/posts/${postId}/claps` }) })

describe('a request that fails each time and whose key the server has never seen', () => {
  it.each([
    ['500', () => answer(500)],
    ['408', () => answer(408)],
    ['a gateway’s 502', () => html(502)],
    ['a page where JSON was asked for', () => html(200)],
    ['an answer that breaks off', () => cut(200)],
    ['a lost connection', () => noAnswer()],
    ['a redirect', () => redirect()],
  ])(
    'P9 is queried at once, waits longer each time and is returned with its reason: %s',
    async (_what, reply) => {
      const { world, count } = neverSeen(reply)
      const app = openApp(world, { ...options, routes: [toPlain], limits: { failuresMax: 9 } })
      const receipt = app.clap('p1')
      await world.settle()
      expect(count()).toEqual({ sent: 1, asked: 1 })
      const state = app.outbox().entries[receipt.id]
      expect(state).toMatchObject({ state: 'accepted', attempts: 1, reason: expect.any(String) })
      expect(state?.nextTryAt).toBeGreaterThan(world.clock.now())

      await world.clock.advance(30_000)
      expect(count().sent).toBeLessThan(9)

      await world.clock.advance(hourMs)
      expect(count()).toEqual({ sent: 9, asked: 9 })
      expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'failuresMax' })
      expect(await deadLetters(app.broker)).toMatchObject([{ attempts: 9, problem: state?.reason }])
      expect(app.outbox()).toMatchObject({ waiting: 0, deadLetters: 1 })
      expect(world.reports).toEqual([])
    },
  )

  it('holds up no other lane, and its own lane goes on once it is returned', async () => {
    const { world, count } = neverSeen((request) =>
      request.url.includes('p1') && count().sent <= 7 ? answer(500) : acknowledge(request, {}),
    )
    const app = openApp(world, { ...options, routes: [toPlain], limits: { failuresMax: 5 } })
    app.clap('p1')
    const behind = app.clap('p1')
    const beside = app.clap('p2')
    await world.clock.advance(1_000)
    expect((await beside.settled).status).toBe('delivered')

    await world.clock.advance(hourMs)
    expect((await behind.settled).status).toBe('delivered')
  })

  it('is sent again within a second if only its answer was lost', async () => {
    const { world, count } = neverSeen((request) => acknowledge(request, {}))
    world.network.next(noAnswer())
    const app = openApp(world, { ...options, routes: [toPlain] })
    const receipt = app.clap('p1')
    await world.clock.advance(1_000)

    expect((await receipt.settled).status).toBe('delivered')
    expect(count()).toEqual({ sent: 2, asked: 1 })
  })

  it('is neither sent nor counted while the status query gets no answer', async () => {
    const world = createTestWorld({ network: (request) => (isQuery(request) ? noAnswer() : answer(500)) })
    const app = openApp(world, { ...options, routes: [toPlain] })
    const { id } = app.clap('p1')
    await world.clock.advance(hourMs)

    expect(world.network.requests.filter((request) => !isQuery(request))).toHaveLength(1)
    expect(app.outbox().entries[id]).toMatchObject({ state: 'inDoubt', attempts: 1 })
  })
})

describe('an answer that `refusedWhen` could not judge, while the server has never seen the key', () => {
  const judged = createAction<string>('judged')
  const throws = (): boolean => {
    throw new Error('a bug of the app')
  }

  it.each([
    ['a POST to a plain server', 'plain', 'POST', throws],
    ['a PUT to a plain server', 'plain', 'PUT', throws],
    ['a POST to a server that honours keys', 'idempotent', 'POST', throws],
    ['a DELETE, by a promise', 'idempotent', 'DELETE', (async () => false) as unknown as () => boolean],
  ] as const)('stays in doubt and is not sent again: %s', async (_what, server, method, refusedWhen) => {
    const route = write(judged, { request: (id) => ({ url: `/api/${id}`, method }), refusedWhen, server })
    const { world, count } = neverSeen((request) => acknowledge(request, { ok: true }))
    const app = openApp(world, { ...options, routes: [route] })
    const { id } = app.store.dispatch(route('x'))
    await world.clock.advance(hourMs)

    expect(count()).toEqual({ sent: 1, asked: 1 })
    expect(app.outbox().entries[id]).toMatchObject({ state: 'inDoubt', reason: 'refusalUnknown' })
    expect(world.reports).toHaveLength(1)
  })
})
