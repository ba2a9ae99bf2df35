// For the developer. Finds a write that the reducers do not show as one that may come back. Its action never reaches
// them, or a slice that broker.optimistic() does not wrap shows it.
import type { Action } from 'redux'
import { type OutcomeAction, outcomeMark, pendingMark } from '../../redux/actions.js'
import { afterThisTask, sayOnce } from '../../redux/development.js'
import { hasSameFields, holdsView, isView } from '../../redux/optimistic/persisted-state.js'
import { isSlice } from './setup-warnings.js'

export type NextDispatch = (action: unknown) => unknown
type WatchedState = Readonly<Record<string, unknown>>

export interface ReducerWatch {
  /** The broker's own reducer was given an action. */
  reduced(action: Action): void
  /** `next`, watched. */
  around(next: NextDispatch, getState: () => unknown): NextDispatch
}

/** A middleware may hold an action back for a while. */
const heldMs = 5_000

export function createReducerWatch(): ReducerWatch {
  let isMounted = false
  const missing = new Map<string, string>()
  /** Slices that changed with a write and are not wrapped, by its type. */
  const suspects = new Map<string, readonly string[]>()

  function sayMissing(): void {
    for (const type of missing.values())
      sayOnce(
        `'${type}' is sent, but did not reach the reducers. A middleware behind the broker's keeps it, or removes ` +
          '`meta.broker`. Let the action pass unchanged.',
      )
    missing.clear()
  }

  function tapped(
    { type }: Action<string>,
    entryId: string,
    changed: readonly string[],
    after: WatchedState,
  ): void {
    if (isMounted && missing.has(entryId)) afterThisTask(heldMs, sayMissing)
    else missing.delete(entryId)
    const bare = changed.filter((name) => !isSlice(after[name]) && !holdsView(after[name]))
    const isShown = changed.some((name) => holdsView(after[name]))
    if (isShown || bare.length === 0) return
    if (Object.values(after).some((slice) => holdsView(slice))) suspects.set(type, bare)
    else sayBare(type, bare)
  }

  function ended({ meta }: OutcomeAction, changed: readonly string[]): void {
    const { type } = meta.action
    const bare = suspects.get(type)?.filter((name) => changed.includes(name)) ?? []
    if (bare.length > 0) sayBare(type, bare)
  }

  return {
    reduced(action) {
      isMounted = true
      const pending = pendingMark(action)
      if (pending) missing.delete(pending.entryId)
    },
    around: (next, getState) => (action) => {
      const pending = pendingMark(action)
      const ending = outcomeMark(action)
      if (pending) missing.set(pending.entryId, (action as Action<string>).type)
      const before = getState() as WatchedState
      const result = next(action)
      if (pending || ending) {
        const after = getState() as WatchedState
        const changed = changedSlices(before, after)
        if (pending) tapped(action as Action<string>, pending.entryId, changed, after)
        else if (!ending?.read) ended(action as OutcomeAction, changed)
      }
      return result
    },
  }
}

const sayBare = (type: string, names: readonly string[]): void =>
  sayOnce(
    `'${type}' changes the slice '${names.join("', '")}', which broker.optimistic() does not wrap. The change stays ` +
      'when the write comes back. A reload removes it while the write waits. ' +
      `Wrap the reducer: ${names[0]}: broker.optimistic(reducer).`,
    `bare ${type}`,
  )

/** Names of the slices that show something else. */
const changedSlices = (before: WatchedState, after: WatchedState): readonly string[] =>
  Object.keys(after).filter((name) => !isSame(before[name], after[name]))

/** A wrapped slice is a new object for each write, also where it shows none of it. */
function isSame(before: unknown, after: unknown): boolean {
  if (before === after) return true
  if (!isStateObject(before) || !isStateObject(after) || !holdsView(after)) return false
  if (isView(after)) return hasSameFields(before, after)
  return Object.entries(after).every(([name, inner]) => isSame((before as WatchedState)[name], inner))
}

const isStateObject = (value: unknown): value is object => typeof value === 'object' && value !== null
