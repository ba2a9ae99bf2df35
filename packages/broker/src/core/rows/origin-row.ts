// The row of an origin. It says how long the origin rests, and the last failure there.
import { backoffCapMs, retryAfterCapMs } from '../limits.js'
import type { Cooldown, OriginRow } from './rows.js'

/** No rest is longer than this. A rest that seems longer was begun before the clock went back. */
const cooldownMsMax = retryAfterCapMs + backoffCapMs

/** Milliseconds until the origin's rest ends. Undefined where it does not rest until a set time. */
export const restMs = ({ rest }: OriginRow, now: number): number | undefined =>
  rest !== undefined && rest.kind !== 'away' && now < rest.until && rest.until - now <= cooldownMsMax
    ? rest.until - now
    : undefined

export const isCoolingDown = (row: OriginRow, now: number): boolean => restMs(row, now) !== undefined

/** The rest for a time that the server named, while it is not over. */
export const isRetryAfterRunning = (
  row: OriginRow,
  now: number,
): (Cooldown & { readonly kind: 'told' }) | undefined =>
  row.rest?.kind === 'told' && isCoolingDown(row, now) ? row.rest : undefined

/** The origin's row without its last failure. */
export function withoutLastFailure({ lastFailure: _, ...row }: OriginRow): OriginRow {
  return row
}
