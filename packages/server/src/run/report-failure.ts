import type { IdempotencySettings } from '../options/idempotency-options.js'
import { StoreBusyError } from '../store/store.js'

/** Tells `onError` of what failed, also after its request was answered. */
export function reportFailure<Tx>(
  { onError }: IdempotencySettings<Tx>,
  request: Request,
  error: unknown,
): void {
  // Nothing was done, and the same may succeed later.
  if (error instanceof StoreBusyError) return
  // A handler that rejects with the reason of its client's abort has not failed.
  if (request.signal.aborted && error === request.signal.reason) return
  onError(error, request)
}
