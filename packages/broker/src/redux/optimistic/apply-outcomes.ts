// How outcomes become confirmed state: each once, in the state of now and in state that was kept.

import { type OutcomeAction, type OutcomeMark, type PastOutcomes, withMark } from '../actions.js'
import { isDevelopment } from '../development.js'
import { itemsOf } from '../growing-list.js'
import type { MissingCaseWatch } from './missing-case-watch.js'
import { withTold } from './persisted-state.js'
import type { Layering, SliceLayers } from './slice-layers.js'

export type ReducerStep<A> = (state: object, layers: SliceLayers, action: A) => object

export function outcomeStep(
  layering: Layering,
  watch: MissingCaseWatch | undefined,
): ReducerStep<OutcomeAction> {
  const { apply, applyOnTop, keep, rebased, settled, undone } = layering

  /** The outcome goes on top of the view, in the order of dispatch: nothing is replayed for it. */
  function onTop(state: object, layers: SliceLayers, action: OutcomeAction): object {
    const confirmed = apply(layers.confirmed, action)
    const view = layers.log.length > 0 ? applyOnTop(state, action) : confirmed
    return view === state && confirmed === layers.confirmed ? state : keep({ ...layers, confirmed }, view)
  }

  return (state, layers, action) => {
    if (isDevelopment && watch) tellWatch(watch, layering, layers, action)
    const { entryId, broker } = action.meta
    if (broker.unseen && !layers.stale) return onTop(state, layers, action)
    const below = wasNeverAccepted(broker) && undone(state, entryId)
    if (below) return onTop(below.state, below.layers, action)
    const { late, at, more, told: place } = broker
    const isHeld = place !== undefined && place.number <= (layers.told?.[place.outbox] ?? 0)
    // An outcome from before this page began is in the truth that the page has read since.
    const isRead = late && at <= layers.readAt
    const told = place && !isHeld ? { ...layers.told, [place.outbox]: place.number } : layers.told
    const before = withTold(layers.confirmed, told)
    const confirmed = isHeld || isRead ? before : outcomeApplied(apply, before, action)
    const after = settled({ ...layers, confirmed }, new Set([entryId]))
    const isSame = after.confirmed === layers.confirmed && after.log.length === layers.log.length
    if (isSame && told === layers.told && (more || !layers.stale)) return state
    const next = { ...after, told }
    // With nothing pending the view is the confirmed state: there is no rebase to put off.
    return more && next.log.length > 0 ? keep({ ...next, stale: true }, state) : rebased(next)
  }
}

/** The entry was never accepted, so no journal tells of it. */
const wasNeverAccepted = ({ outcome: kind, told }: OutcomeMark): boolean =>
  told === undefined && (kind === 'notAccepted' || kind === 'cancelled')

/** For the developer: whether the slice takes over what it showed of an entry. */
function tellWatch(
  watch: MissingCaseWatch,
  { applyOnTop }: Layering,
  { confirmed, log }: SliceLayers,
  action: OutcomeAction,
): void {
  const { entryId, broker } = action.meta
  if (broker.outcome !== 'delivered') return
  if (applyOnTop(confirmed, action) !== confirmed) {
    watch.taken(entryId)
    return
  }
  const pending = itemsOf(log).find((one) => one.entryId === entryId)
  if (pending !== undefined && applyOnTop(confirmed, pending.action) !== confirmed)
    watch.lost(entryId, action.meta.action.type)
}

/** A write that happened without an answer has its own action's effect, which is confirmed state from here on. */
function outcomeApplied(apply: Layering['apply'], state: object, action: OutcomeAction): object {
  const { entryId, action: stored, broker } = action.meta
  if (broker.outcome !== 'deliveredWithoutAnswer') return apply(state, action)
  return apply(apply(state, withMark(stored, { entryId, lane: broker.lane })), action)
}

export const outcomesApplied = (
  apply: Layering['apply'],
  state: object,
  outcomes: readonly OutcomeAction[],
): object => outcomes.reduce((before, one) => outcomeApplied(apply, before, one), state)

/**
 * A state that was kept is given the outcomes that it lacks. Of any other state nobody knows what it holds, so it is
 * taken for complete.
 */
export function withPast(
  apply: Layering['apply'],
  layers: SliceLayers,
  { told, last, outcomes }: PastOutcomes,
): SliceLayers {
  const { outbox, number } = told
  const own = layers.told?.[outbox]
  const isKnown = own !== undefined && own <= last
  if (isKnown && own >= number) return layers
  const isLacking = ({ meta: { broker } }: OutcomeAction) =>
    isKnown && (broker.told?.number ?? 0) > own && broker.at > layers.readAt
  const all = { ...layers.told, [outbox]: number }
  const before = withTold(layers.confirmed, all)
  return { ...layers, confirmed: outcomesApplied(apply, before, outcomes.filter(isLacking)), told: all }
}
