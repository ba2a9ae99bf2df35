// The app of a tab: lists of words, one for each lane, that grow by taps. It is written as any app of redux-broker.
import {
  applyMiddleware,
  combineReducers,
  legacy_createStore,
  type Middleware,
  type Reducer,
  type Store,
} from 'redux'
import { type Feed, feedOptions, feedReducer, feedTags, type ReadReceipt } from './feed.js'
import { typeOf } from './releases.js'

/** What the simulation uses of the package `redux-broker`. */
export interface PageProduct {
  createBroker(options: object): PageBroker
  write<C>(creator: C, options: object): C
  read<C>(creator: C, options: object): C
  reads(options: object): object
  delivered(...creators: unknown[]): (action: unknown) => boolean
  outboxEntries(broker: PageBroker): Promise<readonly HeldEntry[]>
  deadLetters(broker: PageBroker): Promise<readonly HeldEntry[]>
  retry(broker: PageBroker, id: string): Promise<string>
  cancel(broker: PageBroker, id: string): Promise<string>
  discard(broker: PageBroker, id: string): Promise<string>
  discardAll(broker: PageBroker): Promise<object>
  markDelivered(broker: PageBroker, id: string): Promise<string>
}

export interface HeldEntry {
  readonly id: string
  readonly state: string
  readonly action: { readonly payload: unknown }
}

export interface PageBroker {
  readonly reducer: Reducer
  readonly middleware: Middleware
  optimistic<R>(reducer: R, options?: object): R
  readonly ready: Promise<void>
  register(registration: unknown): Promise<void>
  resume(): Promise<void>
  capabilities(): object
}

export interface Receipt {
  readonly id: string
  readonly accepted: Promise<{ readonly status: string; readonly reason?: string }>
  readonly settled: Promise<{ readonly status: string; readonly reason?: string }>
  cancel(): Promise<'cancelled' | 'tooLate'>
}

/** A word that a user adds to a list. */
export interface Word {
  readonly id: string
  readonly lane: string
  readonly query: string
}

export type Lists = Readonly<Record<string, readonly string[]>>

export interface AppState {
  readonly session: { readonly user: string | undefined }
  readonly lists: Lists
  readonly feed?: Feed
  readonly broker: { readonly lost?: { readonly upTo: number; readonly restored: number } | undefined }
}

export interface App {
  readonly store: Store<AppState>
  readonly broker: PageBroker
  readonly product: PageProduct
  /** Of the words that were tapped here. */
  readonly receipts: ReadonlyMap<string, Receipt>
  tap(verb: 'put' | 'post', word: Word): Receipt
  /** Asks for the feed. Undefined in an app without reads. */
  read(): ReadReceipt | undefined
  setUser(user: string | undefined): void
}

export interface AppOptions {
  readonly server: 'idempotent' | 'plain'
  readonly user: string | undefined
  readonly registration: object | undefined
  readonly prepare: (() => Promise<void>) | undefined
  readonly hasReads: boolean
  readonly release: number
  readonly limits: { readonly entriesMax?: number; readonly concurrencyMax: number }
}

export interface Creator {
  (payload: unknown): { readonly type: string; readonly payload: unknown }
  readonly type: string
  match(action: { readonly type?: unknown }): boolean
}

function creatorOf(type: string): Creator {
  const creator = (payload: unknown) => ({ type, payload })
  return Object.assign(creator, {
    type,
    match: (action: { readonly type?: unknown }) => action.type === type,
  })
}

const nothing: Lists = {}

function listsReducer(product: PageProduct, writes: readonly Creator[]): Reducer<Lists> {
  const isDelivered = product.delivered(...writes)
  return ((lists: Lists = nothing, action: never) => {
    const { type, payload, meta } = action as {
      type: string
      payload: unknown
      meta: { arg: Word }
    }
    if (writes.some((creator) => creator.type === type)) {
      const { lane, id } = payload as Word
      return { ...lists, [lane]: [...(lists[lane] ?? []), id] }
    }
    if (isDelivered(action)) return { ...lists, [meta.arg.lane]: (payload as { list: string[] }).list }
    return type === 'session' ? nothing : lists
  }) as unknown as Reducer<Lists>
}

export function createApp(product: PageProduct, options: AppOptions): App {
  const { server, user, registration, prepare, hasReads, release, limits } = options
  const writeBy = (verb: 'put' | 'post') =>
    product.write(creatorOf(typeOf(verb, release)), {
      request: ({ lane, id, query }: Word) => ({
        method: verb.toUpperCase(),
        url: `/lists/${lane}/${id}${query}`,
        body: { id },
      }),
      lane: ({ lane }: Word) => lane,
      ...(hasReads && { invalidates: feedTags }),
    })
  const put = writeBy('put')
  const post = writeBy('post')
  const feed = hasReads ? product.read(creatorOf('feed'), feedOptions) : undefined
  const broker = product.createBroker({
    name: 'words',
    base: '/',
    user: (state: AppState) => state.session.user,
    routes: [put, post, ...(feed ? [feed] : [])],
    ...(hasReads && { reads: product.reads({ userHeader: 'x-user' }) }),
    server,
    sessionProbe: '/me',
    ...(prepare && { prepareHeaders: prepare }),
    limits,
    ...(server === 'idempotent' && { statusQuery: '/keys/:key' }),
  })
  const session: Reducer<AppState['session']> = (state = { user }, action) =>
    action.type === 'session' ? { user: (action as unknown as { user?: string }).user } : state
  const reducer = combineReducers({
    session,
    lists: broker.optimistic(listsReducer(product, [put, post])),
    ...(feed && { feed: broker.optimistic(feedReducer(product, feed, [put, post]) as Reducer<Feed>) }),
    broker: broker.reducer,
  }) as unknown as Reducer<AppState>
  const store = legacy_createStore(reducer, applyMiddleware(broker.middleware))
  if (registration !== undefined) void broker.register(registration)
  const receipts = new Map<string, Receipt>()
  const read = () => feed && (store.dispatch(feed(undefined) as never) as unknown as ReadReceipt)
  if (user !== undefined) read()
  return {
    store,
    broker,
    product,
    receipts,
    tap(verb, word) {
      const receipt = store.dispatch((verb === 'put' ? put : post)(word)) as unknown as Receipt
      receipts.set(word.id, receipt)
      return receipt
    },
    read,
    setUser(next) {
      store.dispatch({ type: 'session', user: next } as never)
      if (next !== undefined) read()
    },
  }
}
