// While a change waits, development costs an app's other actions nothing, and a reload is no mistake.
import { combineReducers, configureStore, createAction, createReducer } from '@reduxjs/toolkit'
import type { Reducer } from 'redux'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBroker } from '../../index.js'
import { createTestWorld, type TestWorld } from '../../testing/index.js'
import { consoleErrors } from '../fixtures/console-errors.fixture.js'
import { ownRoute } from '../fixtures/own-route.fixture.js'

const said = consoleErrors()

beforeEach(() => {
  vi.useFakeTimers()
  const kept = new Map<string, string>()
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const tapped = ownRoute()
const loaded = createAction<object>('loaded')
const moved = createAction('moved')

/** A page whose slice takes what is loaded, and shows a tap by these fields. A mistake of a slice is said once. */
async function open(world: TestWorld, name: string, first: object, shown: object) {
  const tab = world.tab()
  const broker = createBroker({ user: () => 'ada', routes: [tapped], world: tab })
  const slice: Reducer<object> = createReducer(first, (builder) =>
    builder.addCase(loaded, (_, { payload }) => payload).addCase(tapped, (state) => ({ ...state, ...shown })),
  )
  const store = configureStore({
    reducer: combineReducers({
      [name]: broker.optimistic(slice, { fromServer: loaded.match }),
      broker: broker.reducer,
    }) as Reducer,
    middleware: (getDefault) =>
      getDefault({ serializableCheck: false, immutableCheck: false }).prepend(broker.middleware),
  })
  await world.settle()
  return { tab, store }
}

describe('a reload while a change waits, in an app that keeps no state,', () => {
  it.each<[string, object, object, object]>([
    ['an emptied list', { items: [] }, { items: ['a', 'b'] }, { items: [] }],
    ['an emptied map', { byId: {}, ids: ['a'] }, { byId: { a: 1 }, ids: ['a'] }, { byId: {} }],
    [
      'a choice that is the first one again',
      { by: { all: true, since: 0 } },
      { by: { all: false, since: 7 } },
      { by: { all: true, since: 0 } },
    ],
    [
      'a list as long as at first',
      { items: ['one', 'two'], page: 1 },
      { items: ['one'], page: 2 },
      { items: ['one', 'two'], page: 1 },
    ],
  ])('is no mistake where it shows %s', async (name, first, truth, shown) => {
    const world = createTestWorld()
    world.setOnline(false)
    const page = await open(world, name, first, shown)
    page.store.dispatch(loaded(truth))
    page.store.dispatch(tapped('x'))
    await world.settle()
    await vi.advanceTimersByTimeAsync(1_000)
    page.tab.crash()

    await open(world, name, first, shown)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(said).toEqual([])
  })
})

describe('an action beside a change that waits', () => {
  /** Counts how often anything is read of it. */
  function counted<T extends object>(target: T) {
    let reads = 0
    const note =
      <A extends unknown[], R>(read: (...args: A) => R) =>
      (...args: A) => {
        reads += 1
        return read(...args)
      }
    const handler = { get: note(Reflect.get), ownKeys: note(Reflect.ownKeys), has: note(Reflect.has) }
    return { proxy: new Proxy(target, handler as ProxyHandler<T>), reads: () => reads }
  }

  it.each([
    ['a map of entities', (entities: object) => ({ byId: entities })],
    ['a group of maps', (entities: object) => ({ of: { byId: entities } })],
    ['a map that the change shows', (entities: object) => ({ byId: entities, likes: 0 })],
  ])('reads nothing of its slice: %s', async (name, within) => {
    const { proxy, reads } = counted(
      Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`p${i}`, { id: i }])),
    )
    const world = createTestWorld()
    world.setOnline(false)
    const page = await open(world, name, {}, within(proxy))
    page.store.dispatch(tapped('x'))
    await world.settle()
    await vi.advanceTimersByTimeAsync(1_000)
    const before = reads()

    for (let i = 0; i < 20; i += 1) {
      page.store.dispatch(moved())
      await vi.advanceTimersByTimeAsync(150)
    }
    expect(reads() - before).toBe(0)
  })
})
