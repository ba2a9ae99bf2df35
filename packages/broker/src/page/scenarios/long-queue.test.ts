// A reload with a long queue sets no count on screen back (P8).
import { configureStore, createAction, createNextState, createSlice } from '@reduxjs/toolkit'
import { afterEach, expect, it, vi } from 'vitest'
import { createBroker, write } from '../../index.js'
import { createTestWorld, type TestWorld } from '../../testing/index.js'

/** How many a starting page brings back, where a test sets it. */
const most = vi.hoisted(() => ({ entries: 10_000 }))
vi.mock('../../core/limits.js', async (original) => {
  const limits = await original<typeof import('../../core/limits.js')>()
  return Object.defineProperty({ ...limits }, 'restoredMax', { get: () => most.entries })
})
afterEach(() => {
  most.entries = 10_000
})

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
    user: () => 'ada',
    routes: [clapped],
    produce: createNextState,
    world: tab,
  })
  const store = configureStore({
    reducer: { claps: broker.optimistic(claps.reducer), broker: broker.reducer },
    middleware: (getDefault) =>
      getDefault({ serializableCheck: false, immutableCheck: false }).prepend(broker.middleware),
  })
  const shown = () => {
    const { claps, broker } = store.getState()
    return { total: claps.total, waiting: broker.waiting, notInView: broker.notInView }
  }
  return { tab, broker, store, shown }
}

/** A world, offline, whose last page was closed with so many entries waiting. Gives what that page showed. */
async function leave(count: number) {
  const world = createTestWorld()
  world.setOnline(false)
  const { tab, store, shown } = open(world)
  await world.settle()
  for (let i = 0; i < count; i++) store.dispatch(clapped(i))
  await world.settle()
  const before = shown()
  tab.crash()
  return { world, before }
}

it.each([999, 1_001, 1_400])('the view shows all of %i waiting entries again', async (count) => {
  const { world, before } = await leave(count)

  const again = open(world)
  await again.broker.ready
  await world.settle()

  expect(before).toEqual({ total: count, waiting: count, notInView: 0 })
  expect(again.shown()).toEqual(before)
})

it.each([
  [11, 10],
  [250, 10],
  [450, 199],
])('the view says how many it leaves out, of %i waiting entries with room for %i', async (count, room) => {
  most.entries = room
  const { world } = await leave(count)

  const again = open(world)
  const seen = new Set<number>()
  again.store.subscribe(() => void seen.add(again.shown().notInView))
  await world.settle()
  expect(again.shown()).toEqual({ total: room, waiting: count, notInView: count - room })

  again.store.dispatch(clapped(0))
  await world.settle()
  expect(again.shown()).toEqual({ total: room + 1, waiting: count + 1, notInView: count - room })
  expect([...seen]).toEqual([0, count - room])

  world.setOnline(true)
  await world.clock.advance(60_000)
  expect(again.shown()).toMatchObject({ waiting: 0, notInView: 0 })
})

it('the view leaves nothing out while all tabs tap and deliver', async () => {
  const world = createTestWorld()
  const tabs = [open(world), open(world), open(world)]
  const seen = new Set<number>()
  for (const { store, shown } of tabs) store.subscribe(() => void seen.add(shown().notInView))
  await world.settle()
  for (let i = 0; i < 300; i++) {
    tabs[i % 3]?.store.dispatch(clapped(i))
    if (i % 40 === 0) world.setOnline(i % 80 === 0)
    if (i % 7 === 0) await world.settle()
  }
  world.setOnline(true)
  await world.clock.advance(60_000)

  expect([...seen]).toEqual([0])
  expect(tabs.map(({ shown }) => shown().waiting)).toEqual([0, 0, 0])
})
