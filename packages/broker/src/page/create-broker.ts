// The one composition root. All parts of a broker meet here.
import type { Action, Middleware } from 'redux'
import { browserPorts, report } from '../adapters/browser-ports.js'
import { pageRandom } from '../adapters/system/page-random-source.js'
import { credentialsBy, originNames } from '../core/network/allowed-origins.js'
import { isBrokerAction, outcomeMark } from '../redux/actions.js'
import { brokerReducer } from '../redux/broker-reducer.js'
import { isDevelopment } from '../redux/development.js'
import { createMissingCaseWatch } from '../redux/optimistic/missing-case-watch.js'
import { optimistic } from '../redux/optimistic/optimistic.js'
import { isRead, type Route, routeOf } from '../redux/route.js'
import type { BrokerDispatch } from '../redux/types.js'
import { type Broker, type BrokerOptions, type Capabilities, internals, type World } from './broker-types.js'
import { checkOptimistic, checkOptions } from './check-options.js'
import { createRefusalFunctions } from './delivery/refusal-functions.js'
import { createRegistration } from './delivery/register-worker.js'
import { createWorkerClient, type WorkerClient } from './delivery/worker-client.js'
import { createReducerWatch, type NextDispatch, type ReducerWatch } from './development/reducer-watch.js'
import { checkAttached, checkMounted, checkUnrouted, noteBroker } from './development/setup-warnings.js'
import { browserLifecycle } from './lifecycle/page-lifecycle.js'
import { type LiveStore, registerStore } from './live-stores.js'
import { loadDeferredCode } from './load-deferred-code.js'
import type { FetchOptions, ReadEngine } from './reads-port.js'
import { createRuntime, type Runtime } from './runtime.js'
import { allNeedsOf, type Routes, runtimeConfig } from './runtime-config.js'
import { inertReceipt } from './view/receipts.js'

// Every bundler replaces this expression. The checks are left out of a production build.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

/**
 * A broker between a store and the network. Inert until its middleware runs in a browser's store; on a server it
 * passes every action through.
 * @throws TypeError where an option is not what it must be.
 */
export function createBroker<State, Path extends string = 'broker'>(
  options: BrokerOptions<State, Path>,
): Broker<State, Path> {
  if (process.env.NODE_ENV !== 'production') checkOptions(options)
  const database = options.name ?? 'redux-broker'
  const routes = routesByType(options)
  if (isDevelopment) noteBroker(routes)
  const watch = isDevelopment ? createReducerWatch() : undefined
  let isAttached = false
  const judging = createRefusalFunctions(routes)
  const worker = createWorkerClient(database, allNeedsOf(options), {
    origins: originNames(options.origins),
    judges: judging.judges,
  })
  /** Of the store that was made, or came into use, last. */
  let runtime: Runtime | undefined
  /** All that are not at rest. */
  const live = new Set<Runtime>()
  let world: World | undefined
  const registration = createRegistration(worker, (updateReady) => {
    for (const one of live) one.view.status({ updateReady })
  })

  return {
    reducerPath: (options.reducerPath ?? 'broker') as Path,
    ...reducersOf(options, routes, { runtime: () => runtime, isAttached: () => isAttached, watch }),
    middleware: (store) => {
      isAttached = true
      world ??= options.world ? { ...options.world } : browserWorld(database, options.origins)
      if (world === undefined) return inertMiddleware(routes)
      const begunIn = world
      const parts = { database, routes, judging, worker, world, release: () => claim.release() }
      const made = createRuntime(runtimeConfig(options, parts, store))
      const claim = registerStore(database, options.world ?? globalThis, asOneOf(live, made))
      runtime = made
      if (isDevelopment) queueMicrotask(() => checkMounted(store.getState(), options.reducerPath ?? 'broker'))
      const watched = (next: NextDispatch) => (watch ? watch.around(next, store.getState) : next)
      return brokerMiddleware(routes, made, watched, () => {
        // A store that rested while the broker was stopped has not heard of it.
        if (begunIn !== world) return made.stop()
        runtime = made
        claim.use()
      })
    },
    ...registration,
    fetch: async (input, more) =>
      runtime === undefined ? fetchPlainly(input, more) : readsBy(runtime).fetch(input, more),
    resume: async () => runtime?.resume(),
    capabilities: () => capabilitiesOf(worker, runtime),
    get ready() {
      return runtime?.ready ?? Promise.resolve()
    },
    async stop() {
      for (const one of live) one.stop()
      live.clear()
      runtime = world = undefined
    },
    [internals]: () => runtime,
  }
}

/** The reducers tell the store in use where a state is not theirs. */
function reducersOf(
  { produce, world }: Pick<BrokerOptions<never, never>, 'produce' | 'world'>,
  routes: Routes,
  {
    runtime,
    isAttached,
    watch,
  }: { runtime(): Runtime | undefined; isAttached(): boolean; readonly watch: ReducerWatch | undefined },
): Pick<Broker<unknown, string>, 'reducer' | 'optimistic'> {
  const context = {
    produce,
    asks: ({ type }: Action<string>) => isReadAction(routes.get(type)),
    ...(isDevelopment && { watch: createMissingCaseWatch((type) => isReadAnew(routes.get(type))) }),
    hasPending: (besides?: string) => runtime()?.view.hasPending(besides) ?? false,
    onForeign: () => runtime()?.noteReset(),
    report: world?.ports.report ?? report,
  }
  return {
    reducer(state, action) {
      if (state === undefined) runtime()?.noteReset()
      if (isDevelopment && !isAttached() && hasPage(world)) checkAttached(action, routes)
      if (isDevelopment) watch?.reduced(action)
      return brokerReducer(state, action)
    },
    optimistic(reducer, more = {}) {
      if (isDevelopment) checkOptimistic(reducer, more)
      return optimistic(reducer, more, context)
    },
  }
}

/** Where there is a page. */
const hasPage = (world: World | undefined) => world !== undefined || typeof window !== 'undefined'

const isReadAnew = (route: Route | undefined) =>
  route !== undefined && !isRead(route) && route.options.invalidates !== undefined

const isReadAction = (route: Route | undefined) => route !== undefined && isRead(route)

/** Among those that are not at rest, while it is not. */
function asOneOf(live: Set<Runtime>, made: Runtime): LiveStore {
  live.add(made)
  return {
    rest() {
      live.delete(made)
      made.rest()
    },
    wake() {
      live.add(made)
      made.wake()
    },
  }
}

const capabilitiesOf = (worker: WorkerClient, runtime: Runtime | undefined): Capabilities => ({
  secureContext: globalThis.isSecureContext ?? false,
  storage: typeof indexedDB !== 'undefined',
  persisted: runtime?.persisted(),
  backup: runtime?.ports.backup?.kind() ?? 'none',
  worker: worker.state(),
  backgroundSync: worker.hasBackgroundSync(),
  locks: typeof navigator !== 'undefined' && navigator.locks !== undefined,
  workerLacks: worker.lacks(),
})

const routesByType = ({ routes }: Pick<BrokerOptions<never, never>, 'routes'>): Routes =>
  new Map(routes.flatMap((creator) => routeOf(creator) ?? []).map((route) => [route.type, route]))

/** @throws TypeError where the app does no reads. */
function readsBy(runtime: Runtime): ReadEngine {
  if (runtime.reads === undefined)
    throw new TypeError(
      isDevelopment
        ? 'redux-broker: broker.fetch() needs `createBroker({ reads: reads() })`.'
        : 'redux-broker: no reads',
    )
  runtime.checkUser()
  return runtime.reads
}

/** On a server, and after `stop`. */
const fetchPlainly = (
  input: string | URL | Request,
  // The browser's own priority is a word. Its words for `cache` have no capital letter.
  { priority: _priority, cache, ...init }: FetchOptions = {},
) => fetch(input, { ...init, cache: /[A-Z]/.test(cache as string) ? 'no-store' : cache } as RequestInit)

type AnyMiddleware = ReturnType<Middleware<BrokerDispatch>>

const brokerMiddleware =
  (
    routes: Routes,
    runtime: Runtime,
    watched: (next: NextDispatch) => NextDispatch,
    use: () => void,
  ): AnyMiddleware =>
  (next) => {
    const inert = inertMiddleware(routes)(next)
    const take = watched(next)
    const reduce = (action: unknown) => {
      const result = take(action)
      runtime.reduced(action as Action)
      return result
    }
    return (action) => {
      if (!runtime.isStopped() && !isBrokerAction(action) && outcomeMark(action) === undefined) use()
      if (runtime.isStopped()) return inert(action)
      const { type } = action as Action<string>
      const route = routes.get(type)
      if (isDevelopment && route === undefined) checkUnrouted(type)
      return route === undefined
        ? reduce(runtime.view.dated(action))
        : runtime.capture(route, action as Action<string>, reduce)
    }
  }

/** On a server, and after `stop`, actions pass and nothing is captured. */
const inertMiddleware =
  (routes: Routes): AnyMiddleware =>
  (next) =>
  (action) => {
    const result = next(action)
    return routes.has((action as Action<string>).type) ? inertReceipt : result
  }

function browserWorld(database: string, origins: BrokerOptions<never, never>['origins']): World | undefined {
  if (typeof window === 'undefined') return undefined
  const { load, statusQueryCode } = loadDeferredCode()
  const ports = { ...browserPorts(database, load, credentialsBy(origins)), randomSource: pageRandom }
  return { ports, host: browserLifecycle(), statusQueryCode }
}
