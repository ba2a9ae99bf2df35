// The header fields by which a client learns the fate of its key.

/**
 * `stored` means that the work was done now and its answer is kept. With `replayed` the work was done before. With
 * `in-progress` another request is doing it. With `rejected` nothing was done now, and nothing new is kept under this
 * key.
 */
export type IdempotencyStatus = 'stored' | 'replayed' | 'in-progress' | 'rejected'

export interface AnswerMarks {
  /** The key's header field as the client sent it, or undefined where none could be read. */
  readonly field: string | undefined
  /** undefined for work without a key. */
  readonly status: IdempotencyStatus | undefined
  readonly retentionMs: number
}

const exposedNames =
  'Idempotency-Key, Idempotency-Status, Idempotency-Replayed, Idempotency-Retention, Idempotency-Body, Retry-After'

/** Sets the marks on the headers of an answer, and lets scripts of other origins read them. */
export function markAnswer(headers: Headers, { field, status, retentionMs }: AnswerMarks): void {
  set(headers, 'idempotency-key', field)
  set(headers, 'idempotency-status', status)
  set(headers, 'idempotency-replayed', status === 'replayed' ? 'true' : undefined)
  set(headers, 'idempotency-retention', String(Math.floor(retentionMs / 1000)))
  headers.append('access-control-expose-headers', exposedNames)
}

/** These names belong to this package, so a handler's own values for them are dropped. */
function set(headers: Headers, name: string, value: string | undefined): void {
  if (value === undefined) headers.delete(name)
  else headers.set(name, value)
}
