// A write that no reducer shows as one that may come back is said once, in development; what only looks so is not.
import { combineReducers, configureStore, createAction, createReducer } from '@reduxjs/toolkit'
import type { Middleware, Reducer } from 'redux'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBroker, delivered, returned, write } from '../../index.js'
import { pendingMark } from '../../redux/actions.js'
import { acknowledge, answer, createTestWorld } from '../../testing/index.js'

let said: string[] = []
beforeEach(() => {
  said = []
  vi.useFakeTimers()
  vi.spyOn(console, 'error').mockImplementation((text: string) => void said.push(text))
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

let number = 0
const route = () =>
  write(createAction<number>(`watched${++number}`), { request: () => ({ url: '/api', method: 'PUT' }) })
type Route = ReturnType<typeof route>

/** Counts taps; `ends` says whether it has cases for what becomes of them. */
const taps = (tapped: Route, ends = true) =>
  createReducer({ n: 0, done: 0 }, (builder) => {
    builder.addCase(tapped, (state) => {
      state.n += 1
    })
    if (ends)
      builder.addMatcher(delivered(tapped), (state) => {
        state.done += 1
      })
    if (ends)
      builder.addMatcher(returned(tapped), (state) => {
        state.done += 1
      })
  })
const quiet = (state = { any: 1 }) => state

type Slices = (wrap: (reducer: Reducer) => Reducer, tapped: Route) => Record<string, Reducer>

/** Two taps, with these slices and these middlewares behind the broker's. */
async function run(slices: Slices, behind: readonly Middleware[] = [], reply = answer(422)) {
  const tapped = route()
  const world = createTestWorld({ network: [reply, (request) => acknowledge(request, {})] })
  const broker = createBroker({ user: () => 'ada', routes: [tapped], world: world.tab() })
  const store = configureStore({
    reducer: { ...slices(broker.optimistic, tapped), broker: broker.reducer },
    middleware: (getDefault) =>
      getDefault({ serializableCheck: false }).prepend(broker.middleware, ...behind),
  })
  await world.settle()
  store.dispatch(tapped(1))
  store.dispatch(tapped(2))
  await world.settle()
  vi.advanceTimersByTime(60_000)
  return { said: said.filter((text) => !text.includes('was delivered')), type: tapped.type }
}

describe('a slice that shows a write and is not wrapped', () => {
  it.each<[string, Slices]>([
    ['where none is', (_wrap, tapped) => ({ posts: taps(tapped), other: quiet })],
    [
      'where none is, and it has no case for what becomes of it',
      (_wrap, tapped) => ({ posts: taps(tapped, false) }),
    ],
    ['where another is', (wrap, tapped) => ({ posts: taps(tapped), other: wrap(quiet as Reducer) })],
    [
      'where another in a group is',
      (wrap, tapped) => ({ posts: taps(tapped), group: combineReducers({ other: wrap(quiet as Reducer) }) }),
    ],
  ])('is named once, with advice: %s', async (_, slices) => {
    const { said, type } = await run(slices)

    expect(said).toEqual([
      expect.stringMatching(
        new RegExp(`'${type}' changes the slice 'posts'.*posts: broker\\.optimistic\\(reducer\\)`),
      ),
    ])
  })

  it.each<[string, Slices]>([
    [
      'another wrapped slice shows the write',
      (wrap, tapped) => ({ posts: wrap(taps(tapped)), ui: taps(tapped) }),
    ],
    [
      'a slice in a group shows it',
      (wrap, tapped) => ({ group: combineReducers({ posts: wrap(taps(tapped)) }), ui: taps(tapped) }),
    ],
    [
      'a slice in a group of a group of a group shows it',
      (wrap, tapped) => ({
        group: combineReducers({
          of: combineReducers({ three: combineReducers({ posts: wrap(taps(tapped)) }) }),
        }),
        ui: taps(tapped),
      }),
    ],
    [
      'it only takes note of the tap, as a form that is emptied',
      (wrap, tapped) => ({ form: taps(tapped, false), posts: wrap(quiet as Reducer) }),
    ],
    ['no slice shows it', (_wrap) => ({ other: quiet as Reducer })],
  ])('is not named if %s', async (_, slices) => {
    expect((await run(slices)).said).toEqual([])
  })
})

describe('a middleware behind the broker’s', () => {
  const swallows: Middleware = () => (next) => (action) => (pendingMark(action) ? undefined : next(action))
  const strips: Middleware = () => (next) => (action) => {
    const { type, payload } = action as { type: string; payload: unknown }
    return next(pendingMark(action) ? { type, payload } : action)
  }
  const throws: Middleware = () => (next) => (action) => {
    if (pendingMark(action)) throw new Error('not mine')
    return next(action)
  }
  const wrapped: Slices = (wrap, tapped) => ({ posts: wrap(taps(tapped)) })

  it.each([
    ['swallows routed actions', swallows],
    ['takes the mark from them', strips],
  ])('that %s is reported once', async (_, middleware) => {
    const { said, type } = await run(wrapped, [middleware])

    expect(said).toContainEqual(expect.stringMatching(`'${type}' is sent, but did not reach the reducers`))
    expect(said.filter((text) => text.includes('did not reach'))).toHaveLength(1)
  })

  it.each<[string, Middleware]>([
    ['passes them on', () => (next) => (action) => next(action)],
    ['passes a copy on', () => (next) => (action) => next({ ...(action as object) })],
    [
      'passes them on later',
      () => (next) => (action) =>
        pendingMark(action) ? void setTimeout(() => next(action), 1_000) : next(action),
    ],
  ])('that %s is no mistake', async (_, middleware) => {
    expect((await run(wrapped, [middleware])).said).toEqual([])
  })

  it('that throws is reported by its own error', async () => {
    const { said } = await run(wrapped, [throws])
    expect(said.filter((text) => text.includes('changes the slice'))).toEqual([])
  })
})
