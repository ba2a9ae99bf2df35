// A small app for the tests of reads. It has the calls that a feed starts with, and every action that reached its
// reducers.
import { type Action, configureStore, createAction, createSlice } from '@reduxjs/toolkit'
import type { Middleware } from 'redux'
import { type BrokerOptions, createBroker, delivered, type ReadsOptions, read, reads } from '../src/index.js'
import { answer, type SentRequest, type TestTab, type TestWorld } from '../src/testing/index.js'

export const loadMe = read(createAction('me/load'), {
  request: () => '/api/me',
  priority: 1,
  answer: (body) => body as { readonly name: string },
})
const loadTop = read(createAction('posts/top'), { request: () => '/api/posts/top', priority: 2 })
const loadCount = read(createAction('notifs/count'), {
  request: () => '/api/notifs/count',
  priority: 3,
})
const loadGroups = read(createAction('me/groups'), { request: () => '/api/me/groups', priority: 4 })
export const loadPost = read(createAction<{ id: string }>('post/load'), {
  request: ({ id }) => `/api/posts/${id}`,
  answer: (body) => body as { readonly likes: number },
})
const routes = [loadMe, loadTop, loadCount, loadGroups, loadPost]

/** The ten calls of an app's start, from components that do not know of each other. */
export const tenCalls = [
  loadMe(),
  loadCount(),
  loadMe(),
  loadGroups(),
  loadMe(),
  loadTop(),
  loadMe(),
  loadTop(),
  loadCount(),
  loadGroups(),
]

const session = createSlice({
  name: 'session',
  initialState: { userId: 'ada' as string | undefined },
  reducers: {
    signedIn(state, { payload }: { payload: string | undefined }) {
      state.userId = payload
    },
  },
})
export const { signedIn } = session.actions

const me = createSlice({
  name: 'me',
  initialState: { name: '' },
  reducers: {},
  extraReducers: (builder) => {
    builder.addMatcher(delivered(loadMe), (state, { payload }) => {
      state.name = payload.name
    })
  },
})

type Options = BrokerOptions<{ session: ReturnType<typeof session.reducer> }, 'broker'>

/** One tab with the app in it. */
export function openReads(
  world: TestWorld,
  {
    tab = world.tab(),
    ...options
  }: Partial<Options> & {
    readonly tab?: TestTab
    /** By default a read that fails once has failed. */
    readonly how?: ReadsOptions
    /** The user who is signed in at the start, or undefined for nobody. Default `ada`. */
    readonly who?: string | undefined
  } = {},
) {
  const { how, who: _user, ...rest } = options
  const broker = createBroker({
    user: (state: { session: ReturnType<typeof session.reducer> }) => state.session.userId,
    routes,
    world: tab,
    reads: reads(how ?? { retries: 0 }),
    ...rest,
  })
  const actions: Action[] = []
  const recorder: Middleware = () => (next) => (action) => {
    actions.push(action as Action)
    return next(action)
  }
  const store = configureStore({
    reducer: {
      me: broker.optimistic(me.reducer),
      session: session.reducer,
      [broker.reducerPath]: broker.reducer,
    },
    preloadedState: { session: { userId: 'who' in options ? options.who : 'ada' } },
    middleware: (getDefault) => getDefault().prepend(broker.middleware, recorder),
  })
  return {
    tab,
    broker,
    store,
    actions,
    dispatch: store.dispatch,
    /** Types of what reached the reducers, without the broker's own. */
    types: () => actions.map(({ type }) => type).filter((type) => !type.startsWith('redux-broker/')),
    /** Paths of the requests, in the order of their sending. */
    wire: () => world.network.requests.map(({ url }) => new URL(url).pathname.replace('/api/', '')),
  }
}

/** The answer of a server that names the path it was asked for. */
export const namesPath = ({ url }: SentRequest) => answer(200, { name: new URL(url).pathname })

/** Opens a page without a network, and gives the end of its read, which is a copy where the device has one. */
export async function readOffline(world: TestWorld, open = () => openReads(world)): Promise<unknown> {
  world.setOnline(false)
  const receipt = open().dispatch(loadMe())
  await world.settle()
  return receipt.settled
}

/** The tab, which keeps the signals of its reads in `signals`. */
export function withSignals(tab: TestTab, signals: AbortSignal[]) {
  const { network } = tab.ports
  return {
    ...tab,
    ports: {
      ...tab.ports,
      network: {
        ...network,
        fetch: (...[request, options]: Parameters<typeof network.fetch>) => {
          signals.push(options.signal)
          return network.fetch(request, options)
        },
      },
    },
  }
}
