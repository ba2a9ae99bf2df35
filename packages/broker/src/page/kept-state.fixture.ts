// An app that keeps its state over reloads, in each of the documented ways.
import { combineReducers, configureStore, createAction, createNextState, createSlice } from '@reduxjs/toolkit'
import type { Reducer } from 'redux'
import { createTransform, persistReducer } from 'redux-persist'
import type { TestWorld } from '../testing/index.js'
import { confirmedState, createBroker, delivered, returned, write } from './index.js'

const request = () => ({ url: '/api/do', body: {} })
export const clapped = write(createAction<string>('clapped'), { request })
export const added = write(createAction<string>('added'), { request })
export const loaded = createAction<Record<string, number>>('loaded')
export const noted = createAction<string>('noted')

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

export interface Way {
  readonly root?: (reducer: Reducer) => Reducer
  readonly slice?: (reducer: Reducer, key: string) => Reducer
  /** By hand: what is written, and what comes back. */
  readonly kept?: (state: object) => unknown
}

export type Kept = Record<string, unknown>
export const storageIn = (kept: Kept) => ({
  getItem: async (key: string) => kept[key],
  setItem: async (key: string, value: unknown) => {
    kept[key] = value
  },
  removeItem: async (key: string) => void delete kept[key],
})

export const waysOf = (storage: ReturnType<typeof storageIn>): Readonly<Record<string, Way>> => ({
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
export const names: readonly string[] = Object.keys(waysOf(storageIn({})))

export function open(
  world: TestWorld,
  { root = (reducer) => reducer, slice = (reducer) => reducer }: Way,
  preloaded?: Kept,
  user = 'ada',
) {
  const tab = world.tab()
  const broker = createBroker({
    partition: () => user,
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
