// The header fields by which a client knows what became of its key (SC11, SC12).

/**
 * `stored`: the work was done now and its answer is kept · `replayed`: it was done before · `in-progress`: another
 * request is doing it · `rejected`: nothing was done now, and nothing new is kept under this key.
 */
export type IdempotencyStatus = 'stored' | 'replayed' | 'in-progress' | 'rejected'

export interface AnswerMarks {
  /** The key's header field as the client sent it; undefined where there was none that could be read. */
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

/** These names are ours to say: what a handler put there goes. */
function set(headers: Headers, name: string, value: string | undefined): void {
  if (value === undefined) headers.delete(name)
  else headers.set(name, value)
}
