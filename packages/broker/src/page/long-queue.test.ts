// A reload with a long queue sets no count on screen back (P8).
import { configureStore, createAction, createNextState, createSlice } from '@reduxjs/toolkit'
import { expect, it } from 'vitest'
import { createTestWorld, type TestWorld } from '../testing/index.js'
import { createBroker, write } from './index.js'

const clapped = write(createAction<number>('clapped'), {
  request: (post) => ({ url: `/api/posts/${post}`, body: {} }),
  server: 'idempotent',
})
const claps = createSlice({
  name: 'claps',
  initialState: { total: 0 },
  reducers: {},
  extraReducers: (builder) =>
    builder.addCase(clapped, (state) => {
      state.total += 1
    }),
})

function open(world: TestWorld) {
  const tab = world.tab()
  const broker = createBroker({
    partition: () => 'ada',
    routes: [clapped],
    produce: createNextState,
    world: tab,
  })
  const store = configureStore({
    reducer: { claps: broker.optimistic(claps.reducer), broker: broker.reducer },
    middleware: (getDefault) =>
      getDefault({ serializableCheck: false, immutableCheck: false }).prepend(broker.middleware),
  })
  const shown = () => ({ total: store.getState().claps.total, waiting: store.getState().broker.waiting })
  return { tab, broker, store, shown }
}

it.each([999, 1_001, 1_400])('%i waiting entries are all in the view again', async (count) => {
  const world = createTestWorld()
  world.setOnline(false)
  const first = open(world)
  await world.settle()
  for (let i = 0; i < count; i++) first.store.dispatch(clapped(i))
  await world.settle()
  const before = first.shown()
  first.tab.crash()

  const again = open(world)
  await again.broker.ready
  await world.settle()

  expect(before).toEqual({ total: count, waiting: count })
  expect(again.shown()).toEqual(before)
})
