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
import { type Logged, settleEntries } from './rebase.js'
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
  const { applyOnTop, keep, push, rebased } = layering
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
    const own = layersOf(given)
    const state = own === undefined ? unwrapKept(checkedState(given)) : given
    const known = own ?? layering.of(state)
    const pending = pendingMark(action)
    const ended = outcomeMark(action)
    if (own === undefined) {
      const isShort = known !== undefined || hasPending(pending?.entryId)
      if ((pending || isPlainState(action)) && isShort) onForeign()
    }
    if (known === undefined && isPlainState(action) && !fromServer(action) && action.type !== rehydrate)
      return reducer(state, action)
    const layers = known ?? nothingOn(state)
    if (ended !== undefined && !ended.read) return onOutcome(state, layers, action as OutcomeAction)
    if (layers.stale) return reduce(rebased(layers), action)
    if (pending !== undefined) {
      const log = [...layers.log, { action, entryId: pending.entryId }]
      return push({ ...layers, log }, applyOnTop(state, action), state)
    }
    if (isBrokerAction(action)) return onBroker(state, layers, action)
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
    if (next === state && apply(layers.confirmed, action) === layers.confirmed) return state
    return keep({ ...layers, log: [...layers.log, { action }] }, next)
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

function brokerStep({ apply, rebased, withoutPending }: Layering): ReducerStep<BrokerAction> {
  return (state, layers, action) => {
    if (action.type === 'redux-broker/userChanged')
      return rebased({ ...withoutPending(layers), readAt: neverSeen })
    if (action.type === 'redux-broker/emptied') {
      const after = settleEntries(layers, new Set(action.payload), apply)
      return after.log.length === layers.log.length ? state : rebased({ ...layers, ...after })
    }
    if (action.type !== 'redux-broker/restored' && action.type !== 'redux-broker/shownAgain') return state
    const { entries, past } = action.payload
    const caughtUp = past ? withPast(apply, layers, past) : layers
    const shown = new Set(layers.log.map(({ entryId }) => entryId))
    const restored = entries.filter(({ entryId }) => !shown.has(entryId)).map(toLogged)
    if (restored.length === 0 && caughtUp === layers) return state
    const log = action.meta.first ? [...restored, ...layers.log] : [...layers.log, ...restored]
    return rebased({ ...caughtUp, log })
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
