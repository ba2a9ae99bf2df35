// Turns the app's options into the parts of a broker at work for one store.
import type { Action, MiddlewareAPI } from 'redux'
import { defaultLimits } from '../core/limits.js'
import {
  type CredentialsOf,
  cookieNeeds,
  credentialsBy,
  originNames,
} from '../core/network/allowed-origins.js'
import { withKnocks } from '../core/network/knock-first.js'
import type { Reachability } from '../core/network/reachability.js'
import { appHeaders } from '../core/outbox/delivery-requirements.js'
import { forbidPromise } from '../core/outcomes/forbid-promise.js'
import type { Ports } from '../core/ports/all-ports.js'
import type { AppSettings } from '../core/rows/rows.js'
import { answerInvalid } from '../redux/actions.js'
import type { BrokerState } from '../redux/broker-reducer.js'
import { isDevelopment } from '../redux/development.js'
import { checkAnswer } from '../redux/empty-answer.js'
import { isRead, type Route } from '../redux/route.js'
import type { BrokerOptions, World } from './broker-types.js'
import type { CaptureRules } from './capture/build-capture.js'
import type { DeliveryContext } from './delivery/delivery.js'
import { createHeaderPreparation } from './delivery/prepare-headers.js'
import type { RefusalFunctions } from './delivery/refusal-functions.js'
import type { WorkerClient } from './delivery/worker-client.js'
import { checkSeen } from './development/setup-warnings.js'
import type { PageLifecycle } from './lifecycle/page-lifecycle.js'
import type { PageContext, ReadPart } from './reads-port.js'
import { createUserIds } from './user/user-id.js'
import type { UserRowsContext } from './user/user-rows.js'
import type { ChangesContext } from './view/changes-to-actions.js'

export type Routes = ReadonlyMap<string, Route>

export interface RuntimeConfig extends PageContext {
  readonly ports: Ports & { readonly reachability: Reachability }
  readonly statusQueryCode: DeliveryContext['statusQueryCode']
  /** Undefined where the app declares no read. */
  readonly createReads: ReturnType<ReadPart['begin']>['createEngine'] | undefined
  /** The app's word for a worker that is alone. */
  readonly app: AppSettings
  readonly base: UserRowsContext['base']
  readonly place: UserRowsContext['place']
  readonly serves: DeliveryContext['serves']
  readonly credentialsOf: CredentialsOf
  readonly refuses?: DeliveryContext['refuses']
  /** Names of the functions that this page has for its requests. */
  readonly has: readonly string[]
  /** Whether the browser may be asked to keep the data. */
  readonly persist: boolean
  /** The app's word for its user. */
  partition(): string | undefined
  readonly parse: ChangesContext['parse']
  dispatch(action: Action): unknown
  /** The broker's slice of the store's state. */
  slice(): BrokerState
  /** Another store may have the database. */
  release(): void
}

/** Names of the functions that every request needs as it leaves. */
const requirementsOfRoute = ({ prepareHeaders }: Pick<BrokerOptions<never, never>, 'prepareHeaders'>) =>
  prepareHeaders === undefined ? [] : [appHeaders]

/** With the cookies that they need. This release's needs hold for the entries of an earlier one too. */
export const allNeedsOf = <State>(options: BrokerOptions<State, string>): readonly string[] => [
  ...requirementsOfRoute(options),
  ...cookieNeeds(options.origins),
]

const readsOf = (routes: Routes, given: ReadPart | undefined) =>
  given ?? ([...routes.values()].find(isRead)?.engine as ReadPart | undefined)

/** A broker's own parts. */
interface ConfigParts {
  readonly database: string
  readonly routes: Routes
  readonly judging: RefusalFunctions
  readonly worker: WorkerClient
  readonly world: World
  readonly release: () => void
}

/** A database that is named is the app's own, wherever its pages lie. */
const configuredBase = (
  { name, base: given = name && '/' }: Pick<BrokerOptions<never, never>, 'name' | 'base'>,
  { base = '/', place = base }: PageLifecycle,
) => (given ? { base: given, place: given } : { base, place })

const ownOrigins = ({ baseUrl }: PageLifecycle) => (baseUrl === undefined ? [] : [new URL(baseUrl).origin])

const snapshotContext = <State>(
  options: BrokerOptions<State, string>,
  more: Pick<CaptureRules, 'baseUrl' | 'origins' | 'limits'>,
): CaptureRules => ({
  ...more,
  server: options.server ?? 'plain',
  success: options.success,
  onUnknownEffect: options.onUnknownEffect,
  storedHeaders: options.storedHeaders?.map((name) => name.toLowerCase()) ?? [],
  needs: requirementsOfRoute(options),
})

const parserOf =
  (routes: Routes, { report }: Pick<Ports, 'report'>): RuntimeConfig['parse'] =>
  (type, answer) => {
    const route = routes.get(type)
    if (isDevelopment && typeof answer === 'string') checkSeen(route)
    const parse = route?.options.answer
    try {
      const payload = parse === undefined ? answer : forbidPromise(parse(answer), 'answer')
      if (isDevelopment) checkAnswer(type, answer, payload)
      return { payload }
    } catch (error) {
      report(error)
      return { error: answerInvalid(error) }
    }
  }

export function runtimeConfig<State>(
  options: BrokerOptions<State, string>,
  { database, routes, judging, worker, world, release }: ConfigParts,
  store: MiddlewareAPI,
): RuntimeConfig {
  const { host, statusQueryCode } = world
  const preparing = createHeaderPreparation(routes, options.prepareHeaders, store.getState)
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
      return options.user(store.getState())
    } catch (error) {
      ports.report(error)
      return undefined
    }
  }
  return {
    database,
    ...configuredBase(options, host),
    ports,
    host,
    statusQueryCode,
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
