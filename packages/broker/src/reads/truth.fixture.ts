// Two posts, each with a counter and a heart, on a server that may answer late or lose its answers, and what a page
// shows of them.
import { configureStore, createAction, createNextState, createSlice } from '@reduxjs/toolkit'
import type { Reply } from '../core/ports.js'
import { createBroker, delivered, read, write } from '../page/index.js'
import { acknowledge, answer, createTestWorld, failed, type SentRequest } from '../testing/index.js'

export type Id = 'a' | 'b'

interface Post {
  readonly claps: number
  readonly hearted: boolean
}

const tags = ({ id }: { readonly id: Id }) => [{ type: 'post', id }]
const clapped = write(createAction<{ id: Id }>('clapped'), {
  request: ({ id }) => ({ url: `/api/${id}/claps` }),
  server: 'idempotent',
  tags,
})
const hearted = write(createAction<{ id: Id; on: boolean }>('hearted'), {
  request: ({ id, on }) => ({ method: on ? 'PUT' : 'DELETE', url: `/api/${id}/heart` }),
  server: 'idempotent',
  invalidates: tags,
  answer: (body) => body as Pick<Post, 'hearted'>,
})
const loaded = read(createAction<{ id: Id }>('loaded'), {
  request: ({ id }) => `/api/${id}`,
  tags,
  answer: (body) => body as Post,
})

const none = { claps: 0, hearted: false, isLoaded: false }

const posts = createSlice({
  name: 'posts',
  initialState: { a: none, b: none },
  reducers: {},
  extraReducers: (builder) => {
    builder
      .addCase(clapped, (state, { payload }) => {
        state[payload.id].claps += 1
      })
      .addCase(hearted, (state, { payload }) => {
        state[payload.id].hearted = payload.on
      })
      .addMatcher(delivered(clapped), (state, { meta }) => {
        state[meta.arg.id].claps += 1
      })
      .addMatcher(delivered(hearted), (state, { payload, meta }) => {
        state[meta.arg.id].hearted = payload.hearted
      })
      .addMatcher(delivered(loaded), (state, { payload, meta }) => {
        // What may or may not hold a change is no truth.
        if (meta.unsure === undefined) state[meta.arg.id] = { ...payload, isLoaded: true }
      })
  },
})

export type Shown = ReturnType<typeof posts.reducer>

/** What becomes of one request: how long it takes there and back, and whether its answer is lost. */
export interface Way {
  readonly thereMs: number
  readonly backMs: number
  readonly fate: 'ok' | 'answerLost' | 'lost' | 'busy'
}

/** `wayOf` is asked for each request in the order of their sending. */
export function openPosts(wayOf: () => Way) {
  const server = { a: { claps: 0, hearted: false }, b: { claps: 0, hearted: false } }
  const answers = new Map<string, object>()
  const ledger: string[] = []
  const world = createTestWorld({ network: travel })
  const wait = (ms: number) => new Promise<void>((resolve) => void world.clock.after(ms, resolve))

  async function travel(request: SentRequest): Promise<Reply> {
    const { thereMs, backMs, fate } = wayOf()
    await wait(thereMs)
    if (fate === 'lost') return failed()
    if (fate === 'busy') return answer(503)
    const body = act(request)
    await wait(backMs)
    return fate === 'answerLost' ? failed() : acknowledge(request, body)
  }

  function act({ method, url, key }: SentRequest): object {
    ledger.push(`${method} ${new URL(url).pathname}`)
    const one = server[new URL(url).pathname.startsWith('/api/a') ? 'a' : 'b']
    const known = method === 'GET' ? { ...one } : answers.get(key)
    if (known !== undefined) return known
    if (method === 'POST') one.claps += 1
    else one.hearted = method === 'PUT'
    answers.set(key, { ...one })
    return { ...one }
  }

  function openTab(onFrame: (shown: Shown) => void) {
    const tab = world.tab()
    const broker = createBroker({
      partition: () => 'ada',
      routes: [clapped, hearted, loaded],
      produce: createNextState,
      world: tab,
    })
    const store = configureStore({
      reducer: { posts: broker.optimistic(posts.reducer), [broker.reducerPath]: broker.reducer },
      middleware: (getDefault) => getDefault().prepend(broker.middleware),
    })
    store.subscribe(() => onFrame(store.getState().posts))
    return {
      tab,
      onFrame: (listener: (shown: Shown) => void) => store.subscribe(() => listener(store.getState().posts)),
      posts: () => store.getState().posts,
      clap: (id: Id) => store.dispatch(clapped({ id })),
      heart: (id: Id, on: boolean) => store.dispatch(hearted({ id, on })),
      load: (id: Id) => store.dispatch(loaded({ id })),
    }
  }

  return { world, server, ledger, openTab }
}
