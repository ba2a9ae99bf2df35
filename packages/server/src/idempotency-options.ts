// What an application decides, and the defaults.
import { bodyBytesMaxDefault, retentionMsDefault, tombstoneMsDefault } from './limits.js'
import type { IdempotencyStore, Moments } from './store.js'

type Principal = string | number | null | undefined

export interface IdempotencyOptions<Tx> {
  /** Where records lie: beside the data that the handler changes, for both are one transaction. */
  readonly store: IdempotencyStore<Tx>
  /**
   * The authenticated user of this request, the tenant included where there are several: any text, or a number, which is
   * taken as its text. undefined (or null, or an empty string, lest all who are nobody share their keys) answers 401. Must not
   * read the request's body.
   */
  principal(request: Request): Principal | PromiseLike<Principal>
  /** Whether a request may come without `Idempotency-Key`. Default `required`: it is answered 400. */
  readonly key?: 'required' | 'optional'
  /**
   * Whether a request with a key may come without `Idempotency-Principal`. Default `required`: it is answered 400.
   * A tag that is not the session's user is answered 403 in any case.
   */
  readonly principalTag?: 'required' | 'optional'
  /** Accept a key without its quotes too. Default false. */
  readonly bareKeys?: boolean
  /**
   * How long an answer is kept, in milliseconds, at least 1000. Default 7 days. Published in seconds as
   * `Idempotency-Retention`, so that a client asks before it repeats what is older: a repeat past it is answered 410
   * `key-expired` and has no effect.
   */
  readonly retentionMs?: number
  /**
   * How long the use of a key is remembered after its answer has expired, in milliseconds. Default 400 days. A repeat
   * past it runs anew, so let it be longer than any client keeps a request; 0 gives this protection up.
   */
  readonly tombstoneMs?: number
  /**
   * Names of answer headers, in lower case, kept for a repeat beside `content-type`, `content-encoding`, `etag` and
   * `location`. Default none. Never one that carries a secret.
   */
  readonly replayedHeaders?: readonly string[]
  /** The largest body of a request, and of a handler's answer, in bytes. Default 16 MiB. */
  readonly bodyBytesMax?: number
  /** Told of each error that was answered with 500: a handler, `principal` or the store threw. Default console.error. */
  onError?(error: unknown, request: Request): void
  /** Epoch milliseconds. Default Date.now. */
  now?(): number
}

export type IdempotencySettings<Tx> = Required<Omit<IdempotencyOptions<Tx>, 'principal'>> & {
  /** Rejects where the application's own `principal` does. */
  principal(request: Request): Promise<string | undefined>
}

// Secrets, and what belongs to one connection or to this package's own marks.
const neverReplayed: ReadonlySet<string> = new Set([
  'set-cookie',
  'authorization',
  'proxy-authorization',
  'cookie',
  'authentication-info',
  'connection',
  'content-length',
  'transfer-encoding',
  'idempotency-key',
  'idempotency-status',
  'idempotency-replayed',
  'idempotency-retention',
  'idempotency-body',
])

/**
 * The options with their defaults.
 * @throws RangeError or TypeError on a number or a header name that cannot be meant
 */
export function completeOptions<Tx>(options: IdempotencyOptions<Tx>): IdempotencySettings<Tx> {
  const {
    retentionMs = retentionMsDefault,
    tombstoneMs = tombstoneMsDefault,
    bodyBytesMax = bodyBytesMaxDefault,
    replayedHeaders = [],
  } = options
  if (!(retentionMs >= 1000) || !Number.isFinite(retentionMs)) {
    throw new RangeError(`retentionMs: got ${retentionMs}, expected at least 1000 milliseconds`)
  }
  if (!(tombstoneMs >= 0) || !Number.isFinite(tombstoneMs)) {
    throw new RangeError(`tombstoneMs: got ${tombstoneMs}, expected a number of milliseconds`)
  }
  if (!(bodyBytesMax >= 0))
    throw new RangeError(`bodyBytesMax: got ${bodyBytesMax}, expected a number of bytes`)
  for (const name of replayedHeaders) {
    if (neverReplayed.has(name) || !/^[a-z0-9-]+$/.test(name)) {
      throw new TypeError(
        `replayedHeaders: got "${name}", expected a lower-case name of a header without secrets`,
      )
    }
  }
  return {
    store: options.store,
    async principal(request) {
      const principal = await options.principal(request)
      return typeof principal === 'number' ? String(principal) : (principal ?? undefined)
    },
    key: options.key ?? 'required',
    principalTag: options.principalTag ?? 'required',
    bareKeys: options.bareKeys ?? false,
    retentionMs,
    tombstoneMs,
    replayedHeaders,
    bodyBytesMax,
    onError: (error, request) => report(options, error, request),
    now: () => options.now?.() ?? Date.now(),
  }
}

/** The moments by which records are judged now. */
export function momentsOf<Tx>({ now, tombstoneMs }: IdempotencySettings<Tx>): Moments {
  const time = now()
  return { now: time, forgottenBy: time - tombstoneMs }
}

function report<Tx>(options: IdempotencyOptions<Tx>, error: unknown, request: Request): void {
  try {
    if (options.onError === undefined) console.error(error)
    else options.onError(error, request)
  } catch (failure) {
    console.error(failure)
  }
}
