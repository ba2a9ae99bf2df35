// The public face of a broker. It has options and members.

import type { Middleware, Reducer } from 'redux'
import type { BackupKind } from '../core/backup/checkpoint.js'
import type { StatusQueryCode } from '../core/delivery/status-query.js'
import type { Limits } from '../core/limits.js'
import type { OriginOption } from '../core/network/allowed-origins.js'
import type { Owner } from '../core/outbox/partition.js'
import type { Ports } from '../core/ports/all-ports.js'
import type { SessionRules, Success } from '../core/rows/answer-rules.js'
import type { OnUnknownEffect, ServerKind } from '../core/rows/entry.js'
import type { BrokerState } from '../redux/broker-reducer.js'
import type { OptimisticOptions } from '../redux/optimistic/optimistic.js'
import type { Produce } from '../redux/optimistic/slice-layers.js'
import type { AnyRouted, BrokerDispatch } from '../redux/types.js'
import type { CancelledWrite } from './capture/capture.js'
import type { PageRequest } from './delivery/prepare-headers.js'
import type { GivenWorker } from './delivery/register-worker.js'
import type { PageLifecycle } from './lifecycle/page-lifecycle.js'
import type { FetchOptions, ReadEngine, ReadPart } from './reads-port.js'

export interface BrokerOptions<State, Path extends string> {
  /** Where the app mounts `broker.reducer`. Default `broker`. */
  readonly reducerPath?: Path
  /**
   * The database's name. A worker must be given the same. Default `redux-broker`, of which an app has the part below its
   * base. A name that is given later begins an empty outbox.
   */
  readonly name?: string
  /**
   * The app's place among others of its origin, as `/shop/`. A worker must be given the same. Default: the directory
   * that its page and its script have in common.
   */
  readonly base?: string
  /**
   * The id of the user whose outbox it is: any text or a number, or nothing (undefined, null, '') while signed out. Only
   * that user's entries are sent.
   */
  user(state: State): string | number | null | undefined
  /**
   * Adds headers that are never stored (a token, a CSRF header) to every request as it leaves, the broker's own
   * questions included. A worker without it leaves the entries to a page. Where it throws, or takes longer than
   * `limits.attemptMs`, nothing is sent: the error is reported and it is asked again.
   */
  prepareHeaders?(headers: Headers, request: PageRequest<State>): Headers | void | PromiseLike<Headers | void>
  /**
   * Names of further headers without secrets that the `request` of a write may give. They are stored with it. The usual
   * ones need no name: `Accept`, `Accept-Language`, `Content-*`, conditions (`If-Match`, …) and `Prefer`.
   */
  readonly storedHeaders?: readonly string[]
  /** The creators that `write` and `read` gave. */
  readonly routes: readonly AnyRouted[]
  /** The result of `reads()` says how reads are done. Needed where `broker.fetch` is used and no route is a read. */
  readonly reads?: ReadPart
  /** Whether the server honours `Idempotency-Key`. A route may say otherwise. Default `plain`. */
  readonly server?: ServerKind
  /**
   * How success looks where the server does not echo the key: `json` (default), `any2xx`, or statuses and content
   * types. A route may say otherwise.
   */
  readonly success?: Success
  /**
   * The fate of a request that must not be repeated and may have had effect. `ask` (default) leaves it in doubt, for a
   * person or the status query. `repeat` sends it again, which may double its effect.
   */
  readonly onUnknownEffect?: OnUnknownEffect
  /**
   * A URL that answers a HEAD at no cost, with any status. It is asked, without credentials, before a request that must
   * not be repeated, where the way to its origin is not known to be good. Default: each origin's root.
   */
  readonly knock?: string
  /**
   * Origins that requests may go to, besides the page's own. `{ origin, credentials: 'include' }` has the browser's
   * cookies go along. A worker must be told the same.
   */
  readonly origins?: readonly OriginOption[]
  /** A URL that answers 2xx while the session is good and 401 or a redirect when it is over, as `/api/me` does. */
  readonly sessionProbe?: string
  /** How the server says that a session is over, or that a CSRF token is old. Default: what is common. */
  readonly session?: SessionRules
  /**
   * A URL with `:key` in it, as `/api/idempotency/:key`, that tells what became of a request: redux-broker-server has
   * it. It is asked about entries in doubt whose request went to the same origin. Default: a person is asked only.
   */
  readonly statusQuery?: string
  readonly limits?: Partial<Limits>
  /**
   * Whether the browser is asked to keep this site's data, when work first stays on the device because it cannot be
   * delivered. Firefox asks its user. Default `true`.
   */
  readonly persist?: boolean
  /**
   * immer's `produce`, which RTK exports as `createNextState`. All pending actions of a slice are then replayed in one
   * draft.
   */
  readonly produce?: Produce
  /** The world, where it is not the browser's. `redux-broker/testing` has one. */
  readonly world?: World
}

export interface World {
  readonly ports: Ports
  readonly host: PageLifecycle
  /** Asks about entries in doubt. Undefined until its code is loaded, when `onLoaded` is called. */
  statusQueryCode?(onLoaded: () => void): StatusQueryCode | undefined
}

/** The abilities of this browser, on which the promises rest. */
export interface Capabilities {
  /**
   * False over plain http, as in a local network. There is no worker, no lock and no second place for unsent work. This
   * page delivers while it is open.
   */
  readonly secureContext: boolean
  /** The browser has promised not to evict this site's data by itself. Undefined until that is known. */
  readonly persisted: boolean | undefined
  /** The backup for a lost database. `mirror` holds the unsent work itself, `note` how much it was. */
  readonly backup: BackupKind
  /** Without IndexedDB no capture is accepted. */
  readonly storage: boolean
  /** With `active` a worker delivers, also when no page is left. Else pages do, while one is open. */
  readonly worker: 'none' | 'starting' | 'active' | 'silent'
  /** The worker is woken when the network is back, with no page open. */
  readonly backgroundSync: boolean
  /**
   * With locks a dead executor is replaced at once. Without them, and where it hangs, its leases are watched for 75 s
   * first.
   */
  readonly locks: boolean
  /**
   * Functions of this app, as `prepareHeaders`, and its `origins` that no worker here is known to have. Entries that
   * need one of them wait for a page.
   */
  readonly workerLacks: readonly string[]
}

/** The way in for the functions of this package that take a broker. */
export const internals: unique symbol = Symbol('redux-broker internals')

export interface Internals {
  readonly ports: Ports
  user(): Promise<Owner | undefined>
  /** The last row of the journal that is in the view. */
  shown(): number
  changed(): void
  cancel(entryId: string): Promise<CancelledWrite>
  /** Takes back the captures that are not on disk yet, and gives their number. */
  cancelCaptures(): Promise<number>
  dismiss(entryId: string): void
  readonly reads: ReadEngine | undefined
}

export interface Broker<State, Path extends string> {
  readonly reducerPath: Path
  readonly reducer: Reducer<BrokerState>
  /** Goes first: `getDefault().prepend(broker.middleware)`. */
  readonly middleware: Middleware<BrokerDispatch, State>
  /** Wraps a slice's reducer, so that its state is confirmed state with the pending actions on top. */
  // biome-ignore lint/suspicious/noExplicitAny: any other constraint makes configureStore infer `unknown`
  optimistic<R extends Reducer<any, any, any>>(reducer: R, options?: OptimisticOptions): R
  /**
   * Delivery by a service worker: its URL (with the options of its registration, as `{ type: 'module' }`), or the
   * registration of one that the app has already. A function that gives either is called in a browser only, so
   * `() => navigator.serviceWorker.ready` is safe in a module that a server loads. Never rejects: where there is no
   * worker this page delivers.
   */
  register(worker: GivenWorker | (() => GivenWorker), options?: RegistrationOptions): Promise<void>
  /** Has the worker version that waits (`updateReady`) take over, and loads the page anew. */
  applyUpdate(): void
  /**
   * A GET or HEAD that shares, waits and falls back as a routed read does, for any code of the page. Answers carry
   * `redux-broker-fetched-at`, and one that was kept `redux-broker-stale: 1`. Rejects with the signal's reason, with a
   * `TimeoutError`, with an `AbortError` where the user changes, and with a TypeError where nothing came. On a server
   * it is `fetch`.
   */
  fetch(input: string | URL | Request, options?: FetchOptions): Promise<Response>
  /** The user has signed in again. Paused entries are tried anew. */
  resume(): Promise<void>
  capabilities(): Capabilities
  /** Optimistic entries of this user are back in the view. Render after it, or show a shell. */
  readonly ready: Promise<void>
  /** Ends all work of this broker in this page. Entries stay. Its middleware may then serve another store. */
  stop(): Promise<void>
  readonly [internals]: () => Internals | undefined
}
