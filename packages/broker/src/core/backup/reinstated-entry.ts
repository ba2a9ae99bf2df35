// The state of an entry after the database had lost work. Nobody knows what of it was done, or has ended since.
import { type InDoubtEntry, type LiveEntry, mayRepeat, type WaitingEntry } from '../rows/entry.js'

export interface Reinstatement {
  readonly head: boolean
  /** A newer copy lacks the entry. */
  readonly mayHaveEnded: boolean
  readonly now: number
}

export function reinstated(
  entry: LiveEntry,
  { head, mayHaveEnded, now }: Reinstatement,
): WaitingEntry | InDoubtEntry {
  const { lease: _l, head: _h, ...core } = entry as LiveEntry & { lease?: unknown; head?: unknown }
  if (entry.state === 'inDoubt') return entry
  const trouble = { reason: 'storageLost', at: now, times: 1 }
  // To a plain server even a PUT that has ended would undo a later one of its lane.
  if (!mayRepeat(entry) || (mayHaveEnded && entry.server === 'plain'))
    return { ...core, state: 'inDoubt', effect: 'unknown', trouble }
  const { notBefore, savedAt } = entry.state === 'waiting' ? entry : { notBefore: now, savedAt: now }
  const waiting = { ...core, state: 'waiting', head, notBefore, savedAt } as const
  return mayHaveEnded || entry.fence > 0 ? { ...waiting, effect: 'unknown', trouble } : waiting
}
