// Why the last attempts did not end an entry, and how often for each reason.
import type { EntryCore, Trouble } from './entry.js'

export type FailureCause = Pick<Trouble, 'reason' | 'httpStatus'> & { readonly counts?: boolean | string }

/** Whether the origin did not answer. */
export const isAway = (counts: FailureCause['counts']): boolean =>
  counts === 'away' || counts === 'unreachable'

/** They are counted over the life of an entry. All others begin anew once its origin was away. */
const lasting = /^(notAcknowledged|unsignedRefusal|headers|refused)$/

/** The trouble after one more attempt. Each reason has its own count. */
export function troubleAfter(
  { trouble: before }: EntryCore,
  { reason, httpStatus, counts }: FailureCause,
  at: number,
): Trouble {
  const all = before && Object.entries({ ...before.earlier, [before.reason]: before.times })
  const earlier = all && Object.fromEntries(all.filter(([name]) => !isAway(counts) || lasting.test(name)))
  const times = (earlier?.[reason] ?? 0) + (counts === 'unreachable' ? 0 : 1)
  return { reason, httpStatus, at, times, ...(earlier && { earlier }) }
}
