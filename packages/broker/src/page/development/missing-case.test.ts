import { configureStore, createAction, createSlice } from '@reduxjs/toolkit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createBroker, delivered } from '../../index.js'
import { acknowledge, createTestWorld } from '../../testing/index.js'
import { consoleErrors } from '../fixtures/console-errors.fixture.js'
import { ownRoute } from '../fixtures/own-route.fixture.js'

const said = consoleErrors()
const session = () => 'ada'

afterEach(() => void vi.useRealTimers())

describe('a change that is lost on success', () => {
  function open({ cases = false, more = {}, refetch = false, other = false } = {}) {
    vi.useFakeTimers()
    const tapped = ownRoute(more)
    const loaded = createAction<number>('loaded')
    const hearts = createSlice({
      name: 'hearts',
      initialState: { n: 0 },
      reducers: {},
      extraReducers: (builder) => {
        builder
          .addCase(tapped, (state) => {
            state.n += 1
          })
          .addCase(loaded, (state, { payload }) => {
            state.n = payload
          })
        if (cases)
          builder.addMatcher(delivered(tapped), (state) => {
            state.n += 1
          })
      },
    })
    const seen = createSlice({
      name: 'seen',
      initialState: { n: 0 },
      reducers: {},
      extraReducers: (builder) => {
        if (other)
          builder.addMatcher(delivered(tapped), (state) => {
            state.n += 1
          })
      },
    })
    const world = createTestWorld({ network: (request) => acknowledge(request, {}) })
    const broker = createBroker({ user: session, routes: [tapped], world: world.tab() })
    const store = configureStore({
      reducer: {
        hearts: broker.optimistic(hearts.reducer, { fromServer: loaded.match }),
        seen: broker.optimistic(seen.reducer),
        broker: broker.reducer,
      },
      middleware: (getDefault) => getDefault().prepend(broker.middleware),
    })
    const run = async () => {
      store.dispatch(tapped('a'))
      store.dispatch(tapped('b'))
      await world.settle()
      if (refetch) store.dispatch(loaded(2))
      vi.advanceTimersByTime(60_000)
      return said
    }
    return { tapped, run }
  }

  it('is reported once for a route, with advice', async () => {
    const { tapped, run } = open()

    expect(await run()).toEqual([
      expect.stringMatching(new RegExp(`'${tapped.type}' was delivered.*addMatcher\\(delivered`)),
    ])
  })

  it.each([
    ['has a case for it', { cases: true }],
    ['is read again by `invalidates`', { more: { invalidates: ['hearts'] } }],
    ['takes the truth from a refetch that follows', { refetch: true }],
    ['shows it for as long as it is pending, while another slice takes it over', { other: true }],
  ])('is not reported for a slice that %s', async (_, app) => {
    expect(await open(app).run()).toEqual([])
  })
})
