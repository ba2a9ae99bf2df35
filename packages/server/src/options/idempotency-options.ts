// The options of `createIdempotency`, and their defaults.
import { type ByteBudget, createByteBudget } from '../request/byte-budget.js'
import { principalTextOf } from '../request/principal-text.js'
import type { IdempotencyStore, Moments } from '../store/store.js'
import { checkIdempotencyOptions } from './check-idempotency-options.js'
import { told } from './check-values.js'
import {
  bodyBytesMaxDefault,
  deadlineMsDefault,
  keysPerPrincipalMaxDefault,
  retentionMsDefault,
  tombstoneMsDefault,
  waitingBytesMaxDefault,
} from './limits.js'

type Principal = string | number | null | undefined

export interface IdempotencyOptions<Tx> {
  /** The store of the records. It lies beside the data that the handler changes, since both are one transaction. */
  readonly store: IdempotencyStore<Tx>
  /**
   * The authenticated user of this request, with the tenant where there are several. It is any text, or a number,
   * which is taken as its text. undefined, null or an empty string answers 401, since requests without a user must
   * not share keys. It must not read the request's body. Where it takes longer than `deadlineMs`, the answer is 503.
   */
  principal(request: Request): Principal | PromiseLike<Principal>
  /**
   * Whether a request may come without `Idempotency-Key`. By default it is `required`, and such a request is answered
   * 400.
   */
  readonly key?: 'required' | 'optional'
  /**
   * Whether a request with a key may come without `Idempotency-Principal`. By default it is `required`, and such a
   * request is answered 400. A tag that is not the session's user is answered 403 in any case.
   */
  readonly principalTag?: 'required' | 'optional'
  /** Accept a key without its quotes too. Default false. */
  readonly bareKeys?: boolean
  /**
   * How long an answer is kept, in milliseconds, at least 1000. Default 7 days. Published in seconds as
   * `Idempotency-Retention`, so that a client asks before it repeats an older request. A repeat past it is answered
   * 410 `key-expired` and has no effect.
   */
  readonly retentionMs?: number
  /**
   * How long the use of a key is remembered after its answer has expired, in milliseconds. Default 400 days. A repeat
   * past it runs anew, so let it be longer than any client keeps a request. 0 gives this protection up.
   */
  readonly tombstoneMs?: number
  /**
   * Names of answer headers, in lower case, kept for a repeat beside `content-type`, `content-encoding`, `etag` and
   * `location`. Default none. Never one that carries a secret.
   */
  readonly replayedHeaders?: readonly string[]
  /** The largest body of a request, and of a handler's answer, in bytes. Default 16 MiB. */
  readonly bodyBytesMax?: number
  /**
   * How many bytes of request bodies may lie in memory at once, over all requests that wait or are worked on. Above it
   * a request is answered 503 `busy`. One user has half of it at most, and one body of `bodyBytesMax` at least. Where it
   * is full, a body that still arrives gives way to that of a user who holds less. Default 64 MiB, or `bodyBytesMax`
   * where that is more. It does not bound what a body parser before `run()` holds.
   */
  readonly waitingBytesMax?: number
  /**
   * How long `principal` may take, in milliseconds, and then a request from when its body is there. Default 10,000. It is its wait for a
   * turn and its handler's time together. A request that still waits then is answered 503 `busy`. Of a handler that
   * still runs the transaction is undone and closed, its turn is free, and the client is answered 503 `deadline`. A
   * handler that never lets go of the thread cannot be stopped.
   */
  readonly deadlineMs?: number
  /**
   * Whether a 4xx answer keeps the effects of its handler. By default they are undone, and only the answer is kept.
   * The statuses that free the key (401, 403, 408 …) undo the effects in any case.
   */
  readonly commitRefusals?: boolean
  /** How many answers may be kept of one user. A new key above it is answered 429 `too-many-keys`. Default 100,000. */
  readonly keysPerPrincipalMax?: number
  /**
   * Hears each error that was answered with 500, because a handler, `principal` or the store threw. Hears each handler
   * that missed its deadline, and each error of the store that comes after the answer. Hears, without a request, of a
   * jump of the clock that a purge does not believe. Default console.error.
   */
  onError?(error: unknown, request: Request | undefined): void
  /** Epoch milliseconds. Default Date.now. */
  now?(): number
}

export type IdempotencySettings<Tx> = Required<Omit<IdempotencyOptions<Tx>, 'principal'>> & {
  /** Rejects where the application's own `principal` does. */
  principal(request: Request): Promise<string | undefined>
} & { readonly bodyBudget: ByteBudget }

/**
 * The options with their defaults.
 * @throws RangeError or TypeError on what cannot be meant
 */
export function completeOptions<Tx>(options: IdempotencyOptions<Tx>): IdempotencySettings<Tx> {
  checkIdempotencyOptions(options)
  const { bodyBytesMax = bodyBytesMaxDefault } = options
  const { waitingBytesMax = Math.max(waitingBytesMaxDefault, bodyBytesMax) } = options
  return {
    store: options.store,
    principal: async (request) => principalTextOf(await options.principal(request)),
    key: options.key ?? 'required',
    principalTag: options.principalTag ?? 'required',
    bareKeys: options.bareKeys ?? false,
    retentionMs: options.retentionMs ?? retentionMsDefault,
    tombstoneMs: options.tombstoneMs ?? tombstoneMsDefault,
    replayedHeaders: options.replayedHeaders ?? [],
    bodyBytesMax,
    waitingBytesMax,
    // Two bodies of the largest kind are a share by default, and six of what a client of redux-broker sends.
    bodyBudget: createByteBudget(waitingBytesMax, Math.max(bodyBytesMax, waitingBytesMax / 2)),
    deadlineMs: options.deadlineMs ?? deadlineMsDefault,
    commitRefusals: options.commitRefusals ?? false,
    keysPerPrincipalMax: options.keysPerPrincipalMax ?? keysPerPrincipalMaxDefault,
    onError: (error, request) => report(options, error, request),
    now: () => options.now?.() ?? Date.now(),
  }
}

/** The moments by which records are judged now. */
export function momentsOf<Tx>({ now, tombstoneMs }: IdempotencySettings<Tx>): Moments {
  const time = now()
  if (!Number.isFinite(time)) {
    throw new TypeError(`now: got ${told(time)}, expected a finite number of milliseconds, and no promise`)
  }
  return { now: time, forgottenBy: time - tombstoneMs }
}

function report<Tx>(options: IdempotencyOptions<Tx>, error: unknown, request: Request | undefined): void {
  try {
    if (options.onError === undefined) print(error)
    else options.onError(error, request)
  } catch (failure) {
    print(failure)
  }
}

function print(error: unknown): void {
  try {
    console.error(error)
  } catch {
    // The error threw again as it was looked into.
    console.error('an error could not be shown')
  }
}
