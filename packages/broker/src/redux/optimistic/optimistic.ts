// Wraps a slice's reducer. Its state stays the app's (the view), made of confirmed state with the pending actions on
// top. A state that was never seen here is simply confirmed.
import type { Action } from 'redux'
import { isObject } from '../../core/type-checks.js'
import {
  type BrokerAction,
  isBrokerAction,
  laterOutcomes,
  type OutcomeAction,
  outcomeMark,
  pendingMark,
  type RestoredEntry,
  readAtOf,
  withMark,
} from '../actions.js'
import { describe } from '../describe.js'
import { isDevelopment, sayOnce } from '../development.js'
import { growingList, itemsOf, withAdded } from '../growing-list.js'
import { outcomeStep, outcomesApplied, type ReducerStep, withPast } from './apply-outcomes.js'
import type { MissingCaseWatch } from './missing-case-watch.js'
import {
  isOfPersist,
  isRehydrated,
  rehydrate,
  rehydratedTold,
  unpacked,
  withTold,
} from './persisted-state.js'
import type { Logged } from './rebase.js'
import {
  type AnyReducer,
  createLayering,
  type Layering,
  type LayersContext,
  neverSeen,
  nothingOn,
  type SliceLayers,
} from './slice-layers.js'

export interface OptimisticOptions {
  /**
   * Whether an action brings what was read from the server. Such actions are applied below the pending ones, as the
   * broker's own outcomes are. State that may be older than the last outcome (a cached copy) says in `meta.readAt` when
   * its request was sent, in epoch milliseconds. Later outcomes are then applied on top of it.
   */
  fromServer?(action: unknown): boolean
}

export interface OptimisticContext extends LayersContext {
  /** Whether an action is a read's own, which asks. */
  asks?(action: Action): boolean
  /** Whether entries are pending, beside this one. */
  hasPending?(besides?: string): boolean
  /** A state came that this reducer did not make, or none: pending entries have to be shown in it again. */
  onForeign?(): void
}

export function optimistic<R extends AnyReducer>(
  reducer: R,
  { fromServer = () => false }: OptimisticOptions,
  { asks = () => false, hasPending = () => false, onForeign = () => {}, ...context }: OptimisticContext,
): R {
  const layering = createLayering(reducer, context)
  const { keep, push, rebased } = layering
  const onOutcome = outcomeStep(layering, context.watch)
  const onTruth = truthStep(layering, asks, context.watch)
  const onBroker = brokerStep(layering)
  const onPersist = persistStep(layering)
  const onOrdinary = ordinaryStep(layering, reducer)

  function begin(action: Action): object {
    onForeign()
    if (isPlainState(action)) return checkedState(reducer(undefined, action))
    return reduce(checkedState(reducer(undefined, beginning)), action)
  }

  function layersOf(state: object): SliceLayers | undefined {
    const known = layering.of(state)
    if (known !== undefined || !hasPending() || !layering.isCopy(state)) return known
    if (isDevelopment) sayOnce(copied)
    return layering.latest()
  }

  function unwrapKept(state: object): object {
    const kept = unpacked(state)
    return kept === undefined ? state : keep({ ...nothingOn(kept.confirmed), ...kept }, kept.confirmed)
  }

  function reduce(given: object | undefined, action: Action): object {
    if (given === undefined) return begin(action)
    const pending = pendingMark(action)
    const ended = outcomeMark(action)
    const isPlain = pending === undefined && ended === undefined && !isBrokerAction(action)
    const own = layersOf(given)
    const state = own === undefined ? unwrapKept(checkedState(given)) : given
    const known = state === given ? own : layering.of(state)
    if (own === undefined && (pending || isPlain)) {
      const isShort = known !== undefined || hasPending(pending?.entryId)
      if (isShort) onForeign()
    }
    if (known === undefined && isPlain && !fromServer(action) && action.type !== rehydrate)
      return reducer(state, action)
    const layers = known ?? nothingOn(state)
    if (ended !== undefined && !ended.read) return onOutcome(state, layers, action as OutcomeAction)
    if (layers.stale) return reduce(rebased(layers), action)
    if (pending !== undefined) return push(layers, state, [{ action, entryId: pending.entryId }])
    if (!isPlain && ended === undefined) return onBroker(state, layers, action as BrokerAction)
    if (isOfPersist(action)) return onPersist(state, layers, action)
    return ended !== undefined || asks(action) || fromServer(action)
      ? onTruth(state, layers, action)
      : onOrdinary(state, layers, action)
  }

  return reduce as unknown as R
}

const isPlainState = (action: Action): boolean =>
  pendingMark(action) === undefined && outcomeMark(action) === undefined && !isBrokerAction(action)

/** The first action of a slice, before it is given one of the broker's own. */
const beginning: Action = { type: 'redux-broker/beginning' }

const copied =
  'A reducer around broker.optimistic() copies its state at each action, as persistReducer does. ' +
  'Put it inside: broker.optimistic(persistReducer(config, reducer)).'

function ordinaryStep({ apply, applyOnTop, keep }: Layering, reducer: AnyReducer): ReducerStep<Action> {
  return (state, layers, action) => {
    if (layers.log.length === 0) {
      const next: object = reducer(state, action)
      return next === state ? state : keep({ ...layers, confirmed: next }, next)
    }
    const next = applyOnTop(state, action)
    const isIgnored =
      next === state && (layers.isUnchanged || apply(layers.confirmed, action) === layers.confirmed)
    if (isIgnored) return state
    return keep({ ...layers, log: withAdded(layers.log, { action }), isUnchanged: false }, next)
  }
}

/** State that was kept is confirmed state. The broker then dispatches the outcomes that this state lacks. */
function persistStep({ apply, rebased }: Layering): ReducerStep<Action> {
  return (state, layers, action) => {
    const told = rehydratedTold(action)
    const back = told && apply(withTold(layers.confirmed, told), action)
    if (back && isRehydrated(back) && !isRehydrated(layers.confirmed))
      return rebased({ ...layers, confirmed: back, told })
    const confirmed = apply(layers.confirmed, action)
    return confirmed === layers.confirmed ? state : rebased({ ...layers, confirmed })
  }
}

function truthStep(
  { apply, keep, rebased }: Layering,
  asks: (action: Action) => boolean,
  watch: MissingCaseWatch | undefined,
): ReducerStep<Action> {
  return (state, layers, action) => {
    const { confirmed: before } = layers
    const answered = apply(before, action)
    const read = outcomeMark(action)
    // An answer is for some slices only: of the others it says nothing.
    if (read !== undefined && answered === before) return state
    if (isDevelopment && answered !== before) watch?.truth()
    const confirmed = outcomesApplied(apply, answered, laterOutcomes(action) ?? [])
    // An action that asks goes where its answer will, so that it does not come on top of the answer. It is none yet.
    const at = asks(action) ? neverSeen : (read?.at ?? readAtOf(action) ?? Number.POSITIVE_INFINITY)
    const readAt = Math.max(layers.readAt, at)
    if (confirmed !== before) return rebased({ ...layers, confirmed, readAt })
    return readAt === layers.readAt ? state : keep({ ...layers, readAt }, state)
  }
}

function brokerStep({ apply, push, rebased, settled, withoutPending }: Layering): ReducerStep<BrokerAction> {
  return (state, layers, action) => {
    if (action.type === 'redux-broker/userChanged')
      return rebased({ ...withoutPending(layers), readAt: neverSeen })
    if (action.type === 'redux-broker/emptied') {
      const after = settled(layers, new Set(action.payload))
      return after === layers ? state : rebased(after)
    }
    if (action.type !== 'redux-broker/restored' && action.type !== 'redux-broker/shownAgain') return state
    const { entries, past } = action.payload
    const caughtUp = past ? withPast(apply, layers, past) : layers
    const log = itemsOf(layers.log)
    const shown = new Set(log.map(({ entryId }) => entryId))
    const restored = entries.filter(({ entryId }) => !shown.has(entryId)).map(toLogged)
    if (restored.length === 0 && caughtUp === layers) return state
    if (caughtUp === layers && (!action.meta.first || log.length === 0)) return push(layers, state, restored)
    return rebased({
      ...caughtUp,
      log: growingList(action.meta.first ? [...restored, ...log] : [...log, ...restored]),
    })
  }
}

/** Marked as at their capture: a reducer may name what it makes by its entry. */
const toLogged = ({ action, entryId, lane }: RestoredEntry): Logged<Action> => ({
  action: withMark(action, { entryId, lane }),
  entryId,
})

function checkedState(state: unknown): object {
  const isPlain = isObject(state) && !(state instanceof Map || state instanceof Set)
  if (isPlain) return state
  throw new TypeError(
    isDevelopment
      ? `broker.optimistic() expects a reducer whose state is an object or an array; got ${describe(state)}. ` +
          'Put the value into an object: { value }.'
      : 'redux-broker: the state is no object',
  )
}
