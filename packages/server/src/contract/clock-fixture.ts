// Shared by the tests of a clock that jumps.
import { claimOf } from './contract-fixture.js'

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs
export const start = 5_000 * dayMs
export const jumps = [
  ['ahead by eight days', 8 * dayMs],
  ['ahead past the time for which keys are remembered', 408 * dayMs],
  ['ahead by ten years', 3_650 * dayMs],
  ['back by two days', -2 * dayMs],
  ['back by more than the time for which keys are remembered', -500 * dayMs],
  ['back to 1970', 1 - start],
] as const

/** Kept for 7 days and as a tombstone for 400 more. */
export const claimAt = (now: number, key = 'k') =>
  claimOf(key, { now, forgottenBy: now - 400 * dayMs, expiresAt: now + 7 * dayMs })
