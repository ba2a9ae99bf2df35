// What of a read's answer cannot be trusted, for the sake of writes that were under way while it was asked for (P8).

import type { UnsettledWrites } from '../../journal/outbox-changes.js'
import { conditionsOf } from '../../outbox/delivery-requirements.js'
import { isValidEntry, isValidJournalRow } from '../../outbox/row-validation.js'
import type { EntryRow, StoredAction } from '../../rows/entry.js'
import { type Tag, touches } from './tags.js'

export interface WriteOverlap {
  /** Which of the read's tags its answer may or may not hold a write to. */
  readonly tags: readonly Tag[]
  /** Of these entries an outcome can be waited for. */
  readonly soon: readonly EntryRow[]
  /** The last place in the journal that has something of it; 0: none has. */
  readonly number: number
  /** Whether to wait for that and read again: else only a person, or a sign-in, can settle what it is about. */
  readonly passes: boolean
}

/** Those of the tags that one of the actions touches. */
export function touchedTags(
  tags: readonly Tag[],
  actions: readonly StoredAction[],
  writtenBy: (action: StoredAction) => readonly Tag[],
): readonly Tag[] {
  const written = actions.flatMap(writtenBy)
  return tags.filter((tag) => written.some((one) => touches(one, tag)))
}

/** `shown`: what has ended since the request was sent, and was in the view already when this page asked. */
export function writeOverlap(
  tags: readonly Tag[],
  { entries, journal, more, paused }: UnsettledWrites,
  shown: readonly StoredAction[],
  writtenBy: (action: StoredAction) => readonly Tag[],
): WriteOverlap {
  // What is given up at once names only the last of it, and what has lost its words nothing.
  const isAll = more || journal.some(({ kind, isWordless }) => kind === 'emptied' || isWordless)
  const isMeant = ({ action }: { readonly action: StoredAction }) =>
    isAll || touchedTags(tags, [action], writtenBy).length > 0
  const live = entries.filter(hasAction).filter(isMeant)
  const ended = journal.filter(isValidJournalRow).filter(isMeant)
  const before = shown.filter((action) => isMeant({ action }))
  const soon = paused ? [] : live.filter((entry) => isValidEntry(entry) && isSoon(entry))
  const actions = [...[...live, ...ended].map(({ action }) => action), ...before]
  return {
    tags: isAll ? tags : touchedTags(tags, actions, writtenBy),
    soon,
    number: ended.at(-1)?.number ?? 0,
    passes: soon.length + ended.length + before.length > 0,
  }
}

/** Not what only a person can settle, nor what waits for its conditions: that may take the whole day. */
const isSoon = ({ state, channel }: EntryRow): boolean =>
  state === 'sending' || (state === 'waiting' && Object.keys(conditionsOf(channel)).length === 0)

/** A damaged row may have none. */
const hasAction = ({ action }: EntryRow): boolean =>
  typeof (action as Partial<StoredAction> | undefined)?.type === 'string'
