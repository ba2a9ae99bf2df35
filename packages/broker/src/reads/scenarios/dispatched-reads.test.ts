import { configureStore, createAction, createSlice } from '@reduxjs/toolkit'
import { expect, it } from 'vitest'
import { createBroker, delivered, read, returned, write } from '../../index.js'
import { answer, createTestWorld, held } from '../../testing/index.js'

const clapped = write(createAction('clapped'), { request: () => ({ url: '/api/claps' }) })
const loadMe = read(createAction('me/load'), { request: () => '/api/me' })

const me = createSlice({
  name: 'me',
  initialState: { isLoading: false, claps: 0 },
  reducers: {},
  extraReducers: (builder) => {
    builder
      .addCase(clapped.type, (state) => {
        state.claps += 1
      })
      .addCase(loadMe.type, (state) => {
        state.isLoading = true
      })
      .addMatcher(delivered(loadMe), (state) => {
        state.isLoading = false
      })
      .addMatcher(returned(loadMe), (state) => {
        state.isLoading = false
      })
  },
})

it.each([200, 404])(
  'the change by a read’s action ends with its answer, with any pending entries (P8): %i',
  async (status) => {
    const { reply, release } = held()
    const get = held()
    const world = createTestWorld({
      network: ({ method }) => (method === 'GET' ? get.reply : reply),
    })
    const broker = createBroker({ user: () => 'ada', routes: [clapped, loadMe], world: world.tab() })
    const store = configureStore({
      reducer: { me: broker.optimistic(me.reducer), [broker.reducerPath]: broker.reducer },
      middleware: (getDefault) => getDefault().prepend(broker.middleware),
    })
    const shown = () => store.getState().me
    store.dispatch(clapped())
    await world.settle()

    store.dispatch(loadMe())
    expect(shown()).toEqual({ isLoading: true, claps: 1 })
    get.release(answer(status, {}))
    await world.settle()
    expect(shown()).toEqual({ isLoading: false, claps: 1 })

    release(answer(200, {}))
    await world.clock.advance(1_000)
    expect(shown().isLoading).toBe(false)
  },
)
