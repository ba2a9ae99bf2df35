// Trouble on the way to an origin, as plain data. It says what the last attempt came to, and what that most likely
// means.
import type { OutboxChanges } from '../core/journal/outbox-changes.js'
import { originOfUrl } from '../core/network/url-origin.js'
import type { OriginRow, PartitionRow } from '../core/rows/rows.js'

/**
 * `neverAnswered`: as far as this page knows no request was ever answered there, and a sign-out has other pages forget
 * it. A wrong address or CORS is as likely as the network. `headerNotExposed`: an `idempotent` server of another origin
 * whose answer shows no key. `keyNotEchoed`: the same on the page's own origin. `sessionUnknown`: the `sessionProbe` did
 * not say whether the session is good. `sessionTaken`: another user's session was begun by a page that lies elsewhere.
 * `headers`: the app's own `prepareHeaders`, or the `headers` of a route, threw. Any other code is the reason of the last
 * failure.
 */
export type TroubleCode =
  | 'neverAnswered'
  | 'headerNotExposed'
  | 'keyNotEchoed'
  | 'network'
  | 'unreachable'
  | 'timeout'
  | 'cut'
  | 'redirected'
  | 'headers'
  | 'notAcknowledged'
  | 'unsignedRefusal'
  | 'sessionUnknown'
  | 'sessionTaken'
  | 'csrf'
  | 'inProgress'
  | 'http'

export interface OriginTrouble {
  readonly origin: string
  readonly code: TroubleCode
  /** As of the entry that met it. */
  readonly reason: string
  readonly httpStatus?: number | undefined
  /** The media type of an answer that was not taken for the application's; empty where it had none. */
  readonly came?: string | undefined
  /** Of `sessionTaken`: where that page lies. */
  readonly path?: string | undefined
  /** In epoch milliseconds. */
  readonly at: number
}

/** `own`: the page's own origin. `place`: where the page lies on it. */
export function troubleOf(
  { row, origins, taken }: Pick<OutboxChanges, 'row' | 'origins' | 'taken'>,
  own: string,
  place: string,
): readonly OriginTrouble[] {
  const { from: path = '/', at = 0 } = taken ?? { from: place }
  const code = 'sessionTaken'
  return [
    ...originTrouble(origins, own),
    ...probeTrouble(row),
    ...(path === place ? [] : [{ origin: own, code, reason: code, path, at } as const]),
  ]
}

/** `own`: the page's own origin. */
export const originTrouble = (rows: readonly OriginRow[], own: string): readonly OriginTrouble[] =>
  rows.flatMap((row) => {
    if (row.lastFailure === undefined) return []
    const { reason, httpStatus, came, at } = row.lastFailure
    return { origin: row.origin, code: codeOf(row, own), reason, httpStatus, came, at }
  })

/** Trouble with the session's probe, which the pause waits for. */
export const probeTrouble = ({
  paused,
  unclear,
  askedAt: at = 0,
  sessionProbe = '',
}: PartitionRow): readonly OriginTrouble[] =>
  paused === 'auth' && unclear
    ? [{ origin: originOfUrl(sessionProbe), code: unclear.reason as TroubleCode, ...unclear, at }]
    : []

function codeOf({ origin, answered, lastFailure }: OriginRow, own: string): TroubleCode {
  const reason = lastFailure?.reason as TroubleCode
  if ((reason === 'network' || reason === 'unreachable') && !answered) return 'neverAnswered'
  if (/^(notAcknowledged|unsignedRefusal)$/.test(reason) && lastFailure?.server === 'idempotent')
    return origin === own ? 'keyNotEchoed' : 'headerNotExposed'
  return reason
}
