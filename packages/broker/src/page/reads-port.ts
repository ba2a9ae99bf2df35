// The port between a page's broker and its read engine: all that the engine may use of the page. The engine itself is in
// the bundle of an app that declares a read.

import type { Conditions } from '../core/conditions/conditions.js'
import type { Outgoing } from '../core/delivery/ask-server.js'
import type { Limits } from '../core/limits.js'
import type { Owner } from '../core/outbox/partition.js'
import type { Ports } from '../core/ports/all-ports.js'
import type { Tag } from '../core/reads/consistency/tags.js'
import type { StoredAction } from '../core/rows/entry.js'
import type { AppSettings } from '../core/rows/rows.js'
import type { BrokerAction, OutcomeAction } from '../redux/actions.js'
import type { ReadRoute, Route } from '../redux/route.js'
import type { Receipt } from '../redux/types.js'
import type { CaptureRules } from './capture/build-capture.js'
import type { WorkerClient } from './delivery/worker-client.js'
import type { PageLifecycle } from './lifecycle/page-lifecycle.js'
import type { ShownEntry } from './view/pending-entries.js'
import type { Receipts } from './view/receipts.js'
import type { StoreBridge } from './view/store-bridge.js'

export { absoluteUrl } from './capture/build-capture.js'
export { passOn } from './capture/capture.js'
export { asRefusal, CaptureRefusal, callApp } from './capture/capture-refusal.js'
export { readHeaders } from './capture/request-headers.js'
export { settledOf } from './view/store-bridge.js'

/** The parts of a page that its writes and its reads share. */
export interface PageContext {
  readonly database: string
  readonly ports: Ports
  readonly host: PageLifecycle
  readonly worker: WorkerClient
  readonly limits: Limits
  readonly snapshot: CaptureRules
  readonly routes: ReadonlyMap<string, Route>
  prepare(outgoing: Outgoing): Promise<Outgoing['headers']>
}

export interface ReadEngineContext extends PageContext {
  readonly receipts: Receipts
  /** The app's word for its user of now; '' while nobody is signed in. */
  principal(): string
  /** Where the user's rows are; undefined while nobody is signed in or the storage fails. */
  user(): Promise<Owner | undefined>
  /** How the app says that a session is over. */
  readonly app: Pick<AppSettings, 'sessionRules'>
  /** The entries and outcomes in the view. */
  readonly view: Pick<StoreBridge, 'onTheirWay' | 'outcomesSince'>
  /** Tells the store. Never throws. */
  dispatch(action: OutcomeAction): void
  /** Resolves when the entries that wait are back in the view. */
  restored(): Promise<void>
  /** The last row of the journal that is in the view. */
  shown(): number
}

/** Does a page's reads. */
export interface ReadEngine {
  /** Never throws: what cannot be asked for settles as `notAccepted`. `next` takes the action on to the reducers. */
  capture(route: ReadRoute, action: StoredAction, next: (action: unknown) => unknown): Receipt<unknown>
  fetch(input: string | URL | Request, options?: FetchOptions): Promise<Response>
  limit(readsMax: number): void
  watch(listener: (event: ReadEvent) => void): () => void
  /** Call it with each action of the broker that reached the store, and the entries that left the view by it. */
  onAction(action: BrokerAction | OutcomeAction, gone?: readonly ShownEntry[]): void
  /**
   * Another user, or nobody: all readers leave at once. The kept answers of the user who left go when the rows say it
   * too, which is when `written` resolves.
   */
  userChanged(left: Promise<Owner> | undefined, written: Promise<unknown>): void
  /** The user has signed in again. Reads on screen that found the session over are asked for again. */
  resume(): void
  /** The answers that are kept of this user go. Never rejects. */
  forget(partition: string): Promise<void>
  stop(): void
}

/** The part that `read` and `reads` bring along. */
export interface ReadPart {
  /** Reads and writes share the connections of a page: writes go through the ports that it gives. */
  begin(world: Pick<ReadEngineContext, 'ports' | 'limits'>): {
    readonly ports: Ports
    createEngine(context: ReadEngineContext): ReadEngine
  }
}

/** How one reader wants its answer. */
export interface ReadBehavior {
  /** An answer that is younger is given again without a request, in milliseconds. Default 0: only a request in flight is shared. */
  readonly freshForMs?: number
  /**
   * `networkFirst` (default): the last good answer is given, marked `stale`, where the network fails or is slower than
   * `networkTimeoutMs`. `staleWhileRevalidate`: it is given at once, and again when it is read anew. `networkOnly`: no
   * answer is kept.
   */
  readonly cache?: 'networkFirst' | 'staleWhileRevalidate' | 'networkOnly'
  /** Default 3,000. */
  readonly networkTimeoutMs?: number
  /** It is not sent before they are met. */
  readonly when?: Conditions
  /** Until then: `wait` (default), or give the last good answer, marked `stale` (`cached`). */
  readonly whileWaiting?: 'wait' | 'cached'
  /**
   * How often it is repeated within its time limit where no answer came, a cut one, one of the wrong type, a 408, 425,
   * 429 or a 5xx. Default: what `reads({ retries })` says, else 2.
   */
  readonly retries?: number
  /** How long it may wait until it is sent, in milliseconds. Default: as long as it takes. */
  readonly queueTimeoutMs?: number
  /**
   * How long it may be on the wire in all, its repeats included, in milliseconds. Default: as long as it moves. Where
   * nothing moves for `limits.attemptMs` it ends in any case.
   */
  readonly requestTimeoutMs?: number
}

export interface FetchOptions extends Omit<ReadBehavior, 'cache'> {
  /** As of a read. fetch's own `no-store` means `networkOnly`. */
  readonly cache?: ReadBehavior['cache'] | 'no-store'
  /** From 1, the most urgent, to 9. Default 5. */
  readonly priority?: number
  /** Tags of the data that it shows. While writes to the same tags are on their way it waits for them. */
  readonly tags?: readonly Tag[]
  /** Rejects with the signal's reason when it aborts. The request itself ends when nobody else wants its answer. */
  readonly signal?: AbortSignal
}

/** A moment in the life of a request that any number of readers share. */
export interface ReadEvent {
  readonly kind: 'waiting' | 'sent' | 'ended'
  /** The same from its first event to its last. */
  readonly id: number
  readonly url: string
  readonly priority: number
  readonly readers: number
  /** Of `sent`: how many requests its sender had sent by then. */
  readonly order?: number
  /** In epoch milliseconds. */
  readonly at: number
}
