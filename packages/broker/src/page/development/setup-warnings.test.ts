// A developer's forgotten step is said once, in words that mend it. Correct code that looks alike is not blamed.
import { combineReducers, configureStore, createAction } from '@reduxjs/toolkit'
import type { Reducer } from 'redux'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { cancel, createBroker, deadLetters, discardAll } from '../../index.js'
import { answer, createTestWorld, redirect } from '../../testing/index.js'
import { consoleErrors } from '../fixtures/console-errors.fixture.js'
import { ownRoute } from '../fixtures/own-route.fixture.js'

const said = consoleErrors()
const session = () => 'ada'

afterEach(() => void vi.useRealTimers())

describe('a routed action', () => {
  it.each(['the store has the broker', 'another route is there', 'nothing else is routed'])(
    'is named once if no broker lists its route: %s',
    async (which) => {
      const [known, forgotten] = [ownRoute(), ownRoute()]
      const routes = which === 'another route is there' ? [known] : []
      const broker = createBroker({ user: session, routes, world: createTestWorld().tab() })
      const store = configureStore({
        reducer: { broker: broker.reducer },
        middleware: (getDefault) => getDefault().prepend(broker.middleware),
      })

      store.dispatch(forgotten('a'))
      store.dispatch(forgotten('b'))

      expect(said).toEqual([
        expect.stringMatching(new RegExp(`'${forgotten.type}' was dispatched.*\`routes\` of createBroker`)),
      ])
    },
  )

  it('is no mistake if another broker of the same store takes it', async () => {
    const [one, other] = [ownRoute(), ownRoute()]
    const world = createTestWorld()
    const first = createBroker({ user: session, routes: [one], world: world.tab() })
    const second = createBroker({
      user: session,
      routes: [other],
      world: world.tab(),
      name: 'second',
      reducerPath: 'second',
    })
    const store = configureStore({
      reducer: { broker: first.reducer, second: second.reducer },
      middleware: (getDefault) => getDefault().prepend(first.middleware, second.middleware),
    })

    store.dispatch(one('a'))
    store.dispatch(other('a'))
    await world.settle()

    expect(said).toEqual([])
  })
})

describe('a broker', () => {
  it('warns at its routed action if no store has its middleware', () => {
    const tapped = ownRoute()
    const broker = createBroker({ user: session, routes: [tapped], world: createTestWorld().tab() })
    const store = configureStore({ reducer: { broker: broker.reducer } })

    store.dispatch({ type: 'any' })
    expect(said).toEqual([])
    store.dispatch(tapped('a'))
    store.dispatch(tapped('b'))

    expect(said).toEqual([
      expect.stringMatching(/no store has its middleware.*prepend\(broker\.middleware\)/),
    ])
  })

  it('warns neither after stop() nor on a server', async () => {
    const tapped = ownRoute()
    const world = createTestWorld()
    const stopped = createBroker({ user: session, routes: [tapped], world: world.tab() })
    const store = configureStore({
      reducer: { broker: stopped.reducer },
      middleware: (getDefault) => getDefault().prepend(stopped.middleware),
    })
    await world.settle()
    await stopped.stop()
    store.dispatch(tapped('a'))
    const onServer = createBroker({ user: session, routes: [tapped] })
    configureStore({ reducer: { broker: onServer.reducer } }).dispatch(tapped('a'))

    expect(said).toEqual([])
  })

  const mounted: readonly [string, string, (broker: Reducer) => Record<string, Reducer>, RegExp][] = [
    [
      'at another path',
      'broker',
      (broker) => ({ outbox: broker }),
      /mounted at 'outbox'.*`reducerPath` is 'broker'/,
    ],
    ['nowhere', 'nowhere', () => ({ other: (state = 1) => state }), /No reducer is mounted at 'nowhere'/],
    ['where another is', 'mine', () => ({ mine: (state = {}) => state }), /No reducer is mounted at 'mine'/],
  ]
  it.each(mounted)(
    'warns of a reducer that is mounted %s, with the right place',
    async (_, reducerPath, slices, text) => {
      const world = createTestWorld()
      const broker = createBroker({ user: session, routes: [], world: world.tab(), reducerPath })
      configureStore({
        reducer: combineReducers(slices(broker.reducer as Reducer)),
        middleware: (getDefault) => getDefault().prepend(broker.middleware),
      })
      await world.settle()

      expect(said).toContainEqual(expect.stringMatching(text))
    },
  )
})

describe('a returned change', () => {
  it.each([
    ['a redirect', redirect(), [/'tapped\d+' is returned, .*answered with a redirect.*slash/]],
    ['a refusal', answer(422, {}), []],
  ])('is explained once by its cause: %s', async (_what, reply, texts) => {
    const world = createTestWorld({ network: [reply, answer(200, {}), reply, answer(200, {})] })
    const routed = ownRoute()
    const broker = createBroker({
      user: session,
      routes: [routed],
      sessionProbe: '/api/me',
      world: world.tab(),
    })
    const store = configureStore({
      reducer: { broker: broker.reducer },
      middleware: (getDefault) => getDefault().prepend(broker.middleware),
    })
    for (const id of ['a', 'b']) {
      store.dispatch(routed(id))
      await world.settle()
    }

    expect(store.getState().broker.deadLetters).toBeGreaterThan(0)
    expect(said).toEqual(texts.map((text) => expect.stringMatching(text)))
  })
})

describe('two copies of the package', () => {
  /** The same modules once more. */
  const another = async () => {
    vi.resetModules()
    return import('../../index.js')
  }

  it('are reported when a route of one reaches the other', async () => {
    const copy = await another()
    const theirs = copy.write(createAction('theirs'), { request: () => ({ url: '/api' }) })

    expect(() => createBroker({ user: session, routes: [theirs as never] })).toThrow(
      /another copy of redux-broker made: 'theirs'.*npm ls redux-broker/,
    )
  })

  it.each([
    ['deadLetters', deadLetters],
    ['discardAll', discardAll],
    ['cancel', (broker: never) => cancel(broker, 'id')],
  ])('are reported when a command of one gets a broker of the other: %s', async (_, command) => {
    const copy = await another()
    const broker = copy.createBroker({ user: session, routes: [] })

    await expect((async () => command(broker as never))()).rejects.toThrow(/two copies of the package/)
  })
})
