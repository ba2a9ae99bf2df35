// The broker's own slice: counts and a bounded index of entries, never bodies. A state keeps its index as a list, which
// grows without a copy. The record of `entries` is made where somebody reads it.
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
import { type GrowingList, growingList, itemsOf, withAdded } from './growing-list.js'

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

/** The listed entries are the last `indexMax` of it. */
type Index = GrowingList<EntryStatus>

/** The index of each state that this reducer made. */
const indexes = new WeakMap<BrokerState, Index>()

/** The record of each index that was read. */
const records = new WeakMap<Index, BrokerState['entries']>()

/** Whether this reducer made a state. To look through one makes its record. */
export const isBrokerState = (state: object): boolean => indexes.has(state as BrokerState)

const indexOf = (state: BrokerState): Index => indexes.get(state) ?? growingList(Object.values(state.entries))

const listedIn = (index: Index) => itemsOf(index, indexMax)

function recordOf(index: Index): BrokerState['entries'] {
  const known = records.get(index)
  if (known !== undefined) return known
  // Without a prototype it is a hash table from its first key. An object with one takes six times as long to fill.
  const record: Record<string, EntryStatus> = Object.create(null)
  for (const entry of listedIn(index)) record[entry.id] = entry
  Object.setPrototypeOf(record, Object.prototype)
  records.set(index, record)
  return record
}

function sliceStateOf(status: Status, index: Index, waiting = status.waiting): BrokerState {
  // Not by a spread, which would read the record of the state before.
  const { notInView, deadLetters, connectivity, paused, lost, updateReady, trouble } = status
  const state: BrokerState = {
    waiting,
    notInView,
    deadLetters,
    connectivity,
    paused,
    lost,
    updateReady,
    trouble,
    get entries() {
      return recordOf(index)
    },
  }
  indexes.set(state, index)
  return state
}

export const initialState: BrokerState = sliceStateOf(initialStatus, growingList([]))

export const brokerReducer: Reducer<BrokerState> = (state = initialState, action: Action): BrokerState => {
  const pending = pendingMark(action)
  if (pending !== undefined) {
    const entry = { id: pending.entryId, type: action.type, lane: pending.lane, state: 'capturing' } as const
    return sliceStateOf(state, withNewest(indexOf(state), entry), state.waiting + 1)
  }
  const ended = outcomeMark(action)
  if (ended !== undefined)
    return ended.read ? state : withIndex(state, (index) => withOutcome(index, action as OutcomeAction))
  return isBrokerAction(action) ? afterBroker(state, action) : state
}

function afterBroker(state: BrokerState, action: BrokerAction): BrokerState {
  switch (action.type) {
    case 'redux-broker/status':
      return sliceStateOf(action.payload, indexOf(state))
    case 'redux-broker/shownAgain':
      return action.payload.slice as BrokerState
    case 'redux-broker/userChanged':
      return sliceStateOf(
        { ...nothingCounted, connectivity: state.connectivity, updateReady: state.updateReady },
        growingList([]),
      )
    default:
      return withIndex(state, (index) => indexAfter(index, action))
  }
}

/** Actions that change the index, and no count. */
type IndexAction = Exclude<
  BrokerAction,
  { readonly type: `redux-broker/${'status' | 'shownAgain' | 'userChanged'}` }
>

function indexAfter(index: Index, action: IndexAction): Index {
  switch (action.type) {
    case 'redux-broker/accepted':
      return changed(index, action.payload.map(inState('accepted')))
    case 'redux-broker/quarantined':
      return withEntries(
        index,
        action.payload.map((one) => ({ ...one, state: 'quarantined' })),
      )
    case 'redux-broker/refused':
      return withEntries(
        index,
        action.payload.slice(-indexMax).map((one) => ({ ...one, state: 'notAccepted' })),
      )
    case 'redux-broker/doubted':
      return changed(index, [action.payload].map(inState('inDoubt')))
    case 'redux-broker/tried':
      return changed(index, action.payload)
    case 'redux-broker/discarded':
      return withoutEntries(index, [action.payload])
    case 'redux-broker/emptied':
      return withoutEntries(index, action.payload)
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
      return withEntries(index, [...dead, ...live])
    }
  }
  return index
}

function withIndex(state: BrokerState, change: (index: Index) => Index): BrokerState {
  const before = indexOf(state)
  const after = change(before)
  return after === before ? state : sliceStateOf(state, after)
}

function withOutcome(index: Index, { type, error, meta }: OutcomeAction): Index {
  const { entryId, action, broker } = meta
  const { outcome } = broker
  // While nobody is signed in the index is nobody's. The next user is not shown it.
  if (error?.reason === 'signedOut') return index
  // Listed already, with all others of its turn.
  if (outcome === 'notAccepted' && (broker.more || isRefused(index, entryId))) return index
  if (outcome !== 'returned' && outcome !== 'notAccepted') return withoutEntries(index, [entryId])
  const entry: EntryStatus = {
    id: entryId,
    type: action.type,
    lane: broker.lane,
    state: outcome,
    reason: error?.reason ?? type,
    httpStatus: error?.httpStatus,
    attempts: broker.attempts,
  }
  return withEntries(index, [entry])
}

const isRefused = (index: Index, entryId: string) =>
  listedIn(index).find(({ id }) => id === entryId)?.state === 'notAccepted'

/** Entries that have left the index stay in the shared array until it is twice as long. */
const withNewest = (index: Index, entry: EntryStatus): Index =>
  withAdded(index.length < 2 * indexMax ? index : growingList(listedIn(index)), entry)

/** An entry that is listed already stays in its place. */
function withEntries(index: Index, added: readonly EntryStatus[]): Index {
  const newest = byId(added.slice(-indexMax))
  const fresh = new Map(newest)
  const kept = listedIn(index).map((entry) => {
    fresh.delete(entry.id)
    return newest.get(entry.id) ?? entry
  })
  return growingList([...kept, ...fresh.values()])
}

/** Those of the entries that are listed, with what has changed. */
function changed(index: Index, changes: readonly Change[]): Index {
  const changeOf = byId(changes)
  let isSame = true
  const next = listedIn(index).map((entry) => {
    const change = changeOf.get(entry.id)
    if (change === undefined || entry.state === 'quarantined') return entry
    isSame = false
    return { ...entry, ...change }
  })
  return isSame ? index : growingList(next)
}

const byId = <E extends Change>(entries: readonly E[]): Map<string, E> =>
  new Map(entries.map((entry) => [entry.id, entry]))

type Change = Pick<EntryStatus, 'id'> & Partial<EntryStatus>

const inState =
  (state: EntryStatus['state']) =>
  (id: string): Change => ({ id, state })

function withoutEntries(index: Index, ids: readonly string[]): Index {
  const gone = new Set(ids)
  const listed = listedIn(index)
  const rest = listed.filter(({ id }) => !gone.has(id))
  return rest.length === listed.length ? index : growingList(rest)
}
