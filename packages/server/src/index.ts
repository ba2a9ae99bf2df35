// The package `redux-broker-server`. The store for SQLite is `redux-broker-server/sqlite`.

export type { ProblemName } from './answer/problem.js'
export { problemType } from './answer/problem.js'
export type { StoredAnswer, StoredBody } from './answer/stored-answer.js'
export type { IdempotencyOptions } from './options/idempotency-options.js'
export type { Idempotency } from './run/create-idempotency.js'
export { createIdempotency } from './run/create-idempotency.js'
export { DeadlineError } from './run/deadline.js'
export type { Handler, HandlerContext } from './run/handler.js'
export type { KeyState } from './run/outcome.js'
export type { ClockJump, ClockSeen } from './store/clock-watch.js'
export { watchClock } from './store/clock-watch.js'
export type { MemoryTransaction } from './store/memory-store.js'
export { memoryStore } from './store/memory-store.js'
export type {
  Claim,
  Claimed,
  ExpiredRecord,
  Found,
  IdempotencyStore,
  KeptRecord,
  Moments,
  Purged,
  RecordId,
  Settlement,
  StoredRecord,
} from './store/store.js'
export { StoreBusyError } from './store/store.js'
