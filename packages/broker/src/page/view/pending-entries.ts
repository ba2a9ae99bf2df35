// The entries that a page has in its view, and which of them only time keeps from being settled.
import type { StoredAction } from '../../core/rows/entry.js'
import { type BrokerAction, isOutcome, type OutcomeAction, type RestoredEntry } from '../../redux/actions.js'

/** The parts of an entry that its outcome must name. */
export interface ShownEntry {
  readonly lane: string
  readonly action: StoredAction
  readonly inDoubt?: boolean
}

export interface PendingEntries {
  /** Call it for each action, before the store gets the action. */
  hear(action: BrokerAction | OutcomeAction): void
  /** The entries by their ids, in the order of their capture. */
  readonly entries: Map<string, ShownEntry>
  restored(): readonly RestoredEntry[]
  /** A dead letter blocks the lanes of `blocked`. An entry that cannot be read holds all lanes of `stuck`. */
  held(lanes: readonly string[], blocked: readonly string[], stuck?: readonly string[]): void
  /** The actions of entries that wait for no person. Behind an entry in doubt, its whole lane waits for one. */
  prompt(): readonly StoredAction[]
  clear(): void
}

export function createPendingEntries(): PendingEntries {
  const entries = new Map<string, ShownEntry>()
  const blockedLanes = new Set<string>()
  let stuckLanes: readonly string[] = []

  function doubted(entryId: string): void {
    const entry = entries.get(entryId)
    if (entry !== undefined) entries.set(entryId, { ...entry, inDoubt: true })
  }

  return {
    hear(action) {
      if (isOutcome(action)) return
      if (action.type === 'redux-broker/doubted') doubted(action.payload)
      if (action.type === 'redux-broker/restored')
        for (const { entryId, ...entry } of action.payload.entries) entries.set(entryId, entry)
    },
    entries,
    restored: () =>
      [...entries].map(([entryId, { lane, action, inDoubt = false }]) => ({
        entryId,
        lane,
        action,
        inDoubt,
      })),
    held(lanes, blocked, stuck = []) {
      for (const lane of lanes) blockedLanes.delete(lane)
      for (const lane of blocked) blockedLanes.add(lane)
      stuckLanes = stuck
    },
    prompt() {
      const all = [...entries.values()]
      const doubtedLanes = all.flatMap(({ inDoubt, lane }) => (inDoubt ? lane : []))
      const held = new Set([...blockedLanes, ...stuckLanes, ...doubtedLanes])
      return all.flatMap(({ lane, action }) => (held.has(lane) ? [] : action))
    },
    clear() {
      entries.clear()
      blockedLanes.clear()
    },
  }
}
