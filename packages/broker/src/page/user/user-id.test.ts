import { configureStore, createAction } from '@reduxjs/toolkit'
import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from 'vitest'
import { clapped, openApp } from '../../../test/page-fixture.js'
import { createBroker, write } from '../../index.js'
import { answer, createTestWorld } from '../../testing/index.js'

let consoleError: Mock
beforeEach(() => {
  consoleError = vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => vi.restoreAllMocks())

const paid = write(createAction('paid'), { request: () => ({ url: '/api/pay' }), server: 'plain' })

/** An app whose user is what `user` gives, whatever that is. */
function openAs(user: unknown, world = createTestWorld()) {
  const broker = createBroker({
    user: () => (typeof user === 'function' ? user() : user) as string,
    routes: [clapped, paid],
    world: world.tab(),
    statusQuery: '/status/:key',
  })
  const store = configureStore({
    reducer: { broker: broker.reducer },
    middleware: (getDefault) => getDefault().prepend(broker.middleware),
  })
  return { world, broker, store, clap: () => store.dispatch(clapped({ postId: 'p1' })) }
}

describe('a user’s id', () => {
  it.each([
    ['李', '%E6%9D%8E'],
    ['łukasz', '%C5%82ukasz'],
    ['Ada Lovelace ', 'Ada%20Lovelace%20'],
    ['a\nb', 'a%0Ab'],
    ['מרים', '%D7%9E%D7%A8%D7%99%D7%9D'],
    ['ada', 'ada'],
    [42, '42'],
    [0, '0'],
    [-1.5, '-1.5'],
  ])('may be any text or number: %j', async (user, form) => {
    const { world, clap } = openAs(user)

    const receipt = clap()
    await world.settle()

    expect((await receipt.settled).status).toBe('delivered')
    expect(world.network.requests.map(({ principal }) => principal)).toEqual([form])
    expect(consoleError).not.toHaveBeenCalled()
  })

  it('is sent with a status query in the same form', async () => {
    const world = createTestWorld({
      network: ({ method }) => (method === 'GET' ? answer(200, { state: 'done', status: 200 }) : answer(502)),
    })
    const { store } = openAs('李', world)

    const receipt = store.dispatch(paid())
    await world.settle()
    const asked = world.network.requests.filter(({ url }) => url.includes('/status/'))

    expect(asked.map(({ principal }) => principal)).toEqual(['%E6%9D%8E'])
    expect((await receipt.settled).status).toBe('deliveredWithoutAnswer')
  })

  it('as a number is the same as its text, so either sends the other’s entries', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const first = openAs(7, world)
    first.clap()
    await world.settle()
    await first.broker.stop()

    openAs('7', world)
    world.setOnline(true)
    await world.settle()

    expect(world.network.requests).toHaveLength(1)
  })

  it.each([
    ['NaN', Number.NaN, /it returned NaN/],
    ['an object', { id: 'ada' }, /it returned an object with id/],
    ['true', true, /it returned true/],
    ['a promise', Promise.resolve('ada'), /it returned an object/],
    ['a function', () => () => 'ada', /it returned/],
    ['half of a surrogate pair', 'a\ud800', /it returned 'a/],
  ])('is refused with one explanation if it is %s, and no dispatch throws', async (_name, user, words) => {
    const { world, clap } = openAs(user)

    const outcomes = [await clap().settled, await clap().settled]
    await world.settle()

    expect(outcomes).toEqual(Array(2).fill({ status: 'notAccepted', reason: 'signedOut' }))
    const said = consoleError.mock.calls.map(([text]) => String(text)).filter((text) => words.test(text))
    expect(said).toHaveLength(1)
    expect(world.network.requests).toEqual([])
  })

  it.each([undefined, null, ''])('may be absent while signed out, without a warning: %j', async (user) => {
    const { world } = openAs(user)
    await world.settle()

    expect(consoleError).not.toHaveBeenCalled()
  })

  it('with a space differs from the id that looks like its encoded form', async () => {
    const world = createTestWorld()
    const app = openApp(world, { who: 'a b' })
    app.clap('p1')
    await world.settle()
    await app.broker.stop()
    openApp(world, { who: 'a%20b' }).clap('p1')
    await world.settle()

    expect(world.network.requests.map(({ principal }) => principal)).toEqual(['a%20b', 'a%2520b'])
  })
})
