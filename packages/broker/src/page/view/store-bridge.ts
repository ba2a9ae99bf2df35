// The entries in this page's view, and the one door through which the broker dispatches to the store.

import type { Connectivity } from '../../core/delivery/next-wake.js'
import type { OutboxChanges } from '../../core/journal/outbox-changes.js'
import { originOfUrl } from '../../core/network/url-origin.js'
import type { Ports } from '../../core/ports.js'
import type { StoredAction } from '../../core/rows/entry.js'
import type { LastTry } from '../../core/rows/rows.js'
import {
  type BrokerAction,
  initialStatus,
  isOutcome,
  type JournalPosition,
  nothingCounted,
  type OutcomeAction,
  outcome,
  type Past,
  type RestoredEntry,
  type Status,
} from '../../redux/actions.js'
import type { BrokerState } from '../../redux/broker-reducer.js'
import { isDevelopment } from '../../redux/development.js'
import { troubleOf } from '../../redux/origin-trouble.js'
import type { NoAnswerReason, RejectedReason, Settled } from '../../redux/types.js'
import { checkReturned } from '../development/setup-warnings.js'
import type { PageLifecycle } from '../lifecycle/page-lifecycle.js'
import { PendingEntries, type ShownEntry } from './pending-entries.js'
import type { Receipts } from './receipts.js'
import { createRecentOutcomes } from './recent-outcomes.js'

export interface StoreBridge {
  dispatch(actions: readonly (BrokerAction | OutcomeAction)[]): void
  /** An outcome of a read, by which no entry ends. Never throws. */
  answered(outcome: OutcomeAction): void
  /** The entry as this page shows it. */
  shown(entryId: string): ShownEntry | undefined
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
  /** The outcomes that came after a moment, as far back as they are remembered. */
  outcomesSince(at: number): readonly OutcomeAction[]
  /** The entries of the view that are on disk, as far as this page knows. */
  stored(): readonly string[]
  /** Of these nothing is left: their changes leave the view, their receipts settle. */
  lost(entryIds: readonly string[], at: number): void
  /** The actions of the entries that need nothing but time to settle: none while the outbox is paused. */
  onTheirWay(): readonly StoredAction[]
  /** Another user: nothing of the last one stays. */
  clear(): void
}

export function createStoreBridge(
  { report }: Pick<Ports, 'report'>,
  host: PageLifecycle,
  receipts: Receipts,
  dispatch: (action: BrokerAction | OutcomeAction) => unknown,
): StoreBridge {
  const known = new PendingEntries()
  /** Captures of this page that the counters, as last read, do not hold: by their place, once they have one. */
  const uncounted = new Map<string, number>()
  const recent = createRecentOutcomes()
  let shown = initialStatus
  let counted = 0
  const tell = teller(dispatch, report)
  const tellTried = ifNew<readonly LastTry[]>([], (payload) => one({ type: 'redux-broker/tried', payload }))

  function all(actions: readonly (BrokerAction | OutcomeAction)[]): void {
    for (const action of actions) one(action)
    // Once for all of them.
    status(counts())
  }

  function one(action: BrokerAction | OutcomeAction): void {
    recent.hear(action)
    known.hear(action)
    // Before the reducers hear of it: a slice that begins anew with the outcome itself is not shown it again.
    const ended = entriesEndedBy(action)
    for (const entryId of ended) known.delete(entryId)
    tell(action)
    const settled: Settled<unknown> = isOutcome(action) ? settledOf(action) : { status: 'cancelled' }
    for (const entryId of ended) {
      uncounted.delete(entryId)
      receipts.settle(entryId, settled)
    }
  }

  function status(part: Partial<Status>): void {
    const next = { ...shown, ...part }
    if (Object.entries(next).every(([name, value]) => shown[name as keyof Status] === value)) return
    shown = next
    one({ type: 'redux-broker/status', payload: next })
  }

  const counts = () => ({ waiting: counted + uncounted.size })

  return {
    dispatch: all,
    answered: tell,
    shown: (entryId) => known.get(entryId),
    hasPending: (besides) => known.size > (besides !== undefined && known.has(besides) ? 1 : 0),
    showAgain: (slice) => one(shownAgain(known.pending(), { ...slice, ...shown }, recent.past())),
    captured(entryId, what) {
      known.set(entryId, what)
      uncounted.set(entryId, Number.POSITIVE_INFINITY)
      // The slice's own reducer counts it with the action itself.
      shown = { ...shown, ...counts() }
    },
    // Another user may have come meanwhile.
    accepted(entryId, seq) {
      if (known.has(entryId)) uncounted.set(entryId, seq)
    },
    blocked: (lanes) => known.held([], lanes),
    news(latest, connectivity) {
      const { row } = latest
      for (const [entryId, seq] of uncounted) if (seq < row.nextSeq) uncounted.delete(entryId)
      counted = row.waiting
      known.held(latest.lanes, latest.blocked, row.stuckLanes)
      // Until all of it is read the view is behind the counter for a moment.
      const notInView = latest.more ? shown.notInView : Math.max(0, counts().waiting - known.size)
      status({ ...counts(), notInView, connectivity, ...statusOfEntry(latest, host, shown) })
      tellTried(row.tried ?? [])
    },
    status,
    told: () => recent.past()?.told,
    outcomesSince: recent.since,
    stored: () => [...known.keys()].filter((id) => uncounted.get(id) !== Number.POSITIVE_INFINITY),
    lost: (entryIds, at) => all(entryIds.flatMap((id) => lossAction(id, known.get(id), at))),
    onTheirWay: () => (shown.paused === undefined ? known.prompt() : []),
    clear() {
      known.clear()
      uncounted.clear()
      recent.clear()
      counted = 0
      shown = { ...shown, ...nothingCounted }
      one({ type: 'redux-broker/partitionChanged' })
    },
  }
}

const shownAgain = (
  entries: readonly RestoredEntry[],
  slice: Status,
  past: Past | undefined,
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

/** `lost` and `trouble` are the same objects as before where nothing of them has changed. */
function statusOfEntry({ row, origins }: OutboxChanges, host: PageLifecycle, shown: Status): Partial<Status> {
  const { dead: deadLetters, paused } = row
  return {
    deadLetters,
    paused,
    lost: unlessSame(shown.lost, row.lost),
    trouble: unlessSame(shown.trouble, troubleOf(origins, originOfUrl(host.baseUrl ?? ''))),
  }
}

/** Tells only what is not the same as the last time. */
const ifNew =
  <T>(last: T, tell: (now: T) => void) =>
  (now: T): void => {
    if (unlessSame(last, now) !== last) tell(now)
    last = now
  }

/** The one of before where both hold the same: rows are read as new objects each time. */
const unlessSame = <T>(before: T, now: T): T =>
  JSON.stringify(before) === JSON.stringify(now) ? before : now

/** A reducer or a subscriber that throws stops nothing. */
const teller =
  (dispatch: (action: BrokerAction | OutcomeAction) => unknown, report: Ports['report']) =>
  (action: BrokerAction | OutcomeAction): void => {
    if (isDevelopment && isOutcome(action)) checkReturned(action)
    try {
      dispatch(action)
    } catch (error) {
      report(error)
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
  if (status === 'confirmed') return { status, ...(error as { readonly reason: NoAnswerReason }) }
  if (status === 'cancelled') return { status }
  const { reason, httpStatus, problem } = error ?? {}
  return status === 'returned'
    ? { status, reason: reason ?? '', httpStatus, problem }
    : { status, reason: reason as RejectedReason }
}
