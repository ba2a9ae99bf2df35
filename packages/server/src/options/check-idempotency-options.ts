// Checks the options of `createIdempotency`.
import { checkFunction, checkNames, checkNumber, checkOneOf, checkWhole, told } from './check-values.js'
import type { IdempotencyOptions } from './idempotency-options.js'
import { bodyBytesMaxDefault, timeMsMax, timerMsMax } from './limits.js'

const names: readonly (keyof IdempotencyOptions<unknown>)[] = [
  'store',
  'principal',
  'key',
  'principalTag',
  'bareKeys',
  'retentionMs',
  'tombstoneMs',
  'replayedHeaders',
  'bodyBytesMax',
  'waitingBytesMax',
  'deadlineMs',
  'commitRefusals',
  'keysPerPrincipalMax',
  'onError',
  'now',
]

/** @throws RangeError on a number out of range, TypeError on all else */
export function checkIdempotencyOptions<Tx>(options: IdempotencyOptions<Tx>): void {
  checkNames('createIdempotency', options, names)
  checkStore(options.store)
  checkFunction('principal', options.principal, 'give one that tells the signed-in user of a request')
  for (const name of ['onError', 'now'] as const) {
    if (options[name] !== undefined) checkFunction(name, options[name], 'leave it out for the default')
  }
  for (const name of ['key', 'principalTag'] as const) {
    checkOneOf(name, options[name], ['required', 'optional'])
  }
  for (const name of ['bareKeys', 'commitRefusals'] as const) checkOneOf(name, options[name], [true, false])
  checkNumber('retentionMs', options.retentionMs, [1000, timeMsMax], 'milliseconds')
  checkNumber('tombstoneMs', options.tombstoneMs, [0, timeMsMax], 'milliseconds')
  checkNumber('deadlineMs', options.deadlineMs, [1, timerMsMax], 'milliseconds')
  checkNumber('bodyBytesMax', options.bodyBytesMax, [0, Number.POSITIVE_INFINITY], 'bytes')
  checkNumber(
    'waitingBytesMax, which holds at least one body of bodyBytesMax',
    options.waitingBytesMax,
    [options.bodyBytesMax ?? bodyBytesMaxDefault, Number.POSITIVE_INFINITY],
    'bytes',
  )
  checkNumber('keysPerPrincipalMax', options.keysPerPrincipalMax, [1, Number.MAX_SAFE_INTEGER], 'keys')
  checkWhole('keysPerPrincipalMax', options.keysPerPrincipalMax)
  checkReplayedHeaders(options.replayedHeaders)
}

function checkStore(store: unknown): void {
  const mending = 'give sqliteStore(database), memoryStore() or a store of your own'
  if (typeof store !== 'object' || store === null) {
    throw new TypeError(`store: got ${told(store)}, expected a store: ${mending}`)
  }
  for (const name of ['runOnce', 'find', 'purge', 'purgePrincipal', 'transaction']) {
    checkFunction(`store.${name}`, (store as Record<string, unknown>)[name], mending)
  }
}

// Names that say that they carry a credential.
const secretName =
  /token|secret|session|csrf|xsrf|passw|credential|cookie|jwt|bearer|(api|access)-?key|\bauth\b|authenti|authoriz/

// Headers that belong to one connection, or that are this package's own marks.
const neverReplayed: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'transfer-encoding',
  'idempotency-key',
  'idempotency-status',
  'idempotency-replayed',
  'idempotency-retention',
  'idempotency-body',
])

function checkReplayedHeaders(given: unknown = []): void {
  if (!Array.isArray(given)) {
    throw new TypeError(`replayedHeaders: got ${told(given)}, expected an array of names, as in ['x-total']`)
  }
  for (const name of given) {
    if (
      typeof name === 'string' &&
      !neverReplayed.has(name) &&
      !secretName.test(name) &&
      /^[a-z0-9-]+$/.test(name)
    )
      continue
    throw new TypeError(
      `replayedHeaders: got ${told(name)}, expected a lower-case name of a header without secrets`,
    )
  }
}
