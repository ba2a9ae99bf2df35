// For the developer: finds a change that is lost on success. A slice shows a pending action, and has no case for its
// delivery. The rebase then takes the change away as if it had never been made.
import { afterThisTask, sayOnce } from '../development.js'

export interface MissingCaseWatch {
  /** A slice took what the delivery of an entry brought. */
  taken(entryId: string): void
  /** A slice showed the entry, and took nothing of its delivery. */
  lost(entryId: string, type: string): void
  /** A slice took a truth: it may hold what was delivered. */
  truth(): void
}

/** A truth that is read because of a delivery arrives within it, mostly. */
const truthMs = 5_000

/** `isReadAnew`: whether an action's delivery has the changed data read again by itself. */
export function createMissingCaseWatch(isReadAnew: (type: string) => boolean): MissingCaseWatch {
  const taken = new Set<string>()
  let suspects = new Map<string, string>()

  function say(): void {
    for (const [entryId, type] of suspects)
      if (!taken.has(entryId))
        sayOnce(
          `'${type}' was delivered, and its change left the view: no slice has a case for it. ` +
            'Add `.addMatcher(delivered(creator), …)` to the slice that shows it. There `payload` is the answer, and ' +
            '`meta.arg` the first payload. Or list the tags of the reads to repeat in `invalidates`.',
        )
    suspects = new Map()
    taken.clear()
  }

  return {
    taken: (entryId) => void taken.add(entryId),
    lost(entryId, type) {
      if (isReadAnew(type)) return
      if (suspects.size === 0) afterThisTask(truthMs, say)
      suspects.set(entryId, type)
    },
    truth: () => suspects.clear(),
  }
}
