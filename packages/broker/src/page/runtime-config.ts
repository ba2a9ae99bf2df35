// What a broker at work for one store is given.
import type { Action } from 'redux'
import type { Limits } from '../core/limits.js'
import type { CredentialsOf } from '../core/origins.js'
import type { AppWord } from '../core/partition.js'
import type { Ports } from '../core/ports.js'
import type { Reachability } from '../core/reachability.js'
import type { BrokerState } from '../redux/broker-reducer.js'
import type { Route } from '../redux/route.js'
import type { CatchUp } from './catch-up.js'
import type { Host } from './host.js'
import type { ReadPart } from './read-engine.js'
import type { SendingContext } from './sending.js'
import type { SnapshotContext } from './snapshot.js'
import type { UsersContext } from './users.js'
import type { WorkerClient } from './worker-client.js'

export interface RuntimeConfig {
  readonly database: string
  readonly ports: Ports & { readonly reachability: Reachability }
  readonly host: Host
  readonly inquiries: SendingContext['inquiries']
  readonly worker: WorkerClient
  readonly limits: Limits
  readonly snapshot: SnapshotContext
  readonly routes: ReadonlyMap<string, Route>
  /** Undefined where the app declares no read. */
  readonly createReads: ReturnType<ReadPart['begin']>['createEngine'] | undefined
  /** What a worker that is alone must know of the app. */
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
