// Turns the app's options into the parts of a broker at work for one store.
import type { Action, MiddlewareAPI } from 'redux'
import { appHeaders } from '../core/channel.js'
import { withKnocks } from '../core/knock-first.js'
import { defaultLimits, type Limits } from '../core/limits.js'
import { type CredentialsOf, cookieNeeds, credentialsBy, originNames } from '../core/origins.js'
import type { AppWord } from '../core/partition.js'
import type { Ports } from '../core/ports.js'
import type { Reachability } from '../core/reachability.js'
import { answerInvalid } from '../redux/actions.js'
import type { BrokerState } from '../redux/broker-reducer.js'
import { isDevelopment } from '../redux/development.js'
import { isRead, type Route } from '../redux/route.js'
import type { BrokerOptions, World } from './broker.js'
import type { CatchUp } from './catch-up.js'
import type { Host } from './host.js'
import type { Judging } from './judging.js'
import { checkSeen } from './mistakes.js'
import { createPreparing } from './preparing.js'
import type { ReadPart } from './read-engine.js'
import type { SendingContext } from './sending.js'
import type { SnapshotContext } from './snapshot.js'
import { createUserIds } from './user-id.js'
import type { UsersContext } from './users.js'
import type { WorkerClient } from './worker-client.js'

export type Routes = ReadonlyMap<string, Route>

export interface RuntimeConfig {
  readonly database: string
  readonly ports: Ports & { readonly reachability: Reachability }
  readonly host: Host
  readonly inquiries: SendingContext['inquiries']
  readonly worker: WorkerClient
  readonly limits: Limits
  readonly snapshot: SnapshotContext
  readonly routes: Routes
  /** Undefined where the app declares no read. */
  readonly createReads: ReturnType<ReadPart['begin']>['createEngine'] | undefined
  /** The app's word for a worker that is alone. */
  readonly app: AppWord
  readonly base: UsersContext['base']
  readonly serves: SendingContext['serves']
  readonly credentialsOf: CredentialsOf
  readonly prepare: SendingContext['prepare']
  readonly refuses?: SendingContext['refuses']
  /** Names of the functions that this page has for its requests. */
  readonly has: readonly string[]
  /** Whether the browser may be asked to keep the data. */
  readonly persist: boolean
  /** The app's word for its user. */
  partition(): string | undefined
  readonly parse: CatchUp['parse']
  dispatch(action: Action): unknown
  /** The broker's slice of the store's state. */
  slice(): BrokerState
  /** Another store may have the database. */
  release(): void
}

/** Names of the functions that every request needs as it leaves. */
const needsOf = ({ prepareHeaders }: Pick<BrokerOptions<never, never>, 'prepareHeaders'>) =>
  prepareHeaders === undefined ? [] : [appHeaders]

/** With the cookies that they need. This release's needs hold for the entries of an earlier one too. */
export const allNeedsOf = <State>(options: BrokerOptions<State, string>): readonly string[] => [
  ...needsOf(options),
  ...cookieNeeds(options.origins),
]

const readsOf = (routes: Routes, given: ReadPart | undefined) =>
  given ?? ([...routes.values()].find(isRead)?.engine as ReadPart | undefined)

/** A broker's own parts. */
interface Parts {
  readonly database: string
  readonly routes: Routes
  readonly judging: Judging
  readonly worker: WorkerClient
  readonly world: World
  readonly release: () => void
}

/** A database that is named is the app's own, wherever its pages lie. */
const baseFor = (
  { name, base: given }: Pick<BrokerOptions<never, never>, 'name' | 'base'>,
  { base = '/' }: Host,
) => given ?? (name === undefined ? base : '/')

const ownOrigins = ({ baseUrl }: Host) => (baseUrl === undefined ? [] : [new URL(baseUrl).origin])

const snapshotContext = <State>(
  options: BrokerOptions<State, string>,
  more: Pick<SnapshotContext, 'baseUrl' | 'origins' | 'limits'>,
): SnapshotContext => ({
  ...more,
  server: options.server ?? 'plain',
  success: options.success,
  onUnknownEffect: options.onUnknownEffect,
  storedHeaders: options.storedHeaders?.map((name) => name.toLowerCase()) ?? [],
  needs: needsOf(options),
})

const parserOf =
  (routes: Routes, { report }: Pick<Ports, 'report'>): RuntimeConfig['parse'] =>
  (type, answer) => {
    const route = routes.get(type)
    if (isDevelopment && typeof answer === 'string') checkSeen(route)
    const parse = route?.options.answer
    try {
      return { payload: parse === undefined ? answer : parse(answer) }
    } catch (error) {
      report(error)
      return { error: answerInvalid(error) }
    }
  }

export function runtimeConfig<State>(
  options: BrokerOptions<State, string>,
  { database, routes, judging, worker, world, release }: Parts,
  store: MiddlewareAPI,
): RuntimeConfig {
  const { host, inquiries } = world
  const preparing = createPreparing(routes, options.prepareHeaders, store.getState)
  const canSend = [...preparing.has, ...judging.judges, ...cookieNeeds(options.origins)]
  const limits = { ...defaultLimits, ...options.limits }
  const knocking = withKnocks(world.ports)
  const reads = readsOf(routes, options.reads)?.begin({ ports: knocking, limits })
  const ports = { ...knocking, ...reads?.ports }
  const origins = [...ownOrigins(host), ...originNames(options.origins)]
  const userIdOf = createUserIds()
  const absolute = (url: string | undefined) =>
    url === undefined ? undefined : new URL(url, host.baseUrl).href
  const appsUser = () => {
    try {
      return options.partition(store.getState())
    } catch (error) {
      ports.report(error)
      return undefined
    }
  }
  return {
    database,
    base: baseFor(options, host),
    ports,
    host,
    inquiries,
    worker,
    limits,
    release,
    routes,
    createReads: reads?.createEngine,
    snapshot: snapshotContext(options, { baseUrl: host.baseUrl, origins, limits }),
    credentialsOf: credentialsBy(options.origins),
    app: {
      sessionProbe: absolute(options.sessionProbe),
      sessionRules: options.session,
      statusQuery: absolute(options.statusQuery),
      knock: absolute(options.knock),
      needs: allNeedsOf(options),
      bytesMax: limits.bytesMax,
    },
    serves: (origin, needed) => origins.includes(origin) && needed.every((need) => canSend.includes(need)),
    ...preparing,
    refuses: judging.refuses,
    persist: options.persist ?? true,
    partition: () => userIdOf(appsUser()),
    parse: parserOf(routes, ports),
    dispatch: store.dispatch,
    slice: () => store.getState()?.[options.reducerPath ?? 'broker'],
  }
}
