// The entries in this page's view, and the one door through which the broker dispatches to the store.

import type { OutboxChanges } from '../../core/journal/outbox-changes.js'
import type { Connectivity } from '../../core/outcomes/connectivity.js'
import type { Ports } from '../../core/ports/all-ports.js'
import type { StoredAction } from '../../core/rows/entry.js'
import {
  type BrokerAction,
  isOutcome,
  type JournalPosition,
  type OutcomeAction,
  outcome,
  type PastOutcomes,
  type RestoredEntry,
  type Status,
} from '../../redux/actions.js'
import type { BrokerState } from '../../redux/broker-reducer.js'
import { isDevelopment } from '../../redux/development.js'
import { checkThrown } from '../../redux/empty-answer.js'
import type { Settled } from '../../redux/types.js'
import { checkReturned } from '../development/setup-warnings.js'
import { createPendingEntries, type PendingEntries, type ShownEntry } from './pending-entries.js'
import type { Receipts } from './receipts.js'
import { createRecentOutcomes, type RecentOutcomes } from './recent-outcomes.js'
import { createShownStatus, type PagePlace } from './shown-status.js'

export interface StoreBridge {
  dispatch(actions: readonly (BrokerAction | OutcomeAction)[]): void
  /** An outcome of a read, by which no entry ends. Never throws. */
  answered(outcome: OutcomeAction): void
  /** The entry as this page shows it. */
  shown(entryId: string): ShownEntry | undefined
  /** The same, also for an entry that was in the view when its user last signed out here. */
  known(entryId: string): ShownEntry | undefined
  /** Whether entries are in the view, beside this one. */
  hasPending(besides: string | undefined): boolean
  /** A slice of the store has lost what it showed. `slice`: how the broker's own was. */
  showAgain(slice: BrokerState): void
  captured(entryId: string, what: ShownEntry): void
  accepted(entryId: string, seq: number): void
  news(news: OutboxChanges, connectivity: Connectivity): void
  /** A dead letter holds these lanes back. */
  blocked(lanes: readonly string[]): void
  status(part: Partial<Status>): void
  /** The last place in a journal that this page has shown. */
  told(): JournalPosition | undefined
  readonly outcomesSince: RecentOutcomes['outcomesSince']
  readonly dated: RecentOutcomes['dated']
  readonly hasDated: RecentOutcomes['hasDated']
  /** The entries of the view that are on disk, as far as this page knows. */
  stored(): readonly string[]
  /** Of these nothing is left: their changes leave the view, their receipts settle. */
  lost(entryIds: readonly string[], at: number): void
  /** The actions of the entries that need nothing but time to settle: none while the outbox is paused. */
  onTheirWay(): readonly StoredAction[]
  /** Another user: nothing of the last one stays, and their receipts end. Should they come back, `known` has it. */
  clear(principal: string): void
  /** Nothing is known any more of what users left in the view, but for this one. */
  forgetLeft(but?: string): void
}

/** `gone`: the entries that have left the view by it. */
type Dispatch = (action: BrokerAction | OutcomeAction, gone?: readonly ShownEntry[]) => void

/** Entries that a user left in the view at their sign-out. They are kept until a user is here again. */
function createLeftEntries() {
  let left: { readonly of: string; readonly entries: ReadonlyMap<string, ShownEntry> } | undefined
  return {
    get: (entryId: string) => left?.entries.get(entryId),
    /** A user who comes and goes in one turn has an empty view the second time. */
    keep(of: string, entries: ReadonlyMap<string, ShownEntry>) {
      left = { of, entries: new Map([...(left?.of === of ? left.entries : []), ...entries]) }
    },
    forget(but?: string) {
      if (left?.of !== but) left = undefined
    },
  }
}

export function createStoreBridge(
  { report }: Pick<Ports, 'report'>,
  page: PagePlace,
  receipts: Receipts,
  dispatch: Dispatch,
): StoreBridge {
  const pending = createPendingEntries()
  const { entries } = pending
  const left = createLeftEntries()
  /** Captures of this page that the counters, as last read, leave out: by their place, once they have one. */
  const uncounted = new Map<string, number>()
  const recent = createRecentOutcomes()
  const tell = teller(dispatch, report)
  const one = settling(pending, uncounted, recent, receipts, tell)
  const status = createShownStatus(pending, uncounted, page, one)

  function all(actions: readonly (BrokerAction | OutcomeAction)[]): void {
    for (const action of actions) one(action)
    // Once for all of them.
    status.recount()
  }

  return {
    ...recent,
    ...status,
    dispatch: all,
    answered: tell,
    shown: (entryId) => entries.get(entryId),
    known: (entryId) => entries.get(entryId) ?? left.get(entryId),
    hasPending: (besides) => entries.size > (besides !== undefined && entries.has(besides) ? 1 : 0),
    showAgain: (slice) => one(shownAgain(pending.restored(), { ...slice, ...status.now() }, recent.past())),
    captured(entryId, entry) {
      entries.set(entryId, entry)
      uncounted.set(entryId, notStored)
      status.captured()
    },
    // Another user may have come meanwhile.
    accepted(entryId, seq) {
      if (entries.has(entryId)) uncounted.set(entryId, seq)
    },
    blocked: (lanes) => pending.held([], lanes),
    told: () => recent.past()?.told,
    stored: () => [...entries.keys()].filter((id) => uncounted.get(id) !== notStored),
    lost: (entryIds, at) => all(entryIds.flatMap((id) => lossAction(id, entries.get(id), at))),
    onTheirWay: () => (status.now().paused === undefined ? pending.prompt() : []),
    forgetLeft: left.forget,
    clear(principal) {
      left.keep(principal, entries)
      for (const id of entries.keys()) receipts.leave(id)
      pending.clear()
      uncounted.clear()
      recent.clear()
      status.clear()
      one({ type: 'redux-broker/userChanged' })
    },
  }
}

/** Tells the store of an action, and settles the receipts of the entries that end by it. */
const settling =
  (
    pending: PendingEntries,
    uncounted: Map<string, number>,
    recent: RecentOutcomes,
    receipts: Receipts,
    tell: Dispatch,
  ) =>
  (action: BrokerAction | OutcomeAction): void => {
    recent.hear(action)
    pending.hear(action)
    const ended = entriesEndedBy(action)
    const gone = ended.flatMap((entryId) => pending.entries.get(entryId) ?? [])
    // Before the reducers hear of it: a slice that begins anew with the outcome itself is not shown it again.
    for (const entryId of ended) pending.entries.delete(entryId)
    tell(action, gone)
    const settled: Settled<unknown> = isOutcome(action) ? settledOf(action) : { status: 'cancelled' }
    for (const entryId of ended) {
      uncounted.delete(entryId)
      receipts.settle(entryId, settled)
    }
  }

const notStored = Number.POSITIVE_INFINITY

const shownAgain = (
  entries: readonly RestoredEntry[],
  slice: Status,
  past: PastOutcomes | undefined,
): BrokerAction => ({
  type: 'redux-broker/shownAgain',
  payload: { entries, slice, past },
  meta: { first: true },
})

/** The entries of which nothing more will come. */
function entriesEndedBy(action: BrokerAction | OutcomeAction): readonly string[] {
  if (isOutcome(action)) return [action.meta.entryId]
  return action.type === 'redux-broker/emptied' ? action.payload : []
}

/** A reducer or a subscriber that throws stops nothing. */
const teller =
  (dispatch: Dispatch, report: Ports['report']): Dispatch =>
  (action, gone) => {
    if (isDevelopment && isOutcome(action)) checkReturned(action)
    try {
      dispatch(action, gone)
    } catch (error) {
      report(error)
      if (isDevelopment) checkThrown(action)
    }
  }

function lossAction(entryId: string, what: ShownEntry | undefined, at: number): readonly OutcomeAction[] {
  if (what === undefined) return []
  const error = { reason: 'storageLost' }
  const { lane, action } = what
  return [outcome({ kind: 'returned', entryId, lane, action, error, at, late: false })]
}

export function settledOf({ payload, error, meta }: OutcomeAction): Settled<unknown> {
  const status = meta.broker.outcome
  if (status === 'delivered') return { status, answer: payload }
  const { reason = '', httpStatus, problem } = error ?? {}
  if (status === 'returned') return { status, reason, httpStatus, problem }
  return { status, ...error } as Settled<unknown>
}
