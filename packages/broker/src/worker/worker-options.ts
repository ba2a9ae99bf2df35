// The options of a broker's worker, and what follows from them.
import type { Limits } from '../core/limits.js'
import { cookieNeeds, type OriginOption } from '../core/network/allowed-origins.js'
import { appHeaders, judgeRequirement } from '../core/outbox/delivery-requirements.js'
import type { RefusesAnswer } from '../core/rows/answer-rules.js'
import { type Base, isBase } from '../core/rows/base-path.js'

declare const self: ServiceWorkerGlobalScope

export interface WorkerOptions {
  /** The database's name, as in `createBroker`. Default: `redux-broker`, the part below the scope. */
  readonly name?: string
  /** The app's place, as in `createBroker`. Default: the directory of the scope. */
  readonly base?: string
  /**
   * As in `createBroker`: origins that requests may go to, besides the worker's own, and where cookies go along. Entries
   * for an origin that the worker was not told of wait for a page.
   */
  readonly origins?: readonly OriginOption[]
  /** The limits of sending, as in `createBroker`. */
  readonly limits?: Partial<
    Pick<
      Limits,
      'answerBytesMax' | 'attemptMs' | 'concurrencyMax' | 'failuresMax' | 'readsMax' | 'waitingReadsMax'
    >
  >
  /** As in `createBroker`: without it the worker leaves entries that need it to a page. */
  prepareHeaders?(headers: Headers, request: WorkerRequest): Headers | void | PromiseLike<Headers | void>
  /** The functions that routes have as their `refusedWhen`, by the type of the action: `{ [renamed.type]: refused }`. */
  readonly refusedWhen?: Readonly<Record<string, RefusesAnswer>>
}

/** A request that is about to leave the worker. */
export interface WorkerRequest {
  /** The outbox of the request, by a name that stands for its user in this browser. */
  readonly outbox: string
  readonly url: string
  /**
   * The type of the routed action. Undefined for a `broker.fetch`, and for the broker's own questions: the session's
   * probe, the status query.
   */
  readonly route: string | undefined
}

/** @throws TypeError where the base is not written as one. */
export function workerBase({ name, base }: WorkerOptions): Base {
  if (base !== undefined && !isBase(base))
    throw new TypeError(`redux-broker: \`base\` must be a path such as '/shop/'; got ${base}.`)
  // A database with a name of its own belongs to one app.
  return base ?? (name === undefined ? new URL('.', self.registration.scope).pathname : '/')
}

/** The needs of entries that this worker can meet. */
export const workerCapabilities = ({
  prepareHeaders,
  refusedWhen = {},
  origins,
}: WorkerOptions): readonly string[] => [
  ...(prepareHeaders === undefined ? [] : [appHeaders]),
  ...Object.keys(refusedWhen).map(judgeRequirement),
  ...cookieNeeds(origins),
]
