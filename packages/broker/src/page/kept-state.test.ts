// Apps that keep their state over reloads: each pending change is shown once, however the state was kept.
import { combineReducers, configureStore, createAction, createNextState, createSlice } from '@reduxjs/toolkit'
import fc from 'fast-check'
import type { Reducer } from 'redux'
import { createTransform, persistReducer, persistStore } from 'redux-persist'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { acknowledge, createTestWorld, type TestWorld } from '../testing/index.js'
import { confirmedState, createBroker, delivered, returned, write } from './index.js'

afterEach(() => vi.restoreAllMocks())

const request = () => ({ url: '/api/do', body: {} })
const clapped = write(createAction<string>('clapped'), { request })
const added = write(createAction<string>('added'), { request })
const loaded = createAction<Record<string, number>>('loaded')
const noted = createAction<string>('noted')

const claps = createSlice({
  name: 'claps',
  initialState: { byId: {} as Record<string, number>, notes: [] as string[], problems: 0 },
  reducers: {},
  extraReducers: (builder) =>
    builder
      .addCase(clapped, ({ byId }, { payload }) => {
        byId[payload] = (byId[payload] ?? 0) + 1
      })
      .addCase(loaded, (state, { payload }) => {
        state.byId = payload
      })
      .addCase(noted, ({ notes }, { payload }) => void notes.push(payload))
      .addMatcher(delivered(clapped), ({ byId }, { meta }) => {
        byId[meta.arg] = (byId[meta.arg] ?? 0) + 1
      })
      .addMatcher(returned(clapped, added), (state) => {
        state.problems += 1
      }),
})

const list = createSlice({
  name: 'list',
  initialState: ['first'],
  reducers: {},
  extraReducers: (builder) =>
    builder
      .addCase(added, (items, { payload }) => void items.push(payload))
      .addMatcher(delivered(added), (items, { meta }) => void items.push(meta.arg)),
})

interface Way {
  readonly root?: (reducer: Reducer) => Reducer
  readonly slice?: (reducer: Reducer, key: string) => Reducer
  /** By hand: what is written, and what comes back. */
  readonly kept?: (state: object) => unknown
}

type Kept = Record<string, unknown>
const storageIn = (kept: Kept) => ({
  getItem: async (key: string) => kept[key],
  setItem: async (key: string, value: unknown) => {
    kept[key] = value
  },
  removeItem: async (key: string) => void delete kept[key],
})

const waysOf = (storage: ReturnType<typeof storageIn>): Readonly<Record<string, Way>> => ({
  'redux-persist around the root': { root: (reducer) => persistReducer({ key: 'root', storage }, reducer) },
  'redux-persist around the root, without the broker’s slice': {
    root: (reducer) => persistReducer({ key: 'root', storage, blacklist: ['broker'] }, reducer),
  },
  'redux-persist around the root, to a storage of objects': {
    root: (reducer) =>
      persistReducer(
        {
          key: 'root',
          storage,
          transforms: [
            createTransform(
              (state) => structuredClone(confirmedState(state)),
              (state) => state,
            ),
          ],
          serialize: false,
          deserialize: false,
        } as Parameters<typeof persistReducer>[0],
        reducer,
      ),
  },
  'redux-persist inside optimistic()': {
    slice: (reducer, key) => (key === 'list' ? reducer : persistReducer({ key, storage }, reducer)),
  },
  'getState() as preloadedState, by JSON': { kept: (state) => JSON.parse(JSON.stringify(state)) },
  'getState() as preloadedState, by confirmedState()': {
    kept: (state) => structuredClone(confirmedState(state)),
  },
})
const names = Object.keys(waysOf(storageIn({})))

/** Timers of redux-persist, which are real. */
const written = async () => {
  await vi.advanceTimersByTimeAsync(100)
}

function open(
  world: TestWorld,
  { root = (reducer) => reducer, slice = (reducer) => reducer }: Way,
  preloaded?: Kept,
) {
  const tab = world.tab()
  const broker = createBroker({
    partition: () => 'ada',
    routes: [clapped, added],
    server: 'idempotent',
    produce: createNextState,
    world: tab,
  })
  const store = configureStore({
    reducer: root(
      combineReducers({
        claps: broker.optimistic(slice(claps.reducer, 'claps'), { truth: loaded.match }),
        group: combineReducers({ list: broker.optimistic(slice(list.reducer, 'list')) }),
        broker: broker.reducer,
      }) as Reducer,
    ),
    ...(preloaded && { preloadedState: preloaded }),
    middleware: (getDefault) => getDefault({ serializableCheck: false }).prepend(broker.middleware),
  })
  const view = () => {
    const { claps, group, broker } = store.getState()
    const { _persist, ...plain } = claps
    return { claps: plain, list: group.list, waiting: broker.waiting, entries: Object.keys(broker.entries) }
  }
  return { tab, store, view }
}

async function reloaded(name: string, taps: readonly Tap[], lists = true) {
  vi.useFakeTimers()
  try {
    const kept: Kept = {}
    const way = waysOf(storageIn(kept))[name] as Way
    const world = createTestWorld({ network: (sent) => acknowledge(sent, {}) })
    const first = open(world, way)
    if (way.kept === undefined) persistStore(first.store)
    await written()
    await world.settle()
    first.store.dispatch(loaded({ p1: 7 }))
    for (const tap of taps) {
      if (tap.kind === 'clap') first.store.dispatch(clapped(tap.post))
      else if (tap.kind === 'note') first.store.dispatch(noted(tap.post))
      else if (tap.kind === 'load') first.store.dispatch(loaded({ p1: 9, p2: 4 }))
      else if (tap.kind === 'add') {
        if (lists) first.store.dispatch(added(tap.post))
      } else world.setOnline(tap.kind === 'online')
      await world.settle()
    }
    world.setOnline(false)
    await world.clock.advance(2_000)
    await written()
    const before = first.view()
    const preloaded = way.kept?.(first.store.getState()) as Kept | undefined
    first.tab.crash()

    const second = open(world, way, preloaded)
    if (way.kept === undefined) persistStore(second.store)
    await written()
    await world.settle()
    const after = second.view()
    world.setOnline(true)
    await world.clock.advance(600_000)
    await written()
    return { before, after, end: second.view(), reports: world.reports }
  } finally {
    vi.useRealTimers()
  }
}

interface Tap {
  readonly kind: 'clap' | 'add' | 'note' | 'load' | 'online' | 'offline'
  readonly post: string
}
const claim = (kind: Tap['kind'], post = 'p1'): Tap => ({ kind, post })

describe.each(names)('%s', (name) => {
  const listsAreKept = name !== 'redux-persist inside optimistic()'

  it('shows a pending change once after a reload offline, and once when it is delivered', async () => {
    const { before, after, end, reports } = await reloaded(name, [claim('offline'), claim('clap')])

    expect(before.claps.byId).toEqual({ p1: 8 })
    expect(after).toEqual(before)
    expect(end).toMatchObject({ claps: { byId: { p1: 8 } }, waiting: 0, entries: [] })
    expect(reports).toEqual([])
  })

  if (listsAreKept)
    it('shows a new item of a list once', async () => {
      const { before, after, end } = await reloaded(name, [claim('offline'), claim('add', 'second')])

      expect(before.list).toEqual(['first', 'second'])
      expect([after.list, end.list]).toEqual([before.list, before.list])
    })

  it('keeps what an ordinary action did while something was pending', async () => {
    const { after, end } = await reloaded(name, [claim('offline'), claim('clap'), claim('note', 'mine')])

    expect([after.claps.notes, end.claps.notes]).toEqual([['mine'], ['mine']])
  })

  it('shows the view of before after a reload offline, whatever was tapped', async () => {
    const tap = fc.record({
      kind: fc.constantFrom<Tap['kind']>('clap', 'add', 'note', 'load', 'online', 'offline'),
      post: fc.constantFrom('p1', 'p2', 'p3'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(tap, { maxLength: 8 }), async (taps) => {
        const { before, after, reports } = await reloaded(name, taps, listsAreKept)
        expect(after).toEqual(before)
        expect(reports).toEqual([])
      }),
      { numRuns: 25, seed: 7 },
    )
  })
})
