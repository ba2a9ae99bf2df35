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
   * happened. `returned`: a dead letter. `notAccepted`: refused at its capture, nothing was kept. `quarantined`: this
   * release cannot read it (`reason`: `newer` or `damaged`), so it is left as it is and its lane waits.
   */
  readonly state: 'capturing' | 'accepted' | 'inDoubt' | 'returned' | 'notAccepted' | 'quarantined'
  /** Why it came back, or what its last attempt came to. */
  readonly reason?: string | undefined
  readonly httpStatus?: number | undefined
  /** How often it was sent, as far as this page was told. */
  readonly attempts?: number | undefined
  /** When it is tried again, in epoch milliseconds. Undefined where it waits for the network, a sign-in or a person. */
  readonly nextTryAt?: number | undefined
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
    return ended.read ? state : withListed(state, indexAfterOutcome(state.entries, action as OutcomeAction))
  return isBrokerAction(action) ? afterBroker(state, action) : state
}

function afterBroker(state: BrokerState, action: BrokerAction): BrokerState {
  switch (action.type) {
    case 'redux-broker/accepted':
      return { ...state, entries: changed(state.entries, action.payload.map(inState('accepted'))) }
    case 'redux-broker/quarantined': {
      const aside = action.payload.map((one): EntryStatus => ({ ...one, state: 'quarantined' }))
      return { ...state, entries: withEntries(state.entries, aside) }
    }
    case 'redux-broker/refused': {
      const refused = action.payload
        .slice(-indexMax)
        .map((one): EntryStatus => ({ ...one, state: 'notAccepted' }))
      return { ...state, entries: withEntries(state.entries, refused) }
    }
    case 'redux-broker/doubted':
      return { ...state, entries: changed(state.entries, [action.payload].map(inState('inDoubt'))) }
    case 'redux-broker/tried':
      return { ...state, entries: changed(state.entries, action.payload) }
    case 'redux-broker/discarded':
      return { ...state, entries: withoutEntry(state.entries, [action.payload]) }
    case 'redux-broker/emptied':
      return { ...state, entries: withoutEntry(state.entries, action.payload) }
    case 'redux-broker/status':
      return { ...state, ...action.payload }
    case 'redux-broker/shownAgain':
      return action.payload.slice as BrokerState
    case 'redux-broker/userChanged':
      return { ...state, ...nothingCounted, entries: {} }
    case 'redux-broker/restored': {
      const { entries, letters } = action.payload
      const dead = letters.map(
        ({ entryId, ...rest }): EntryStatus => ({ id: entryId, ...rest, state: 'returned' }),
      )
      const live = entries.map(
        ({ entryId, lane, action: { type }, inDoubt, tried }): EntryStatus => ({
          ...tried,
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

const withListed = (state: BrokerState, entries: Entries): BrokerState =>
  entries === state.entries ? state : { ...state, entries }

function indexAfterOutcome(entries: Entries, { type, error, meta }: OutcomeAction): Entries {
  const { entryId, action, broker } = meta
  const { outcome } = broker
  // While nobody is signed in the index is nobody's. The next user is not shown it.
  if (error?.reason === 'signedOut') return entries
  // Listed already, with all others of its turn.
  if (outcome === 'notAccepted' && (broker.more || entries[entryId]?.state === 'notAccepted')) return entries
  if (outcome !== 'returned' && outcome !== 'notAccepted') return withoutEntry(entries, [entryId])
  const entry: EntryStatus = {
    id: entryId,
    type: action.type,
    lane: broker.lane,
    state: outcome,
    reason: error?.reason ?? type,
    httpStatus: error?.httpStatus,
    attempts: broker.attempts,
  }
  return withEntries(entries, [entry])
}

/** Keeps the newest `indexMax`, in a new object: to delete the oldest from a copy takes ten times as long. */
function withEntries(entries: Entries, added: readonly EntryStatus[]): Entries {
  const newest = added.slice(-indexMax)
  const fresh = newest.filter(({ id }) => entries[id] === undefined)
  const ids = Object.keys(entries)
  const all: Record<string, EntryStatus> = {}
  for (const id of ids.slice(Math.max(0, ids.length + fresh.length - indexMax)))
    all[id] = entries[id] as EntryStatus
  for (const one of newest) if (entries[one.id] === undefined || all[one.id] !== undefined) all[one.id] = one
  return all
}

/** Those of the entries that are listed, with what has changed. */
function changed(entries: Entries, changes: readonly Change[]): Entries {
  const known = changes.flatMap((change) => {
    const entry = entries[change.id]
    return entry === undefined || entry.state === 'quarantined' ? [] : { ...entry, ...change }
  })
  return known.length === 0 ? entries : withEntries(entries, known)
}

type Change = Pick<EntryStatus, 'id'> & Partial<EntryStatus>

const inState =
  (state: EntryStatus['state']) =>
  (id: string): Change => ({ id, state })

function withoutEntry(entries: Entries, ids: readonly string[]): Entries {
  if (ids.every((id) => entries[id] === undefined)) return entries
  const rest = { ...entries }
  for (const id of ids) delete rest[id]
  return rest
}
