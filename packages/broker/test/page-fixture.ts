// A small app for the tests of the page. It has posts to like and clap for, a user who signs in and out, and every
// action that reached its reducers.
import { type Action, configureStore, createAction, createNextState, createSlice } from '@reduxjs/toolkit'
import type { Middleware, Reducer } from 'redux'
import {
  type BrokerOptions,
  createBroker,
  delivered,
  notAccepted,
  type RequestTemplate,
  returned,
  write,
} from '../src/index.js'
import { createTestWorld, type TestTab, type TestWorld } from '../src/testing/index.js'

export interface Like {
  readonly likes: number
}

export const liked = write(createAction<{ postId: string }>('posts/liked'), {
  request: ({ postId }) => ({ method: 'PUT', url: `/api/posts/${postId}/like` }),
  lane: ({ postId }) => `post:${postId}`,
  answer: (body) => body as Like,
})

export const clapped = write(createAction<{ postId: string; note?: string }>('posts/clapped'), {
  request: ({ postId, note }) => ({
    url: `/api/posts/${postId}/claps`,
    ...(note === undefined ? {} : { body: { note } }),
  }),
  lane: ({ postId }) => `post:${postId}`,
  server: 'idempotent',
})

export interface Post {
  likes: number
  likedByMe: boolean
  claps: number
  problem?: string
}

const post = (): Post => ({ likes: 0, likedByMe: false, claps: 0 })

export const refetched = createAction<Record<string, Post>>('posts/refetched')

const posts = createSlice({
  name: 'posts',
  initialState: { byId: { p1: post(), p2: post(), p3: post() } as Record<string, Post> },
  reducers: {},
  extraReducers: (builder) => {
    builder
      .addCase(refetched, (state, { payload }) => {
        state.byId = payload
      })
      .addCase(liked, (state, { payload }) => {
        const one = state.byId[payload.postId]
        if (one === undefined || one.likedByMe) return
        one.likedByMe = true
        one.likes += 1
      })
      .addCase(clapped, (state, { payload }) => {
        const one = state.byId[payload.postId]
        if (one) one.claps += 1
      })
      .addMatcher(delivered(liked), (state, { payload, meta }) => {
        state.byId[meta.arg.postId] = {
          ...post(),
          ...state.byId[meta.arg.postId],
          ...payload,
          likedByMe: true,
        }
      })
      .addMatcher(delivered(clapped), (state, { meta }) => {
        const one = state.byId[meta.arg.postId]
        if (one) one.claps += 1
      })
      .addMatcher(returned(liked, clapped), (state, { error, meta }) => {
        const one = state.byId[meta.arg.postId]
        if (one) one.problem = error.reason
      })
      .addMatcher(notAccepted(liked, clapped), (state, { error, meta }) => {
        const one = state.byId[meta.arg.postId]
        if (one) one.problem = error.reason
      })
  },
})

const session = createSlice({
  name: 'session',
  initialState: { userId: undefined as string | undefined, token: '' },
  reducers: {
    signedIn(state, { payload }: { payload: string }) {
      state.userId = payload
      state.token = `token of ${payload}`
    },
    signedOut(state) {
      state.userId = undefined
      state.token = ''
    },
  },
})
export const { signedIn, signedOut } = session.actions

export type SessionState = ReturnType<typeof session.reducer>
type Options = BrokerOptions<{ session: SessionState }, 'broker'>

export interface AppOptions extends Partial<Options> {
  readonly tab?: TestTab
  /** The user who is signed in at the start, or undefined for nobody. Default `ada`. */
  readonly who?: string | undefined
  /** Wraps the reducer of the posts before it is made optimistic. */
  readonly wrap?: (reducer: Reducer) => Reducer
}

export const makeBroker = (world: Options['world'], options: Partial<Options> = {}) =>
  createBroker({
    user: (state: { session: SessionState }) => state.session.userId,
    routes: [liked, clapped],
    produce: createNextState,
    ...(world && { world }),
    ...options,
  })

export function makeStore(broker: ReturnType<typeof makeBroker>, options: AppOptions = {}) {
  const actions: Action[] = []
  const recorder: Middleware = () => (next) => (action) => {
    actions.push(action as Action)
    return next(action)
  }
  const wrapped = (options.wrap?.(posts.reducer) ?? posts.reducer) as typeof posts.reducer
  const store = configureStore({
    reducer: {
      posts: broker.optimistic(wrapped, { fromServer: refetched.match }),
      session: session.reducer,
      [broker.reducerPath]: broker.reducer,
    },
    preloadedState: {
      session: 'who' in options ? started(options.who) : started('ada'),
    },
    middleware: (getDefault) => getDefault().prepend(broker.middleware, recorder),
  })
  return { store, actions }
}

const started = (userId: string | undefined): SessionState => ({
  userId,
  token: userId === undefined ? '' : `token of ${userId}`,
})

/** One tab with the app in it. */
export function openApp(world: TestWorld, options: AppOptions = {}) {
  const { tab = world.tab(), who: _user, wrap: _wrap, ...brokerOptions } = options
  const broker = makeBroker(tab, brokerOptions)
  const { store, actions } = makeStore(broker, options)
  return {
    tab,
    broker,
    store,
    actions,
    /** Types of what reached the reducers, without the broker's own status. */
    types: () => actions.map(({ type }) => type).filter((type) => type !== 'redux-broker/status'),
    post: (id: string) => store.getState().posts.byId[id],
    outbox: () => store.getState().broker,
    like: (postId: string) => store.dispatch(liked({ postId })),
    clap: (postId: string) => store.dispatch(clapped({ postId })),
  }
}

export type App = ReturnType<typeof openApp>

export async function openTwoTabs(world: TestWorld) {
  const tabs = [openApp(world), openApp(world)] as const
  await world.settle()
  return tabs
}

/** The app, offline, with one route made of these, which may be faulty. Bodies have 100 bytes at most. */
export function openWith(
  {
    request = () => ({ url: '/ok' }),
    lane,
    payload = { postId: 'p1' },
  }: { readonly request?: unknown; readonly lane?: unknown; readonly payload?: unknown },
  more: AppOptions = {},
) {
  const world = createTestWorld()
  const route = write(clapped, {
    request: request as () => RequestTemplate,
    ...(lane === undefined ? {} : { lane: lane as () => string }),
  })
  world.setOnline(false)
  const app = openApp(world, { routes: [route], limits: { bodyBytesMax: 100 }, ...more })
  return { world, app, dispatch: () => app.store.dispatch(route(payload as { postId: string })) }
}
