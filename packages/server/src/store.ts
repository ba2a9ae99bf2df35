// The store port: keeps one record for each key and commits it with the effects of the work, or neither.
// Whatever has transactions and a unique index can stand behind it; README.md says how to write one.
import type { StoredAnswer } from './stored-answer.js'

/** Whose key it is. A key means nothing without its principal: two users may send the same one (SC4, SEC27). */
export interface RecordId {
  readonly principal: string
  readonly key: string
}

export interface Claim {
  readonly id: RecordId
  /** What was asked, as 64 hex digits. The store keeps it; it does not compare it. */
  readonly fingerprint: string
  /** Epoch milliseconds. */
  readonly now: number
  /** Epoch milliseconds. A record of the same id that expired by `now` counts as absent and is replaced. */
  readonly expiresAt: number
}

/** How the work ended: `seal` commits its effects with the answer, `release` undoes them and frees the key. */
export type Settlement<Result> =
  | { readonly kind: 'seal'; readonly answer: StoredAnswer; readonly result: Result }
  | { readonly kind: 'release'; readonly result: Result }

export type Claimed<Result> =
  | { readonly kind: 'ran'; readonly result: Result }
  | StoredRecord
  /** Another claim of this id is being worked on; nothing was done. */
  | { readonly kind: 'inProgress' }

/** Work under this id was sealed before; nothing was done now. */
export interface StoredRecord {
  readonly kind: 'stored'
  readonly fingerprint: string
  readonly answer: StoredAnswer
}

export interface IdempotencyStore<Tx> {
  /**
   * Claims an id and works on it, in one transaction. Promises, whatever crashes:
   * the effects of `work` and its record are both there or neither is; of claims of one id that race, one works;
   * where `work` rejects, this rejects with the same error, its effects are undone and the id is free.
   * The claim is one arbitrated statement (`INSERT ... ON CONFLICT`), never a look first and an insert after.
   * @throws StoreBusyError nothing was done, and the same claim may succeed later
   */
  runOnce<Result>(claim: Claim, work: (tx: Tx) => Promise<Settlement<Result>>): Promise<Claimed<Result>>
  /**
   * Any other work that writes, in a transaction of its own: committed when `work` resolves, undone when it rejects.
   * Not to be called inside a handler, which has a transaction: where there is one writer it would wait for itself.
   * @throws StoreBusyError nothing was done
   */
  transaction<Result>(work: (tx: Tx) => Result | PromiseLike<Result>): Promise<Result>
}

/** The store could not begin or commit in time. Nothing was done; `run()` answers 503 with `Retry-After` (SC18). */
export class StoreBusyError extends Error {
  override readonly name = 'StoreBusyError'
}
