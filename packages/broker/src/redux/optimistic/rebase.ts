// The optimistic view is confirmed state with a log of actions above it, which begins at the first pending action. The
// view is rebased: an entry that ends leaves the log, and the rest is replayed. There are no inverse patches.

export interface Logged<A> {
  readonly action: A
  /** Set on the actions that wait for their outcome; all others are there to keep the order of dispatch. */
  readonly entryId?: string
}

export interface Layers<S, A> {
  readonly confirmed: S
  readonly log: readonly Logged<A>[]
}

export type Apply<S, A> = (state: S, action: A) => S

/** Removes the entries, and moves ordinary actions that nothing pending stands before into the confirmed state. */
export function settleEntries<S, A>(
  layers: Layers<S, A>,
  ended: ReadonlySet<string>,
  apply: Apply<S, A>,
): Layers<S, A> {
  if (!layers.log.some(({ entryId }) => entryId !== undefined && ended.has(entryId))) return layers
  const log = layers.log.filter(({ entryId }) => entryId === undefined || !ended.has(entryId))
  const firstPending = log.findIndex(({ entryId }) => entryId !== undefined)
  const settled = firstPending < 0 ? log : log.slice(0, firstPending)
  return {
    confirmed: settled.reduce((state, { action }) => apply(state, action), layers.confirmed),
    log: log.slice(settled.length),
  }
}

/** The view: the confirmed state with the log applied, in order. */
export function replayLog<S, A>({ confirmed, log }: Layers<S, A>, apply: Apply<S, A>): S {
  return log.reduce((state, { action }) => apply(state, action), confirmed)
}
