// Whether the app counts as online, for its user.
import type { Reachability } from '../network/reachability.js'
import type { OriginRow } from '../rows/rows.js'

export type Connectivity = 'online' | 'offline' | 'degraded'

/**
 * The state of the way to the servers, by the browser's word and the last attempts. Answers are better evidence than
 * either. The last answer of any origin counts, and so does a recent one of an origin that is not away.
 */
export function connectivityOf(
  origins: readonly OriginRow[],
  believesOnline: boolean,
  { answeredAt, isAnswering }: Pick<Reachability, 'answeredAt' | 'isAnswering'>,
): Connectivity {
  const resting = origins.filter(({ rest }) => rest !== undefined)
  // A gateway that answers for its server shows that the line is there, but not a network that wants a sign-in first (511).
  // So does a knock that the server answers while headers throw.
  const away = resting.filter(
    ({ rest, awayStreak, lastFailure: { reason, httpStatus } = {} }) =>
      rest?.kind === 'away' && awayStreak > 0 && (reason !== 'http' || httpStatus === 511),
  )
  const isAnswered =
    answeredAt() > Math.max(0, ...away.map(({ probedAt }) => probedAt)) ||
    isAnswering(away.map(({ origin }) => origin))
  if ((!believesOnline || away.length > 0) && !isAnswered) return 'offline'
  return resting.length > 0 ? 'degraded' : 'online'
}
