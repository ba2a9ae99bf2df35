// The entry: makes `run()` out of the options, and turns what fails into an answer.
import { decide } from './decide.js'
import type { Handler } from './handler.js'
import { parseIdempotencyKey } from './idempotency-key.js'
import { completeOptions, type IdempotencyOptions, type IdempotencySettings } from './idempotency-options.js'
import { type Outcome, refused, respond } from './outcome.js'
import { StoreBusyError } from './store.js'
import { UsageError } from './usage-error.js'

export interface Idempotency<Tx> {
  /**
   * Runs `handler` once for each key of a user, in one transaction with the record of its answer, and answers every
   * repeat with that record (draft-ietf-httpapi-idempotency-key-header-07). The answer of a handler that failed
   * (5xx) or asks to be tried again (401, 403, 408, 419, 423, 425, 429, 440) undoes its effects and frees the key;
   * so does a handler that throws, which is answered 500. Without a key the handler runs in a transaction without a
   * record. README.md has the table of answers.
   *
   * Give it the request before anything has read its body. While the handler runs, an embedded store has no other
   * writer: let it wait for nothing slow.
   * @throws TypeError on a mistake in the program: a body read before, an answer that cannot be stored (an event
   *   stream, an upgrade, more than `bodyBytesMax`). The effects are undone.
   */
  run(request: Request, handler: Handler<Tx>): Promise<Response>
}

/** @throws RangeError or TypeError on options that cannot be meant */
export function createIdempotency<Tx>(options: IdempotencyOptions<Tx>): Idempotency<Tx> {
  const settings = completeOptions(options)
  return { run: (request, handler) => run(settings, request, handler) }
}

async function run<Tx>(
  settings: IdempotencySettings<Tx>,
  request: Request,
  handler: Handler<Tx>,
): Promise<Response> {
  const header = parseIdempotencyKey(request.headers.get('idempotency-key'), settings.bareKeys)
  const outcome = await decide(settings, { request, header, handler }).catch((error: unknown): Outcome => {
    if (error instanceof UsageError) throw error
    if (error instanceof StoreBusyError) return refused('busy')
    settings.onError(error, request)
    return refused('failed')
  })
  return respond(outcome, {
    field: header.kind === 'valid' ? header.field : undefined,
    retentionMs: settings.retentionMs,
  })
}
