// The broker's own slice: counts and a bounded index of entries, never bodies.
import type { Action, Reducer } from 'redux'
import { indexMax } from '../core/limits.js'
import {
  type BrokerAction,
  initialStatus,
  isBrokerAction,
  nothingCounted,
  type OutcomeAction,
  outcomeMark,
  pendingMark,
  type Status,
} from './actions.js'

/** One entry as the UI shows it, from the tap to its end. */
export interface EntryStatus {
  readonly id: string
  /** The type of its action. */
  readonly type: string
  readonly lane: string
  /**
   * `capturing`: shown, not yet on disk. `accepted`: safe on this device. `inDoubt`: only a person can tell whether it
   * happened. `returned`: a dead letter. `rejected`: refused at its capture, nothing was kept. `quarantined`: this
   * release cannot read it (`reason`: `newer` or `damaged`), so it is left as it is and its lane waits.
   */
  readonly state: 'capturing' | 'accepted' | 'inDoubt' | 'returned' | 'rejected' | 'quarantined'
  readonly reason?: string
  readonly httpStatus?: number | undefined
}

export interface BrokerState extends Status {
  /** Not yet settled, of all tabs; those of this tab that are not yet on disk included. */
  readonly waiting: number
  /** At most 500, the newest. */
  readonly entries: Readonly<Record<string, EntryStatus>>
}

export const initialState: BrokerState = { ...initialStatus, entries: {} }

export const brokerReducer: Reducer<BrokerState> = (state = initialState, action: Action): BrokerState => {
  const pending = pendingMark(action)
  if (pending !== undefined) {
    const entry = { id: pending.entryId, type: action.type, lane: pending.lane, state: 'capturing' } as const
    return { ...state, waiting: state.waiting + 1, entries: withEntries(state.entries, [entry]) }
  }
  const ended = outcomeMark(action)
  if (ended !== undefined)
    return ended.read ? state : { ...state, entries: afterOutcome(state.entries, action as OutcomeAction) }
  return isBrokerAction(action) ? afterBroker(state, action) : state
}

function afterBroker(state: BrokerState, action: BrokerAction): BrokerState {
  switch (action.type) {
    case 'redux-broker/accepted':
      return { ...state, entries: withState(state.entries, action.payload, 'accepted') }
    case 'redux-broker/quarantined': {
      const aside = action.payload.map((one): EntryStatus => ({ ...one, state: 'quarantined' }))
      return { ...state, entries: withEntries(state.entries, aside) }
    }
    case 'redux-broker/doubted':
      return { ...state, entries: withState(state.entries, [action.payload], 'inDoubt') }
    case 'redux-broker/discarded':
      return { ...state, entries: without(state.entries, [action.payload]) }
    case 'redux-broker/emptied':
      return { ...state, entries: without(state.entries, action.payload) }
    case 'redux-broker/status':
      return { ...state, ...action.payload }
    case 'redux-broker/shownAgain':
      return action.payload.slice as BrokerState
    case 'redux-broker/partitionChanged':
      return { ...state, ...nothingCounted, entries: {} }
    case 'redux-broker/restored': {
      const { entries, letters } = action.payload
      const dead = letters.map(
        ({ entryId, ...rest }): EntryStatus => ({ id: entryId, ...rest, state: 'returned' }),
      )
      const live = entries.map(
        ({ entryId, lane, action: { type }, inDoubt }): EntryStatus => ({
          id: entryId,
          type,
          lane,
          state: inDoubt ? 'inDoubt' : 'accepted',
        }),
      )
      return { ...state, entries: withEntries(state.entries, [...dead, ...live]) }
    }
  }
}

type Entries = BrokerState['entries']

function afterOutcome(entries: Entries, { type, error, meta }: OutcomeAction): Entries {
  const { entryId, action, broker } = meta
  if (broker.outcome !== 'returned' && broker.outcome !== 'rejected') return without(entries, [entryId])
  const entry: EntryStatus = {
    id: entryId,
    type: action.type,
    lane: broker.lane,
    state: broker.outcome,
    reason: error?.reason ?? type,
    httpStatus: error?.httpStatus,
  }
  return withEntries(entries, [entry])
}

function withEntries(entries: Entries, added: readonly EntryStatus[]): Entries {
  const all = { ...entries }
  for (const entry of added) all[entry.id] = entry
  const ids = Object.keys(all)
  for (const id of ids.slice(0, Math.max(0, ids.length - indexMax))) delete all[id]
  return all
}

function withState(entries: Entries, ids: readonly string[], state: EntryStatus['state']): Entries {
  const changed = ids.flatMap((id) => entries[id] ?? []).map((entry) => ({ ...entry, state }))
  return changed.length === 0 ? entries : withEntries(entries, changed)
}

function without(entries: Entries, ids: readonly string[]): Entries {
  if (ids.every((id) => entries[id] === undefined)) return entries
  const rest = { ...entries }
  for (const id of ids) delete rest[id]
  return rest
}
