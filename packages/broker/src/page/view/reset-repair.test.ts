// A slice that begins anew while its user stays: what waits is still counted, and still in the view.
import { combineReducers, configureStore, createAction, createNextState, createSlice } from '@reduxjs/toolkit'
import type { Action, Reducer } from 'redux'
import { describe, expect, it } from 'vitest'
import { createBroker, delivered, discard, returned, write } from '../../index.js'
import { acknowledge, answer, createTestWorld } from '../../testing/index.js'

const clapped = write(createAction('clapped'), { request: () => ({ url: '/p', body: {} }) })
const refused = write(createAction('refused'), { request: () => ({ url: '/no', body: {} }) })
const signedOut = createAction('signedOut')
const claps = createSlice({
  name: 'claps',
  initialState: { n: 7, problems: 0 },
  reducers: {},
  extraReducers: (builder) =>
    builder
      .addCase(clapped, (state) => {
        state.n += 1
      })
      .addMatcher(delivered(clapped), (state) => {
        state.n += 1
      })
      .addMatcher(returned(refused), (state) => {
        state.problems += 1
      }),
})

/** `reset` says which actions the root reducer begins anew with. */
async function open(reset: (action: Action) => boolean = ({ type }) => type === 'reset', late = false) {
  const world = createTestWorld()
  const broker = createBroker({
    user: (state: { user?: string | null }) => state.user,
    routes: [clapped, refused],
    server: 'idempotent',
    produce: createNextState,
    world: world.tab(),
  })
  const reducers = {
    user: ((user = 'ada', action) => (signedOut.match(action) ? null : user)) as Reducer<string | null>,
    claps: broker.optimistic(claps.reducer),
    broker: broker.reducer,
  }
  const root = combineReducers(reducers)
  const { claps: _, ...early } = reducers
  const store = configureStore({
    reducer: ((state, action) =>
      late
        ? combineReducers(early)(state, action)
        : root(reset(action) ? { user: state?.user } : state, action)) as typeof root,
    middleware: (getDefault) => getDefault().prepend(broker.middleware),
  })
  await world.settle()
  world.network.next((request) => acknowledge(request, {}, 422))
  store.dispatch(refused())
  await world.settle()
  world.setOnline(false)
  const shown = () => {
    const { broker, claps } = store.getState()
    const { waiting, deadLetters, entries } = broker
    const states = Object.values(entries).map(({ type, state }) => `${type} ${state}`)
    return { n: claps?.n, waiting, deadLetters, states: states.sort() }
  }
  return { world, broker, store, root, shown }
}

describe('a root reducer that resets the state', () => {
  it.each([
    ['with an action of the app', 'reset'],
    ['with no reducer that knows it', 'unknown'],
  ])('%s shows and counts waiting entries in the same turn', async (_, type) => {
    const app = await open((action) => action.type === type)
    app.store.dispatch(clapped())
    app.store.dispatch(clapped())
    await app.world.settle()
    const before = app.shown()
    const seen: unknown[] = []
    app.store.subscribe(() => seen.push(app.shown()))

    app.store.dispatch({ type })

    expect(before).toEqual({
      n: 9,
      waiting: 2,
      deadLetters: 1,
      states: ['clapped accepted', 'clapped accepted', 'refused returned'],
    })
    expect(app.shown()).toEqual(before)
    expect(seen.at(-1)).toEqual(before)
    app.world.setOnline(true)
    await app.world.clock.advance(60_000)
    expect(app.shown()).toEqual({ n: 9, waiting: 0, deadLetters: 1, states: ['refused returned'] })
    expect(app.world.reports).toEqual([])
  })

  it('at the routed action itself counts and shows the entry once', async () => {
    const app = await open(clapped.match)
    app.store.dispatch(clapped())
    app.store.dispatch(clapped())

    expect(app.shown()).toMatchObject({ n: 9, waiting: 2 })
    await app.world.settle()
    app.world.setOnline(true)
    await app.world.clock.advance(60_000)
    expect(app.shown()).toMatchObject({ waiting: 0, states: ['refused returned'] })
  })

  it('at an outcome hides that entry, and still shows the others', async () => {
    const app = await open(delivered(clapped))
    app.store.dispatch(clapped())
    app.store.dispatch(clapped())
    await app.world.settle()
    app.world.network.next(answer(503))
    app.world.setOnline(true)
    await app.world.settle()
    await app.world.clock.advance(600_000)

    expect(app.shown()).toEqual({ n: 8, waiting: 0, deadLetters: 1, states: ['refused returned'] })
    expect(app.world.reports).toEqual([])
  })

  it('at the user’s sign-out shows nothing of that user', async () => {
    const app = await open(signedOut.match)
    app.store.dispatch(clapped())
    await app.world.settle()
    const seen: unknown[] = []
    app.store.subscribe(() => seen.push(app.shown()))

    app.store.dispatch(signedOut())
    await app.world.settle()

    expect(app.shown()).toEqual({ n: 7, waiting: 0, deadLetters: 0, states: [] })
    for (const one of seen) expect(one).toMatchObject({ n: 7, waiting: 0 })
  })

  it('at every action causes no endless loop', async () => {
    const app = await open(({ type }) => type !== 'redux-broker/shownAgain')
    app.store.dispatch(clapped())
    await app.world.settle()

    app.store.dispatch({ type: 'any' })

    expect(app.shown()).toMatchObject({ waiting: 1 })
  })

  it('twice, and while a capture is not yet on disk, changes nothing', async () => {
    const app = await open()
    app.store.dispatch(clapped())
    app.store.dispatch({ type: 'reset' })
    app.store.dispatch({ type: 'reset' })
    expect(app.shown()).toMatchObject({ n: 8, waiting: 1, states: ['clapped capturing', 'refused returned'] })

    await app.world.settle()
    expect(app.shown()).toMatchObject({ n: 8, waiting: 1, states: ['clapped accepted', 'refused returned'] })
  })

  it('shows a tap of a subscriber at the reset once', async () => {
    const app = await open()
    app.store.dispatch(clapped())
    await app.world.settle()
    let done = false
    app.store.subscribe(() => {
      if (done) return
      done = true
      app.store.dispatch(clapped())
    })

    app.store.dispatch({ type: 'reset' })
    await app.world.settle()

    expect(app.shown()).toMatchObject({ n: 9, waiting: 2 })
    expect(app.shown().states).toEqual(['clapped accepted', 'clapped accepted', 'refused returned'])
  })
})

describe('a slice', () => {
  it('that is added later by replaceReducer shows waiting entries', async () => {
    const app = await open(undefined, true)
    app.store.dispatch(clapped())
    await app.world.settle()
    expect(app.shown().n).toBeUndefined()

    app.store.replaceReducer(app.root as Parameters<typeof app.store.replaceReducer>[0])
    await app.world.settle()

    expect(app.shown()).toMatchObject({ n: 8, waiting: 1 })
  })

  it('that is reset alone shows waiting entries, and keeps a dead letter in the index until it is discarded', async () => {
    const app = await open()
    app.store.dispatch(clapped())
    await app.world.settle()
    app.store.replaceReducer(((state: ReturnType<typeof app.root>, action: Action) =>
      app.root(
        action.type === 'clear' ? { user: state.user, broker: state.broker } : state,
        action,
      )) as never)

    app.store.dispatch({ type: 'clear' })

    expect(app.shown()).toMatchObject({ n: 8, waiting: 1 })
    const [letter] = Object.values(app.store.getState().broker.entries).filter(
      ({ state }) => state === 'returned',
    )
    await discard(app.broker, String(letter?.id))
    await app.world.settle()
    expect(app.shown()).toMatchObject({ n: 8, states: ['clapped accepted'] })
  })
})
