// The package `redux-broker-server`. The store for SQLite is `redux-broker-server/sqlite`.
export type { ClockJump, ClockSeen } from './clock-watch.js'
export { watchClock } from './clock-watch.js'
export type { Idempotency } from './create-idempotency.js'
export { createIdempotency } from './create-idempotency.js'
export { DeadlineError } from './deadline.js'
export type { Handler, HandlerContext } from './handler.js'
export type { IdempotencyOptions } from './idempotency-options.js'
export type { MemoryTransaction } from './memory-store.js'
export { memoryStore } from './memory-store.js'
export type { KeyState } from './outcome.js'
export type { ProblemName } from './problem.js'
export { problemType } from './problem.js'
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
} from './store.js'
export { StoreBusyError } from './store.js'
export type { StoredAnswer, StoredBody } from './stored-answer.js'
