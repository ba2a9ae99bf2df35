// The store port. It keeps one record for each key and commits it with the effects of the work, or neither. Anything
// with transactions and a unique index can stand behind it. README.md says how to write one.

import type { StoredAnswer } from '../answer/stored-answer.js'
import type { ClockJump } from './clock-watch.js'

/** The owner of a key. A key means nothing without its principal, since two users may send the same one. */
export interface RecordId {
  readonly principal: string
  readonly key: string
}

/** The moments by which a record is judged, in epoch milliseconds. */
export interface Moments {
  /** A record whose `expiresAt` is not after this has expired. Its id is taken, and its answer is given no more. */
  readonly now: number
  /** A record whose `expiresAt` is not after this is forgotten, and its id counts as absent. Never after `now`. */
  readonly forgottenBy: number
}

export interface Claim extends Moments {
  readonly id: RecordId
  /** A text of 129 characters that stands for the request's content. The store keeps it and does not compare it. */
  readonly fingerprint: string
  /** Until when the answer is given to a repeat, in epoch milliseconds. */
  readonly expiresAt: number
  /** How many unexpired records one principal may have, this one included. */
  readonly recordsMax: number
  /**
   * How long the claim may wait for its turn to write, in milliseconds. Then it rejects with StoreBusyError.
   * `work` is over by then too.
   */
  readonly waitMsMax: number
  /**
   * Aborts when the work has missed its deadline. `work` rejects, and its request is answered. Cancel a query of the
   * work that still runs then, since the transaction cannot be undone before. It does not abort while the work is
   * committed.
   */
  readonly signal: AbortSignal
}

/**
 * How the work ended. `seal` commits its effects with the answer. `refuse` undoes its effects and commits the answer
 * alone. `release` undoes its effects and frees the key.
 */
export type Settlement<Result> =
  | { readonly kind: 'seal' | 'refuse'; readonly answer: StoredAnswer; readonly result: Result }
  | { readonly kind: 'release'; readonly result: Result }

export type Claimed<Result> =
  | { readonly kind: 'ran'; readonly result: Result }
  | KeptRecord
  /** Another claim of this id is being worked on, and nothing was done. */
  | { readonly kind: 'inProgress' }
  /** The principal has `recordsMax` already, of which the first expires at `freeAt`, and nothing was done. */
  | { readonly kind: 'full'; readonly freeAt: number }

/** The state of an id. With `absent` nothing was sealed under it, or so long ago that it is forgotten. */
export type Found = KeptRecord | { readonly kind: 'inProgress' } | { readonly kind: 'absent' }

export type KeptRecord = StoredRecord | ExpiredRecord

/** Work under this id was sealed before, and nothing was done now. */
export interface StoredRecord {
  readonly kind: 'stored'
  readonly fingerprint: string
  readonly answer: StoredAnswer
}

/** Work under this id was sealed before and its answer has expired, purged or not. Nothing was done now. */
export interface ExpiredRecord {
  readonly kind: 'expired'
  readonly fingerprint: string
}

/** The counts of one purge. Where their sum is the bound of the purge, there may be more. */
export interface Purged {
  /** Expired records that lost their answer and are tombstones now. */
  readonly entombed: number
  /** Tombstones that were removed. */
  readonly removed: number
  /** The clock has jumped by more than a day, and nothing was done. */
  readonly held?: ClockJump | undefined
}

export interface IdempotencyStore<Tx> {
  /**
   * Claims an id and works on it, in one transaction. Three promises hold whatever crashes. The effects of `work` and
   * its record are both there, or neither is. Of claims of one id that race, one works. Where `work` rejects, this
   * rejects with the same error, the effects are undone and the id is free.
   * The claim is one arbitrated statement (`INSERT ... ON CONFLICT`), never a look first and an insert after.
   * Where `watchClock` does not believe the clock, the id is judged by the earlier of both times. Its record is dated by
   * the later, and those of its principal are counted by it. The clock is noted also where the claim is undone.
   * @throws StoreBusyError nothing was done, and the same claim may succeed later
   */
  runOnce<Result>(claim: Claim, work: (tx: Tx) => Promise<Settlement<Result>>): Promise<Claimed<Result>>
  /**
   * Finds the state of an id, in one look-up by its key and without waiting for a turn. Work in another process may be
   * `absent` until it is committed. A record that is not committed is never told. A jump of the clock is as in `runOnce`.
   * @throws StoreBusyError
   */
  find(id: RecordId, moments: Moments): Promise<Found>
  /**
   * Takes the answers from expired records, which stay as tombstones (id, fingerprint, class of the status). Removes
   * forgotten records. Touches `recordsMax` records at most, in one transaction. No claim is answered otherwise than
   * before. Where `watchClock` does not believe the clock, nothing is done, and the result says so.
   * @throws StoreBusyError nothing was done
   */
  purge(moments: Moments, recordsMax: number, isClockRight?: boolean): Promise<Purged>
  /**
   * Removes records and tombstones of one user in one transaction, `recordsMax` at most, and says how many.
   * @throws StoreBusyError where nothing was done
   */
  purgePrincipal(principal: string, recordsMax: number): Promise<number>
  /**
   * Any other work that writes, in a transaction of its own. It is committed when `work` resolves, and undone when it
   * rejects. Not to be called inside a handler, which has a transaction. With one writer it would wait for itself.
   * @param user the owner of the work, since users take turns
   * @param waitMsMax how long it may wait for its turn, where that is less than the store's own bound
   * @param signal as that of a claim
   * @throws StoreBusyError where nothing was done
   */
  transaction<Result>(
    work: (tx: Tx) => Result | PromiseLike<Result>,
    user?: string,
    waitMsMax?: number,
    signal?: AbortSignal,
  ): Promise<Result>
}

/** The store could not begin or commit in time. Nothing was done, and `run()` answers 503 with `Retry-After`. */
export class StoreBusyError extends Error {
  override readonly name = 'StoreBusyError'
  /** When a turn may be had, as far as the store can tell. */
  readonly retryAfterMs: number

  constructor(message: string, options: ErrorOptions & { readonly retryAfterMs?: number } = {}) {
    super(message, options)
    this.retryAfterMs = options.retryAfterMs ?? 0
  }
}
