// The matchers that an app writes its reducers with.
import type { Action } from 'redux'
import { type OutcomeKind, outcomeMark } from './actions.js'
import { checkCreators } from './check-route.js'
import { isDevelopment } from './development.js'
import type {
  ActionCreator,
  Delivered,
  DeliveredWithoutAnswer,
  Failed,
  NotAccepted,
  Returned,
} from './types.js'

function matcher(kind: OutcomeKind, creators: readonly ActionCreator[]): (action: unknown) => boolean {
  if (isDevelopment) checkCreators(kind, creators)
  return (action) =>
    outcomeMark(action)?.outcome === kind &&
    creators.some(({ type }) => (action as Action).type === `${type}/${kind}`)
}

/**
 * Matches when an entry of these routes was delivered, or a read answered: `payload` is the answer, `meta.arg` the
 * action's payload. For a read `meta.fetchedAt` tells the answer's age. `meta.stale` tells that it is the last good one.
 */
export const delivered = <Cs extends readonly ActionCreator[]>(
  ...creators: Cs
): ((action: unknown) => action is { [K in keyof Cs]: Delivered<Cs[K]> }[number]) =>
  matcher('delivered', creators) as never

/**
 * Matches when an entry of these routes is known to have happened and no answer is there. A person or the server said
 * so, or the route's `answer` threw (then `error` says it). Its optimistic change is confirmed state by then.
 */
export const deliveredWithoutAnswer = <Cs extends readonly ActionCreator[]>(
  ...creators: Cs
): ((action: unknown) => action is { [K in keyof Cs]: DeliveredWithoutAnswer<Cs[K]> }[number]) =>
  matcher('deliveredWithoutAnswer', creators) as never

/** Matches when an entry of these routes came back for good, a dead letter now, or a read failed: `error` says why. */
export const returned = <Cs extends readonly ActionCreator[]>(
  ...creators: Cs
): ((action: unknown) => action is { [K in keyof Cs]: Returned<Cs[K]> }[number]) =>
  matcher('returned', creators) as never

/** Matches when an action of these routes was refused at its capture: nothing of it was kept or sent. */
export const notAccepted = <Cs extends readonly ActionCreator[]>(
  ...creators: Cs
): ((action: unknown) => action is { [K in keyof Cs]: NotAccepted<Cs[K]> }[number]) =>
  matcher('notAccepted', creators) as never

/** Matches both ends without success, `notAccepted` and `returned`, as RTK's `isRejected`. */
export const failed = <Cs extends readonly ActionCreator[]>(
  ...creators: Cs
): ((action: unknown) => action is { [K in keyof Cs]: Failed<Cs[K]> }[number]) => {
  if (isDevelopment) checkCreators('failed', creators)
  const ends = [matcher('notAccepted', creators), matcher('returned', creators)]
  return ((action: unknown) => ends.some((matches) => matches(action))) as never
}
