// The types of a read for a reducer, and for its dispatcher or fetcher.
import { configureStore, createAction, createReducer } from '@reduxjs/toolkit'
import {
  createBroker,
  delivered,
  type FetchOptions,
  limitReads,
  notAccepted,
  type Receipt,
  read,
  reads,
  returned,
  type Tag,
  watchReads,
  write,
} from 'redux-broker'
import { type Equal, is } from './is.js'

interface Post {
  readonly id: string
  readonly likes: number
}

const loaded = read(createAction<{ id: string }>('post/loaded'), {
  request: ({ id }, action) => {
    is<Equal<typeof action.payload, { id: string }>>()
    return { url: `/api/posts/${id}`, headers: { accept: 'application/json' } }
  },
  priority: ({ id }) => (id === 'first' ? 1 : 5),
  tags: ({ id }) => [{ type: 'posts', id }],
  answer: (body) => body as Post,
  when: { network: 'unmetered', between: { from: '22:00', to: '06:00' } },
  whileWaiting: 'cached',
})
const named = read(
  createAction('named', (id: string) => ({ payload: { id }, meta: { at: 1 } })),
  { request: ({ id }) => id },
)
const listed = read(createAction('posts/listed'), { request: () => '/api/posts', tags: ['posts'] })
const liked = write(createAction<{ id: string }>('liked'), {
  request: ({ id }) => ({ url: `/api/posts/${id}/like` }),
  invalidates: ({ id }) => [{ type: 'posts', id }],
  tags: ['likes'],
})

createReducer({ n: 0 }, (builder) => {
  builder
    .addCase(loaded, (_state, { payload }) => {
      is<Equal<typeof payload, { id: string }>>()
    })
    .addCase(named, (_state, { meta }) => {
      is<Equal<typeof meta.at, number>>()
      meta.broker?.entryId.trim()
    })
    .addMatcher(delivered(loaded), (_state, { payload, meta }) => {
      is<Equal<typeof payload, Post>>()
      is<Equal<typeof meta.arg, { id: string }>>()
      is<Equal<typeof meta.stale, true | undefined>>()
      is<Equal<typeof meta.fetchedAt, number | undefined>>()
      is<Equal<typeof meta.uncertain, readonly Tag[] | undefined>>()
    })
    .addMatcher(delivered(listed), (_state, { payload }) => {
      is<Equal<typeof payload, unknown>>()
    })
    .addMatcher(delivered(loaded, liked), (_state, { meta }) => {
      is<Equal<typeof meta.arg.id, string>>()
    })
    .addMatcher(returned(loaded), (_state, { error }) => {
      is<Equal<typeof error.httpStatus, number | undefined>>()
    })
    .addMatcher(notAccepted(loaded), (_state, { error }) => {
      if (error.reason === 'tooManyReads') _state.n += 1
    })
})

const broker = createBroker({
  user: () => 'ada',
  routes: [loaded, listed, liked],
  reads: reads({ userHeader: 'x-user', bytesMax: 1_000, ageMsMax: 1_000 }),
})
const store = configureStore({
  reducer: { broker: broker.reducer },
  middleware: (getDefault) => getDefault().prepend(broker.middleware),
})

const receipt = store.dispatch(loaded({ id: '1' }))
is<Equal<typeof receipt, Receipt<Post>>>()
export const likes: Promise<number> = receipt.unwrap().then((post) => post.likes)
export const age = receipt.settled.then((end) => (end.status === 'delivered' ? end.fetchedAt : undefined))

const options: FetchOptions = {
  priority: 1,
  cache: 'staleWhileRevalidate',
  tags: ['posts'],
  signal: AbortSignal.timeout(1_000),
}
export const response: Promise<Response> = broker.fetch(new URL('https://a.test/'), options)
limitReads(broker, 3)
watchReads(broker, ({ kind, order }) => {
  is<Equal<typeof kind, 'waiting' | 'sent' | 'ended'>>()
  is<Equal<typeof order, number | undefined>>()
})

// @ts-expect-error a read is a GET or a HEAD
read(createAction('a'), { request: () => ({ url: '/a', method: 'POST' }) })
// @ts-expect-error no such policy
read(createAction('a'), { request: () => '/a', cache: 'always' })
// @ts-expect-error wrong payload
loaded({ id: 1 })
