// The times by which a store judges while it does not believe the clock. Promise: whichever of the two times is right,
// no key is forgotten too early. A repeat would run anew.

import type { ClockJump } from './clock-watch.js'
import type { Claim, Moments } from './store.js'

/** The times by which kept records are judged, which are those of the earlier clock. */
export function judgedMoments({ now, forgottenBy }: Moments, held: ClockJump | undefined): Moments {
  const aheadMs = held === undefined ? 0 : Math.max(0, held.to - held.from)
  return { now: now - aheadMs, forgottenBy: forgottenBy - aheadMs }
}

export interface JudgedClaim extends Claim {
  /** A record whose `expiresAt` is not after this takes no room of its user. It is the later of both times. */
  readonly roomBy: number
}

/**
 * A claim is judged by the earlier of both times, and its record is dated by the later. Room is counted by the later
 * too, since a user may be full of records that have expired.
 */
export function judgedClaim(claim: Claim, held: ClockJump | undefined): JudgedClaim {
  const behindMs = held === undefined ? 0 : Math.max(0, held.from - held.to)
  return {
    ...claim,
    ...judgedMoments(claim, held),
    expiresAt: claim.expiresAt + behindMs,
    roomBy: claim.now + behindMs,
  }
}
