// The types of createBroker and write, and of a broker.
import { createAction, createNextState, createReducer } from '@reduxjs/toolkit'
import type { Reducer } from 'redux'
import {
  type acknowledgeLoss,
  type Broker,
  type Capabilities,
  type Conditions,
  cancel,
  createBroker,
  type DeadLetter,
  type DiscardSummary,
  deadLetters,
  discard,
  discardAll,
  markDelivered,
  markRead,
  type OutboxEntry,
  type outboxEntries,
  type PageRequest,
  type RoutedCreator,
  retry,
  type TimeWindow,
  write,
} from 'redux-broker'
import { acknowledge, createTestWorld, timeZone } from 'redux-broker/testing'
import { type BrokerWorker, startBrokerWorker, type WorkerRequest } from 'redux-broker/worker'
import { type Equal, is } from './is.js'
import { broker, commented, type Like, liked } from './quick-start/requests.js'

interface State {
  readonly user: { readonly id: string } | undefined
}
const user = (state: State) => state.user?.id
const creator = createAction<{ id: string }>('x')
const request = ({ id }: { id: string }) => ({ url: `/x/${id}` })

// Every option, and the name of the slice as a literal.
const full = createBroker({
  user,
  routes: [liked, commented],
  reducerPath: 'outbox',
  name: 'mine',
  server: 'idempotent',
  origins: ['https://api.example.com'],
  sessionProbe: '/api/me',
  statusQuery: '/api/idempotency/:key',
  limits: { entriesMax: 100 },
  produce: createNextState,
  prepareHeaders: async (headers, request) => {
    is<Equal<typeof request, PageRequest<State>>>()
    headers.set('x-user', request.getState().user?.id ?? '')
    is<Equal<typeof request.route, string | undefined>>()
  },
})
is<Equal<typeof full, Broker<State, 'outbox'>>>()
is<Equal<typeof full.reducerPath, 'outbox'>>()
createBroker({ user, routes: [], prepareHeaders: (headers) => new Headers(headers) })
createBroker({ user: (): string | null => null, routes: [] })
createBroker({ user: (): number | undefined => 7, routes: [] })
createBroker({ user, routes: [], world: createTestWorld().tab() })

// @ts-expect-error whose outbox it is must be said
createBroker({ routes: [] })
// @ts-expect-error a user is a string or a number
createBroker({ user: () => ({ id: 7 }), routes: [] })
// @ts-expect-error a plain creator is no route
createBroker({ user, routes: [creator] })
// @ts-expect-error no such option
createBroker({ user, routes: [], retries: 3 })
// @ts-expect-error no such limit
createBroker({ user, routes: [], limits: { retries: 3 } })
// @ts-expect-error no such server
createBroker({ user, routes: [], server: 'smart' })
// @ts-expect-error an absent name is left out, not undefined (exactOptionalPropertyTypes)
createBroker({ user, routes: [], name: undefined })

// The payload of a route is inferred everywhere, and the answer comes from the parser.
const made = write(creator, {
  request: (payload, action) => {
    is<Equal<typeof payload, { id: string }>>()
    is<Equal<typeof action.payload, { id: string }>>()
    return { url: '/x', method: 'PATCH', headers: { accept: 'text/plain' }, body: [payload] }
  },
  lane: ({ id }) => id,
  answer: (body) => String(body),
})
is<Equal<typeof made, RoutedCreator<typeof creator, string>>>()
write(creator, {
  request: () => ({ url: '/x' }),
  headers: ({ id }, { getState }: { getState(): State }) => ({
    'if-match': `${id} ${getState().user?.id}`,
    'x-none': undefined,
  }),
})
for (const body of [
  {},
  [],
  '',
  null,
  new ArrayBuffer(1),
  new Uint8Array(1),
  new Blob(),
  new FormData(),
  new URLSearchParams(),
  new Date(),
])
  write(creator, { request: () => ({ url: '/x', body }) })

const between = { from: '22:00', to: '06:00' }
write(creator, {
  request,
  when: { network: 'unmetered', saveData: false, effectiveType: '3g', visible: true, between },
})
const night: Conditions = { between: between satisfies TimeWindow }
write(creator, { request, when: night })
createTestWorld({ zone: timeZone('Europe/Berlin') })
  .tab()
  .setDevice({ unmetered: false })

// @ts-expect-error no such kind of connection
write(creator, { request, when: { network: 'wifi' } })
// @ts-expect-error only what restricts can be asked for
write(creator, { request, when: { visible: false } })
// @ts-expect-error hours have an end
write(creator, { request, when: { between: { from: '22:00' } } })
// @ts-expect-error no request
write(creator, {})
// @ts-expect-error a request is not just its URL
write(creator, { request: () => '/x' })
// An interface is a body too, and what may be missing may be undefined.
interface Todo {
  readonly text: string
}
declare const todo: Todo
write(creator, { request: () => ({ url: '/x', body: todo }) })
write(creator, {
  request: () => ({ url: '/x', method: undefined, body: todo.text === '' ? undefined : todo }),
})
// @ts-expect-error a stream cannot be sent twice
write(creator, { request: () => ({ url: '/x', body: new ReadableStream() }) })
// @ts-expect-error nor can a function
write(creator, { request: () => ({ url: '/x', body: () => 'x' }) })
// @ts-expect-error what a request is made of is there at once
write(creator, { request: async () => ({ url: '/x' }) })
// @ts-expect-error a lane is a string
write(creator, { request, lane: () => 7 })
// @ts-expect-error no such end
write(creator, { request, onReturned: 'retry' })
// @ts-expect-error not an action creator
write(() => ({ type: 'x' }), { request: () => ({ url: '/x' }) })

// The marked creator still matches.
declare const action: unknown
if (liked.match(action)) is<Equal<typeof action.payload, { postId: string }>>()

// optimistic keeps the reducer's type, whatever it is.
const counter = createReducer({ count: 0 }, () => {})
const wrapped = broker.optimistic(counter)
is<Equal<typeof wrapped, typeof counter>>()
const plain: Reducer<{ n: number }> = (state = { n: 0 }) => state
is<Equal<ReturnType<typeof plain>, ReturnType<ReturnType<typeof broker.optimistic<typeof plain>>>>>()
broker.optimistic(counter, { fromServer: (given) => creator.match(given) })

// A worker by its URL, or one that the app has.
declare const registration: Promise<ServiceWorkerRegistration>
/** As @types/trusted-types declares it. */
declare class TrustedScriptURL {
  private constructor()
  private brand: true
}
declare const trustedScriptUrl: TrustedScriptURL
void broker.register('/sw.js')
void broker.register(new URL('https://app.example/sw.js'))
void broker.register(registration)
void broker.register(trustedScriptUrl)
void broker.register(() => trustedScriptUrl)
// @ts-expect-error neither
void broker.register(7)
is<Equal<ReturnType<typeof broker.register>, Promise<void>>>()
is<Equal<typeof broker.ready, Promise<void>>>()
is<Equal<ReturnType<typeof broker.stop>, Promise<void>>>()
is<Equal<ReturnType<typeof broker.resume>, Promise<void>>>()
is<Equal<ReturnType<typeof broker.capabilities>, Capabilities>>()
is<Equal<Capabilities['backup'], 'mirror' | 'note' | 'none'>>()
is<Equal<Capabilities['persisted'], boolean | undefined>>()
is<Equal<ReturnType<typeof acknowledgeLoss>, Promise<void>>>()
is<Equal<Capabilities['workerLacks'], readonly string[]>>()
// @ts-expect-error it says what it is, once and for all
broker.reducerPath = 'other'

// Commands take any broker.
is<Equal<ReturnType<typeof deadLetters>, Promise<readonly DeadLetter[]>>>()
is<Equal<ReturnType<typeof outboxEntries>, Promise<readonly OutboxEntry[]>>>()
void deadLetters(full).then(([letter]) => letter?.reason)
void retry(full, 'id').then((done: 'retried' | 'notFound') => done)
void discard(broker, 'id').then((done: 'discarded' | 'notFound') => done)
void cancel(broker, 'id').then((done: 'cancelled' | 'tooLate' | 'notFound') => done)
void markDelivered(broker, 'id').then((done: 'marked' | 'notFound') => done)
is<Equal<ReturnType<typeof discardAll>, Promise<DiscardSummary>>>()
void discardAll(full).then(({ cancelled, uncertain, letters }) => cancelled + uncertain + letters)
void markRead(broker).then(async (mark) => (await mark.touchedLanes()).has('post:1') || mark.readAt)

// The worker.
const worker = startBrokerWorker()
is<Equal<typeof worker, BrokerWorker>>()
startBrokerWorker({
  name: 'mine',
  prepareHeaders: (headers, request) => {
    is<Equal<typeof request, WorkerRequest>>()
    headers.set(request.outbox, request.url)
    // @ts-expect-error the session's probe is of no route
    request.route.length
  },
})
// @ts-expect-error a worker has no state to ask
startBrokerWorker({ prepareHeaders: (_headers, { getState }) => getState() })

// The testing entry.
const world = createTestWorld({
  network: (given) => acknowledge(given, { likes: 1 } satisfies Partial<Like>),
})
void world.clock.advance(1_000)
is<Equal<(typeof world.network.requests)[number]['key'], string>>()
