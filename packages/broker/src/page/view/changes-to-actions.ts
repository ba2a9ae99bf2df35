// Turns the rows that a page has read into the actions that it dispatches. A pure mapping.

import type { OutboxChanges } from '../../core/journal/outbox-changes.js'
import { latestAttemptOf } from '../../core/outbox/latest-attempts.js'
import type { DeadLetter, EntryRow } from '../../core/rows/entry.js'
import type { JournalRow } from '../../core/rows/rows.js'
import {
  type BrokerAction,
  isOutcome,
  type LetterSummary,
  type OutcomeAction,
  outcome,
  type PastOutcomes,
  type RestoredEntry,
} from '../../redux/actions.js'
import type { ShownEntry } from './pending-entries.js'

export type ParsedAnswer = Pick<OutcomeAction, 'error'> & { readonly payload?: unknown }

export interface ChangesContext {
  /** The entry as this page shows it; undefined where it is not in the view. */
  shown(entryId: string): ShownEntry | undefined
  /** The same, also for an entry that its user left in the view at a sign-out. */
  known(entryId: string): ShownEntry | undefined
  /** Parses an answer by its route; the answer itself where the route is gone, an error where its parser throws. */
  parse(type: string, answer: unknown): ParsedAnswer
  /** Whether the journal tells what happened before this page began. */
  readonly late: boolean
}

type Dispatched = BrokerAction | OutcomeAction

export function toActions(news: OutboxChanges, context: ChangesContext): readonly Dispatched[] {
  const journal = context.late ? standing(news.journal) : news.journal
  const requeued = new Set(news.journal.flatMap(({ kind, entryId }) => (kind === 'requeued' ? entryId : [])))
  const fresh = news.entries.filter(({ id }) => !requeued.has(id) && context.shown(id) === undefined)
  const fromJournal = journal.flatMap(
    (row): readonly Dispatched[] =>
      noticeOf(row, news) ?? [outcomeOf(row, context)].filter((one) => one !== undefined),
  )
  const entries = fresh.length === 0 ? [] : [restoredActions(fresh, [])]
  return deferRebase([...entries, ...setAside(news), ...fromJournal])
}

/** Without the outcomes that a command took back afterwards. */
export function standing(journal: readonly JournalRow[]): readonly JournalRow[] {
  const takenBack = new Set<string>()
  const isStanding = ({ kind, entryId, ids = [] }: JournalRow) => {
    const isCommand = kind === 'discarded' || kind === 'requeued' || kind === 'emptied'
    if (isCommand) for (const id of [entryId, ...ids]) takenBack.add(id)
    return isCommand || !takenBack.has(entryId)
  }
  return [...journal].reverse().filter(isStanding).reverse()
}

/**
 * The outcome that a row of the journal tells of. Undefined where the entry has not ended by it, or where the row's
 * action was removed and this page never knew it.
 */
export function outcomeOf(
  row: JournalRow,
  { parse, late, known: knownHere }: Pick<ChangesContext, 'parse' | 'late' | 'known'>,
): OutcomeAction | undefined {
  const { kind, entryId, partition, number, at, attempts, reason = '', httpStatus, problem } = row
  if (kind !== 'delivered' && kind !== 'confirmed' && kind !== 'returned' && kind !== 'cancelled')
    return undefined
  const known = row.isWordless ? knownHere(entryId) : row
  if (known === undefined) return undefined
  const { action, lane } = known
  const told = { entryId, action, lane, at, attempts, late, told: { outbox: partition, number } }
  const error = kind === 'returned' || reason !== '' ? { reason, httpStatus, problem } : undefined
  const parsed = kind === 'delivered' ? parse(action.type, row.answer) : { error }
  // An answer that nobody can read is as none: the entry's own change stands. The journal has the word of release 0.1.0.
  const isUnanswered = kind === 'confirmed' || (kind === 'delivered' && parsed.error !== undefined)
  return outcome({ ...told, ...parsed, kind: isUnanswered ? 'deliveredWithoutAnswer' : kind })
}

/** The notice that a row tells of; undefined where it tells of an outcome. */
function noticeOf(
  { kind, entryId, ids = [] }: JournalRow,
  { entries }: OutboxChanges,
): readonly BrokerAction[] | undefined {
  if (kind === 'emptied') return [{ type: 'redux-broker/emptied', payload: ids }]
  if (kind === 'discarded' || kind === 'doubted') return [{ type: `redux-broker/${kind}`, payload: entryId }]
  if (kind !== 'requeued') return undefined
  const again = entries.filter(({ id }) => id === entryId)
  return again.length === 0 ? [] : [restoredActions(again, [])]
}

/** Rows that this release cannot read are listed, and are in no view. */
export const setAside = ({ quarantined }: Pick<OutboxChanges, 'quarantined'>): readonly BrokerAction[] =>
  quarantined.length === 0 ? [] : [{ type: 'redux-broker/quarantined', payload: quarantined }]

export const restoredActions = (
  entries: readonly EntryRow[],
  letters: readonly DeadLetter[],
  past?: PastOutcomes,
): BrokerAction => ({
  type: 'redux-broker/restored',
  payload: { entries: entries.map(toRestored), letters: letters.map(toSummary), ...(past && { past }) },
  meta: { first: past !== undefined },
})

const toRestored = (entry: EntryRow): RestoredEntry => ({
  entryId: entry.id,
  lane: entry.lane,
  action: entry.action,
  inDoubt: entry.state === 'inDoubt',
  tried: latestAttemptOf(entry),
})

const toSummary = ({ id, lane, action, reason, httpStatus, attempts }: DeadLetter): LetterSummary => ({
  entryId: id,
  lane,
  type: action.type,
  reason,
  httpStatus,
  attempts,
})

/** All outcomes but the last say that more follow, so that the view is rebased once for all of them. */
export function deferRebase(actions: readonly Dispatched[]): readonly Dispatched[] {
  const lastOutcome = actions.findLastIndex(isOutcome)
  return actions.map((action, i) =>
    isOutcome(action) && i < lastOutcome
      ? { ...action, meta: { ...action.meta, broker: { ...action.meta.broker, more: true } } }
      : action,
  )
}
