// The broker's own actions, as DevTools shows them, and the marks on actions of the app.
import type { Action } from 'redux'
import { errorText } from '../core/network/error-text.js'
import type { Quarantined } from '../core/outbox/row-validation.js'
import type { StoredAction } from '../core/rows/entry.js'
import type { LatestAttempt, Loss } from '../core/rows/rows.js'
import type { OriginTrouble } from './origin-trouble.js'
import type { AnswerMeta } from './types.js'

/** On a routed action that goes on to the reducers: it waits for its outcome. */
export interface PendingMark {
  readonly entryId: string
  readonly lane: string
}

export type OutcomeKind = 'delivered' | 'deliveredWithoutAnswer' | 'returned' | 'notAccepted' | 'cancelled'

/** On an outcome: facts for a wrapped reducer that the app does not see. */
export interface OutcomeMark {
  readonly outcome: OutcomeKind
  readonly lane: string
  /** When it was settled, in epoch milliseconds. Of a read: when its answer was asked for; 0 where there is none. */
  readonly at: number
  /** Settled before this page began: state that was read since holds it already. */
  readonly late: boolean
  /** More outcomes follow in this frame: the view is rebased with the last of them. */
  readonly more: boolean
  /** Of a read: its answer is truth, and no entry ends by it. */
  readonly read?: true
  /** Of a capture whose action no reducer was given: the view has nothing of it. */
  readonly unseen?: true | undefined
  /** Outcomes that came after the read was sent. */
  readonly later?: readonly OutcomeAction[]
  /** How often its entry was sent. */
  readonly attempts?: number
  /** Its place in the journal. A capture that ended before it was accepted has none. */
  readonly told?: JournalPosition
}

/** A place in an outbox's journal. */
export interface JournalPosition {
  readonly outbox: string
  readonly number: number
}

/** Outcomes of the past: a state that was kept is given those that it lacks. */
export interface PastOutcomes {
  /** How far the page is. */
  readonly told: JournalPosition
  /** The last number of the journal: a state that holds more is of a database that was lost. */
  readonly last: number
  readonly outcomes: readonly OutcomeAction[]
}

export interface OutcomeAction extends Action<string> {
  readonly payload: unknown
  readonly error?: {
    readonly reason: string
    readonly httpStatus?: number | undefined
    readonly problem?: unknown
  }
  readonly meta: {
    readonly entryId: string
    readonly arg: unknown
    readonly action: StoredAction
    readonly broker: OutcomeMark
  } & Partial<AnswerMeta>
}

const meta = (action: unknown): Record<string, unknown> | undefined =>
  (action as { readonly meta?: Record<string, unknown> } | undefined)?.meta

export function pendingMark(action: unknown): PendingMark | undefined {
  const mark = meta(action)?.['broker'] as Partial<PendingMark> | undefined
  return mark?.entryId === undefined || mark.lane === undefined ? undefined : (mark as PendingMark)
}

export function outcomeMark(action: unknown): OutcomeMark | undefined {
  const mark = meta(action)?.['broker'] as Partial<OutcomeMark> | undefined
  return mark?.outcome === undefined || mark.lane === undefined ? undefined : (mark as OutcomeMark)
}

/** The outcomes that came after a truth was read; undefined on a truth that was read just now. */
export const laterOutcomes = (action: unknown): readonly OutcomeAction[] | undefined =>
  (meta(action)?.['broker'] as { readonly later?: readonly OutcomeAction[] } | undefined)?.later

/** When the request of a truth was sent, where the action says it. */
export function readAtOf(action: unknown): number | undefined {
  const readAt = meta(action)?.['readAt']
  return typeof readAt === 'number' ? readAt : undefined
}

/** Whether something stands where the broker marks an action: its own mark, or the app's data. */
export const hasMark = (action: unknown): boolean => meta(action)?.['broker'] !== undefined

/** The action with a mark of the broker's beside the app's own meta. */
export const withMark = <A>(action: A, broker: object): A => ({
  ...action,
  meta: { ...meta(action), broker },
})

/** An entry as the broker's slice lists it and a starting page finds it. */
export interface RestoredEntry {
  readonly entryId: string
  readonly lane: string
  readonly action: StoredAction
  readonly inDoubt: boolean
  /** The result of its last attempt. */
  readonly tried?: LatestAttempt
}

export interface RefusedEntry {
  readonly id: string
  readonly lane: string
  readonly type: string
  readonly reason: string
}

export interface LetterSummary {
  readonly entryId: string
  readonly lane: string
  readonly type: string
  readonly reason: string
  readonly httpStatus: number | undefined
  readonly attempts: number
}

/** Everything that the broker dispatches besides outcomes. */
export type BrokerAction =
  | { readonly type: 'redux-broker/accepted'; readonly payload: readonly string[] }
  /** Entries that are waiting, from the rows: at a start, or captured by another tab, or retried. */
  | {
      readonly type: 'redux-broker/restored'
      readonly payload: {
        readonly entries: readonly RestoredEntry[]
        readonly letters: readonly LetterSummary[]
        readonly past?: PastOutcomes
      }
      /** At a start they were captured before anything in this page. */
      readonly meta: { readonly first: boolean }
    }
  /** Rows that this release cannot read. */
  | { readonly type: 'redux-broker/quarantined'; readonly payload: readonly Quarantined[] }
  | { readonly type: 'redux-broker/discarded'; readonly payload: string }
  /** All of these were refused at their capture, in one turn: their outcomes follow. */
  | { readonly type: 'redux-broker/refused'; readonly payload: readonly RefusedEntry[] }
  /** All of these were given up at once. */
  | { readonly type: 'redux-broker/emptied'; readonly payload: readonly string[] }
  | { readonly type: 'redux-broker/doubted'; readonly payload: string }
  /** Attempts that did not end their entries. */
  | { readonly type: 'redux-broker/tried'; readonly payload: readonly LatestAttempt[] }
  | { readonly type: 'redux-broker/status'; readonly payload: Status }
  /** A slice began anew, or was given kept state: what is shown, and how the broker's own slice was, once more. */
  | {
      readonly type: 'redux-broker/shownAgain'
      readonly payload: {
        readonly entries: readonly RestoredEntry[]
        readonly slice: Status
        readonly past?: PastOutcomes | undefined
      }
      readonly meta: { readonly first: true }
    }
  /** Another user's outbox, or nobody's: nothing of the last one stays. */
  | { readonly type: 'redux-broker/userChanged' }

export interface Status {
  readonly waiting: number
  /** How many of `waiting` the view leaves out: beyond the 10,000 oldest at a start, or not readable by this release. */
  readonly notInView: number
  readonly deadLetters: number
  readonly connectivity: 'online' | 'offline' | 'degraded'
  readonly paused: 'auth' | 'principal' | undefined
  /** Work that the browser's storage lost, until `acknowledgeLoss`: `restored` came back from a copy, up to `upTo` are gone. */
  readonly lost: Loss | undefined
  readonly updateReady: boolean
  /** Origins to which the last attempt came to nothing, and why. */
  readonly trouble: readonly OriginTrouble[]
}

/** The counts of an outbox of which nothing is known, or which nobody owns. */
export const nothingCounted: Omit<Status, 'connectivity' | 'updateReady'> = {
  waiting: 0,
  notInView: 0,
  deadLetters: 0,
  paused: undefined,
  lost: undefined,
  trouble: [],
}

export const initialStatus: Status = { ...nothingCounted, connectivity: 'online', updateReady: false }

export const isOutcome = (action: BrokerAction | OutcomeAction): action is OutcomeAction =>
  outcomeMark(action) !== undefined

export const isBrokerAction = (action: unknown): action is BrokerAction =>
  typeof (action as Partial<Action> | undefined)?.type === 'string' &&
  (action as BrokerAction).type.startsWith('redux-broker/')

interface OutcomeOf extends Omit<OutcomeMark, 'outcome' | 'more'> {
  readonly kind: OutcomeKind
  readonly entryId: string
  readonly action: StoredAction
  readonly payload?: unknown
  readonly error?: OutcomeAction['error'] | undefined
}

export const outcome = ({ kind, entryId, action, payload, error, ...rest }: OutcomeOf): OutcomeAction => ({
  type: `${action.type}/${kind}`,
  payload,
  ...(error && { error }),
  meta: { entryId, arg: action.payload, action, broker: { ...rest, outcome: kind, more: false } },
})

/** The store's word, as plain data, for an answer that its parser refuses. */
export const answerInvalid = (error: unknown): NonNullable<OutcomeAction['error']> => ({
  reason: 'answerInvalid',
  problem: errorText(error),
})
