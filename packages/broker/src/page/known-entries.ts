// The entries that a page has in its view, and which of them only time keeps from being settled.
import type { PartitionRow, StoredAction } from '../core/schema.js'
import type { RestoredEntry } from '../redux/actions.js'

/** What an outcome must say of an entry. */
export interface Shown {
  readonly lane: string
  readonly action: StoredAction
  readonly inDoubt?: boolean
}

export class KnownEntries extends Map<string, Shown> {
  #heldLanes: readonly string[] = []

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

  doubted(entryId: string): void {
    const what = this.get(entryId)
    if (what !== undefined) this.set(entryId, { ...what, inDoubt: true })
  }

  /** Which lanes a dead letter, or an entry that this release cannot read, holds back. */
  held({ blockedLanes, stuckLanes = [] }: Pick<PartitionRow, 'blockedLanes' | 'stuckLanes'>): void {
    this.#heldLanes = [...blockedLanes, ...stuckLanes]
  }

  /** What waits for no person. Who stands in its lane behind one in doubt does. */
  prompt(): readonly StoredAction[] {
    const all = [...this.values()]
    const held = new Set([...this.#heldLanes, ...all.flatMap((one) => (one.inDoubt ? one.lane : []))])
    return all.flatMap(({ lane, action }) => (held.has(lane) ? [] : action))
  }
}
