import { configureStore, createAction, createSlice } from '@reduxjs/toolkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBroker, delivered, write } from '../../index.js'
import { acknowledge, createTestWorld } from '../../testing/index.js'

let said: string[] = []
let number = 0

/** A route of its own for each test: a mistake is said once. */
const route = (more: object = {}) =>
  write(createAction<string>(`tapped${++number}`), {
    request: () => ({ url: '/api', method: 'PUT' }),
    ...more,
  })

const session = () => 'ada'

beforeEach(() => {
  said = []
  vi.spyOn(console, 'error').mockImplementation((text: string) => void said.push(text))
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('a change that is lost on success', () => {
  function open({ cases = false, more = {}, refetch = false, other = false } = {}) {
    vi.useFakeTimers()
    const tapped = route(more)
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
    const broker = createBroker({ partition: session, routes: [tapped], world: world.tab() })
    const store = configureStore({
      reducer: {
        hearts: broker.optimistic(hearts.reducer, { truth: loaded.match }),
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

  it('is said once for a route, with how to mend it', async () => {
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
  ])('is not said of a slice that %s', async (_, app) => {
    expect(await open(app).run()).toEqual([])
  })
})
