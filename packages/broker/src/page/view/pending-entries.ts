// The entries that a page has in its view, and which of them only time keeps from being settled.
import type { StoredAction } from '../../core/rows/entry.js'
import { type BrokerAction, isOutcome, type OutcomeAction, type RestoredEntry } from '../../redux/actions.js'

/** The parts of an entry that its outcome must name. */
export interface ShownEntry {
  readonly lane: string
  readonly action: StoredAction
  readonly inDoubt?: boolean
}

export class PendingEntries extends Map<string, ShownEntry> {
  readonly #blockedLanes = new Set<string>()
  #stuckLanes: readonly string[] = []

  /** Call it for each action, before the store is told of it. */
  hear(action: BrokerAction | OutcomeAction): void {
    if (isOutcome(action)) return
    if (action.type === 'redux-broker/restored') this.restored(action.payload.entries)
    else if (action.type === 'redux-broker/doubted') this.doubted(action.payload)
  }

  restored(entries: readonly RestoredEntry[]): void {
    for (const { entryId, ...what } of entries) this.set(entryId, what)
  }

  /** In the order of their capture. */
  pending(): readonly RestoredEntry[] {
    return [...this].map(([entryId, { lane, action, inDoubt = false }]) => ({
      entryId,
      lane,
      action,
      inDoubt,
    }))
  }

  override clear(): void {
    super.clear()
    this.#blockedLanes.clear()
  }

  doubted(entryId: string): void {
    const what = this.get(entryId)
    if (what !== undefined) this.set(entryId, { ...what, inDoubt: true })
  }

  /** Of these lanes a dead letter holds back the `blocked` ones; all of `stuck` an entry that cannot be read. */
  held(lanes: readonly string[], blocked: readonly string[], stuck: readonly string[] = []): void {
    for (const lane of lanes) this.#blockedLanes.delete(lane)
    for (const lane of blocked) this.#blockedLanes.add(lane)
    this.#stuckLanes = stuck
  }

  /** Entries that wait for no person. Behind an entry in doubt, its whole lane waits for one. */
  prompt(): readonly StoredAction[] {
    const all = [...this.values()]
    const held = new Set([
      ...this.#blockedLanes,
      ...this.#stuckLanes,
      ...all.flatMap((one) => (one.inDoubt ? one.lane : [])),
    ])
    return all.flatMap(({ lane, action }) => (held.has(lane) ? [] : action))
  }
}
