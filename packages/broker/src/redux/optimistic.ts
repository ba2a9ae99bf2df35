// Wraps a slice's reducer: its state stays what the app sees (the view), and the layers that the view was made of
// hang on the state object itself, invisibly. So the reducer stays pure: two stores, time travel and preloaded
// state hold, and a state that was never seen here is simply confirmed.
import type { Action, Reducer } from 'redux'
import { type Apply, type Layers, type Logged, replay, settleEntries } from '../core/rebase.js'
import {
  type BrokerAction,
  isBrokerAction,
  laterOutcomes,
  mark,
  type OutcomeAction,
  outcomeMark,
  pendingMark,
  type RestoredEntry,
  readAtOf,
} from './actions.js'
import { isDevelopment } from './development.js'
import { describe } from './route.js'

export interface OptimisticOptions {
  /**
   * Which actions tell the truth, as read from the server: they are applied below the pending ones. The broker's own
   * outcomes are truth always. A truth that may be older than the last outcome (a cached copy) says in
   * `meta.readAt` when its request was sent, in epoch milliseconds: outcomes that came later are then applied on top.
   */
  truth?(action: unknown): boolean
}

/** immer's `produce`, which RTK exports as `createNextState`. */
export type Produce = <S>(base: S, recipe: (draft: S) => void) => S

interface Hidden extends Layers<object, Action> {
  /** Up to which moment the confirmed state holds what was settled before this page began. */
  readonly readAt: number
  /** More outcomes of this frame are to come: the view is still that before the first of them. */
  readonly stale?: boolean
}

const never = Number.NEGATIVE_INFINITY

/** Which layers a state stands for. One for all reducers, so that one that is replaced finds those of the last. */
const hidden = new WeakMap<object, Hidden>()

export interface OptimisticContext {
  readonly produce: Produce | undefined
  /** Whether an action is a read's own, which asks. */
  asks?(action: Action): boolean
  report(error: unknown): void
}

// biome-ignore lint/suspicious/noExplicitAny: any other constraint makes configureStore infer `unknown`
type AnyReducer = Reducer<any, any, any>

export function optimistic<R extends AnyReducer>(
  reducer: R,
  { truth = () => false }: OptimisticOptions,
  { produce, report, asks = () => false }: OptimisticContext,
): R {
  const { apply, view } = replaying(reducer, produce, report)
  const rebased = (layers: Hidden) => keep({ ...layers, stale: false }, view(layers))
  const withOutcome = (state: object, action: OutcomeAction) => outcomeApplied(apply, state, action)

  function onOutcome(state: object, layers: Hidden, action: OutcomeAction): object {
    const { late, at, more } = action.meta.broker
    // What was settled before this page began is in what the page has read since.
    const isRead = late && at <= layers.readAt
    const confirmed = isRead ? layers.confirmed : withOutcome(layers.confirmed, action)
    const after = settleEntries({ confirmed, log: layers.log }, new Set([action.meta.entryId]), apply)
    const isSame = after.confirmed === layers.confirmed && after.log.length === layers.log.length
    if (isSame && (more || !layers.stale)) return state
    const next = { ...layers, ...after }
    // With nothing pending the view is the confirmed state: there is no rebase to put off.
    return more && next.log.length > 0 ? keep({ ...next, stale: true }, state) : rebased(next)
  }

  function onTruth(state: object, layers: Hidden, action: Action): object {
    const { confirmed: before, log } = layers
    const answered = apply(before, action)
    const read = outcomeMark(action)
    // An answer is for some slices only: of the others it says nothing.
    if (read !== undefined && answered === before) return state
    const confirmed = (laterOutcomes(action) ?? []).reduce(withOutcome, answered)
    // What asks goes where its answer will, so that it does not come on top of that; it is no answer yet.
    const at = asks(action) ? never : (read?.at ?? readAtOf(action) ?? Number.POSITIVE_INFINITY)
    const readAt = Math.max(layers.readAt, at)
    if (confirmed !== before) return rebased({ confirmed, log, readAt })
    return readAt === layers.readAt ? state : keep({ confirmed, log, readAt }, state)
  }

  function onOrdinary(state: object, layers: Hidden, action: Action): object {
    const next: object = reducer(state, action)
    if (layers.log.length === 0) return next === state ? state : keep({ ...layers, confirmed: next }, next)
    if (next === state && apply(layers.confirmed, action) === layers.confirmed) return state
    return keep({ ...layers, log: [...layers.log, { action }] }, next)
  }

  function reduce(state: object | undefined, action: Action): object {
    if (state === undefined) return checked(reducer(undefined, action))
    const known = hidden.get(state)
    const pending = pendingMark(action)
    const ended = outcomeMark(action)
    const isPlain = pending === undefined && ended === undefined && !isBrokerAction(action)
    if (known === undefined && isPlain && !truth(action)) return reducer(state, action)
    const layers = known ?? { confirmed: state, log: [], readAt: never }
    if (ended !== undefined && !ended.read) return onOutcome(state, layers, action as OutcomeAction)
    if (layers.stale) return reduce(rebased(layers), action)
    if (pending !== undefined) {
      const log = [...layers.log, { action, entryId: pending.entryId }]
      return keep({ ...layers, log }, apply(state, action))
    }
    if (isBrokerAction(action)) return onBroker(state, layers, action)
    return ended !== undefined || asks(action) || truth(action)
      ? onTruth(state, layers, action)
      : onOrdinary(state, layers, action)
  }

  function onBroker(state: object, layers: Hidden, action: BrokerAction): object {
    if (action.type === 'redux-broker/partitionChanged') {
      const ids = new Set(layers.log.flatMap(({ entryId }) => entryId ?? []))
      return rebased({ ...settleEntries(layers, ids, apply), readAt: never })
    }
    if (action.type === 'redux-broker/emptied') {
      const after = settleEntries(layers, new Set(action.payload), apply)
      return after.log.length === layers.log.length ? state : rebased({ ...layers, ...after })
    }
    if (action.type !== 'redux-broker/restored') return state
    const shown = new Set(layers.log.map(({ entryId }) => entryId))
    const restored = action.payload.entries.filter(({ entryId }) => !shown.has(entryId)).map(toLogged)
    if (restored.length === 0) return state
    const log = action.meta.first ? [...restored, ...layers.log] : [...layers.log, ...restored]
    return rebased({ ...layers, log })
  }

  return reduce as unknown as R
}

/** Marked as at their capture: a reducer may name what it makes by its entry. */
const toLogged = ({ action, entryId, lane }: RestoredEntry): Logged<Action> => ({
  action: mark(action, { entryId, lane }),
  entryId,
})

/** What happened without an answer is what its own action does: it is confirmed state from here on. */
function outcomeApplied(apply: Apply<object, Action>, state: object, action: OutcomeAction): object {
  const { entryId, action: stored, broker } = action.meta
  if (broker.outcome !== 'confirmed') return apply(state, action)
  return apply(apply(state, mark(stored, { entryId, lane: broker.lane })), action)
}

/**
 * Gives the view its layers. They hang on a copy, always: the object itself may be another state of this store or of
 * another one, with layers of its own or none.
 */
function keep(layers: Hidden, view: object): object {
  if (layers.log.length > 0) {
    const state = copy(view)
    hidden.set(state, layers)
    return state
  }
  const known = hidden.get(view)
  if (known === undefined ? layers.readAt === never : isBare(known) && known.readAt === layers.readAt)
    return view
  const state = copy(view)
  if (layers.readAt !== never) hidden.set(state, { confirmed: state, log: [], readAt: layers.readAt })
  return state
}

const isBare = ({ log }: Hidden) => log.length === 0

/** How actions are applied again: one that throws is skipped and reported, once. */
function replaying(reducer: AnyReducer, produce: Produce | undefined, report: (error: unknown) => void) {
  const reported = new WeakSet<object>()
  const apply = (state: object, action: Action): object => {
    try {
      return reducer(state, action)
    } catch (error) {
      if (!reported.has(action)) report(error)
      reported.add(action)
      return state
    }
  }

  /** All in one draft where that works: one copy of what changes instead of one for each action. */
  const view = (layers: Layers<object, Action>): object => {
    if (produce === undefined || layers.log.length < 2) return replay(layers, apply)
    try {
      return produce(layers.confirmed, (draft) => {
        for (const { action } of layers.log) if (reducer(draft, action) !== draft) throw notInOneDraft
      })
    } catch {
      return replay(layers, apply)
    }
  }
  return { apply, view }
}

/** A reducer that makes a new state instead of changing its draft, or throws half-way, is replayed step by step. */
const notInOneDraft = new Error('not in one draft')

const copy = (state: object): object => (Array.isArray(state) ? [...state] : { ...state })

function checked(state: unknown): object {
  const isPlain =
    typeof state === 'object' && state !== null && !(state instanceof Map || state instanceof Set)
  if (isPlain) return state
  throw new TypeError(
    isDevelopment
      ? `broker.optimistic() expects a reducer whose state is an object or an array; got ${describe(state)}. ` +
          'Put the value into an object: { value }.'
      : 'redux-broker: a state that is no object',
  )
}
