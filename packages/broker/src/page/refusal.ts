// Why an action is not taken: the reason for the app, the message for its developer.
import type { RejectedReason } from '../redux/types.js'

export class Refusal extends Error {
  readonly reason: RejectedReason
  /** `advice`: what the developer reads; production builds have none of it. */
  constructor(reason: RejectedReason, advice: string | false, cause?: unknown) {
    super(advice || reason, { cause })
    this.reason = reason
  }
}

/** @throws Refusal where the app's own function throws. */
export function ask<T>(what: string | false, callback: () => T): T {
  try {
    return callback()
  } catch (error) {
    throw new Refusal('invalidRequest', what && `${what} threw.`, error)
  }
}
