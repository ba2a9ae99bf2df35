// The overlap of a read with writes that were under way meanwhile (P8). Its answer cannot be trusted on their tags.

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
  /** The last number in the journal that has something of it. 0 where none has. */
  readonly number: number
  /** Whether to wait for that and read again. Otherwise only a person, or a sign-in, can settle the writes. */
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

/** `shown` are actions that ended after the request was sent, and were in the view when this page asked. */
export function writeOverlap(
  tags: readonly Tag[],
  { entries, journal, more, paused }: UnsettledWrites,
  shown: readonly StoredAction[],
  writtenBy: (action: StoredAction) => readonly Tag[],
): WriteOverlap {
  // A sign-out names only its last entry, and a row that lost its words names none.
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

/** Not an entry that only a person can settle. Not one that waits for its conditions, which may take a day. */
const isSoon = ({ state, channel }: EntryRow): boolean =>
  state === 'sending' || (state === 'waiting' && Object.keys(conditionsOf(channel)).length === 0)

/** A damaged row may have none. */
const hasAction = ({ action }: EntryRow): boolean =>
  typeof (action as Partial<StoredAction> | undefined)?.type === 'string'
