import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { clapped, openApp, signedIn } from '../../../test/page-fixture.js'
import { discardAll, write } from '../../index.js'
import { createTestWorld, held } from '../../testing/index.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

describe('a body of one value', () => {
  it.each([
    ['a number', 7, '7', 'application/json'],
    ['false', false, 'false', 'application/json'],
    ['a text, as it is', 'seven', 'seven', 'text/plain;charset=UTF-8'],
    ['null, which is none', null, undefined, undefined],
    ['what JSON has nothing for', { toJSON: () => undefined }, undefined, undefined],
  ])('may be %s', async (_what, body, expected, type) => {
    const world = createTestWorld()
    const app = openApp(world, { routes: [write(clapped, { request: () => ({ url: '/x', body }) })] })

    await app.store.dispatch(clapped({ postId: 'p1' })).settled

    const [request] = world.network.requests
    expect([request?.body, request?.headers['content-type']]).toEqual([expected, type])
  })
})

describe('a body that has to be read first', () => {
  const uploaded = write(clapped, {
    request: ({ postId, note }) => ({
      url: `/files/${postId}`,
      body: note === undefined ? 'now' : new Blob([note]),
    }),
    lane: ({ postId }) => postId,
    server: 'idempotent',
  })

  it('holds later captures of its lane back, and no other lane (P3)', async () => {
    const world = createTestWorld()
    const app = openApp(world, { routes: [uploaded] })
    await world.settle()

    const slow = app.store.dispatch(uploaded({ postId: 'a', note: 'bytes' }))
    const behind = app.store.dispatch(uploaded({ postId: 'a' }))
    const beside = app.store.dispatch(uploaded({ postId: 'b' }))
    await Promise.all([slow.settled, behind.settled, beside.settled])
    const lane = world.network.requests.filter(({ url }) => url.endsWith('/a'))

    expect(lane.map(({ key }) => key)).toEqual([slow.id, behind.id])
    expect(new TextDecoder().decode(lane[0]?.body as ArrayBuffer)).toBe('bytes')
    expect(world.network.requests[0]?.key).toBe(beside.id)
  })

  it('that cannot be read is not accepted, and its lane goes on at once', async () => {
    const { reply: broken, release } = held()
    vi.spyOn(Response.prototype, 'arrayBuffer').mockImplementation(() =>
      broken.then(() => Promise.reject(new Error('gone'))),
    )
    const world = createTestWorld()
    const app = openApp(world, { routes: [uploaded] })
    await world.settle()

    const first = app.store.dispatch(uploaded({ postId: 'a', note: 'bytes' }))
    const behind = app.store.dispatch(uploaded({ postId: 'a' }))
    await world.settle()
    release({ kind: 'redirect' })
    await world.settle()

    expect(await first.settled).toEqual({ status: 'notAccepted', reason: 'notSerialisable' })
    expect((await behind.settled).status).toBe('delivered')
  })

  it('belongs to the user who made it, even if another user signs in meanwhile (P6)', async () => {
    const world = createTestWorld()
    const app = openApp(world, { routes: [uploaded] })
    await world.settle()

    const receipt = app.store.dispatch(uploaded({ postId: 'a', note: 'bytes' }))
    app.store.dispatch(signedIn('bob'))
    await receipt.accepted
    await world.settle()
    const whileBobIsHere = world.network.requests.length
    app.store.dispatch(signedIn('ada'))
    await world.settle()

    expect(whileBobIsHere).toBe(0)
    expect(world.network.requests.map(({ principal }) => principal)).toEqual(['ada'])
  })
  it('is not stored if all entries were discarded while it was read', async () => {
    const { reply: reading, release } = held()
    const bytes = () => new ArrayBuffer(1)
    vi.spyOn(Response.prototype, 'arrayBuffer').mockImplementation(() => reading.then(bytes))
    const world = createTestWorld()
    const app = openApp(world, { routes: [uploaded] })
    await world.settle()
    const receipt = app.store.dispatch(uploaded({ postId: 'a', note: 'bytes' }))

    expect(await discardAll(app.broker)).toEqual({ cancelled: 1, uncertain: 0, letters: 0 })
    release({ kind: 'redirect' })
    await world.settle()

    expect(await receipt.settled).toEqual({ status: 'cancelled' })
    expect(app.outbox().waiting).toBe(0)
    expect(world.network.requests).toEqual([])
  })
})
