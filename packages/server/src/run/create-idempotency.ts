// The entry. It makes the application's functions out of the options, and turns failures into answers.
import { checkHandler, checkPrincipal, checkPurge, checkRequest } from '../options/check-call.js'
import {
  completeOptions,
  type IdempotencyOptions,
  type IdempotencySettings,
  momentsOf,
} from '../options/idempotency-options.js'
import { purgedRecordsMaxDefault } from '../options/limits.js'
import { UsageError } from '../options/usage-error.js'
import { parseIdempotencyKey } from '../request/idempotency-key.js'
import type { ClockJump } from '../store/clock-watch.js'
import { type Purged, StoreBusyError } from '../store/store.js'
import { DeadlineError } from './deadline.js'
import { decideAnswer } from './decide-answer.js'
import { decideStatusAnswer } from './decide-status-answer.js'
import type { Handler } from './handler.js'
import { type Outcome, refused, respond } from './outcome.js'
import { reportFailure } from './report-failure.js'

export interface Idempotency<Tx> {
  /**
   * Runs `handler` once for each key of a user, in one transaction with the record of its answer. Answers every
   * repeat with that record (draft-ietf-httpapi-idempotency-key-header-07).
   *
   * An answer 5xx, or one that asks to be tried again (401, 403, 408, 419, 423, 425, 429, 440), undoes the effects
   * and frees the key. So does a handler that throws, which is answered 500, and one that misses `deadlineMs`, which
   * is answered 503. Any other 4xx undoes the effects and is kept. Without a key the handler runs in a transaction
   * without a record. README.md has the table of answers.
   *
   * Give it the request before anything has read its body. An embedded store has no other writer while the handler
   * runs, so let the handler wait for nothing slow.
   * @throws TypeError on a mistake in the program, as where the request is none of Fetch or its body was read before.
   * The same for an answer that cannot be stored (an event stream, an upgrade, more than `bodyBytesMax`). The effects
   * are undone.
   */
  run(request: Request, handler: Handler<Tx>): Promise<Response>
  /**
   * Answers a status query about `key`, which is the text in the path, without quotes. The answer says `done` with
   * the status of the stored answer, `in-progress`, `expired` or `unknown`. It tells of the request's own user only,
   * has no effect and is not to be cached.
   */
  status(request: Request, key: string): Promise<Response>
  /**
   * Takes the answers from records that are past `retentionMs`, and removes records that are past `tombstoneMs` too.
   * It gives the space back and changes no answer. Let a timer call it, daily at least.
   * @param recordsMax bound of one call, which is one transaction. Default 1000. There may be more where `entombed +
   * removed` reaches the bound
   * @param options `clockIsRight` says that the clock has jumped, and is right. Without it a purge removes nothing
   * after a jump of more than a day, ahead or back, and says so in `held`. It goes on when the clock has kept its new
   * time for a day
   * @throws StoreBusyError where nothing was done, RangeError on a bound below 1
   */
  purge(recordsMax?: number, options?: { readonly clockIsRight?: boolean }): Promise<Purged>
  /**
   * Removes all records of one user, tombstones too, and says how many they were. A request that comes later under
   * one of these keys runs anew, so end the user's sessions first.
   * @throws StoreBusyError where only a part may be removed, so call it again
   */
  purgePrincipal(principal: string): Promise<number>
}

/** @throws RangeError or TypeError on options that cannot be meant */
export function createIdempotency<Tx>(options: IdempotencyOptions<Tx>): Idempotency<Tx> {
  const settings = completeOptions(options)
  return {
    run: (request, handler) => run(settings, request, handler),
    status: (request, key) => status(settings, request, key),
    purge: createPurge(settings),
    purgePrincipal: (principal) => purgePrincipal(settings, principal),
  }
}

async function run<Tx>(
  settings: IdempotencySettings<Tx>,
  request: Request,
  handler: Handler<Tx>,
): Promise<Response> {
  checkRequest('run', request)
  checkHandler(handler)
  const header = parseIdempotencyKey(request.headers.get('idempotency-key'), settings.bareKeys)
  const outcome = await answered(settings, request, decideAnswer(settings, { request, header, handler }))
  const { retentionMs } = settings
  return respond(outcome, { field: header.kind === 'valid' ? header.field : undefined, retentionMs })
}

async function status<Tx>(
  settings: IdempotencySettings<Tx>,
  request: Request,
  key: string,
): Promise<Response> {
  checkRequest('status', request)
  const outcome = await answered(settings, request, decideStatusAnswer(settings, request, key))
  const response = respond(outcome, { field: undefined, retentionMs: settings.retentionMs })
  response.headers.set('cache-control', 'no-store')
  return response
}

/** Turns a failure of the handler or the store into an outcome. A mistake in the program still rejects. */
function answered<Tx>(
  settings: IdempotencySettings<Tx>,
  request: Request,
  deciding: Promise<Outcome>,
): Promise<Outcome> {
  return deciding.catch((error: unknown) => {
    if (error instanceof UsageError) throw error
    reportFailure(settings, request, error)
    if (error instanceof StoreBusyError) return refused('busy', error.retryAfterMs)
    // Work that is being committed may be done, and only a repeat can tell.
    if (error instanceof DeadlineError && error.late === 'commit') return refused('in-progress')
    // The user of a handler that hangs waits as long as the handler kept the others waiting.
    if (error instanceof DeadlineError) return refused('deadline', error.deadlineMs)
    return refused('failed')
  })
}

function createPurge<Tx>(settings: IdempotencySettings<Tx>): Idempotency<Tx>['purge'] {
  let isToldOfClock = false
  return async (recordsMax = purgedRecordsMaxDefault, options = {}) => {
    checkPurge(recordsMax, options)
    const { clockIsRight = false } = options
    const purged = await settings.store.purge(momentsOf(settings), recordsMax, clockIsRight)
    if (purged.held !== undefined && !isToldOfClock) settings.onError(clockError(purged.held), undefined)
    isToldOfClock = purged.held !== undefined
    return purged
  }
}

function clockError({ from, to }: ClockJump): Error {
  const days = ((to - from) / 86_400_000).toFixed(1)
  return new Error(
    `the clock has moved by ${days} days since it was last seen. purge() removes nothing until the clock has kept its new ` +
      'time for a day. If the clock is right, call purge(recordsMax, { clockIsRight: true })',
  )
}

/** In several transactions, so that others get their turn. */
async function purgePrincipal<Tx>({ store }: IdempotencySettings<Tx>, principal: string): Promise<number> {
  checkPrincipal(principal)
  for (let removed = 0; ; ) {
    const count = await store.purgePrincipal(principal, purgedRecordsMaxDefault)
    removed += count
    if (count < purgedRecordsMaxDefault) return removed
  }
}
