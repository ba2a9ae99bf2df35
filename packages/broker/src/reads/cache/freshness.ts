// Decides whether a kept answer is good enough for a reader, without the network.

import type { StoredAnswer } from '../../core/reads/cache/cache-policy.js'
import type { Tag } from '../../core/reads/consistency/tags.js'
import { touchedTags } from '../../core/reads/consistency/write-overlap.js'
import type { ReadEngineContext } from '../../page/reads-port.js'
import type { WriteTags } from '../consistency/write-tags.js'

export interface FreshnessContext extends Pick<ReadEngineContext, 'ports' | 'view'> {
  readonly written: WriteTags
}

/** Whether a copy is younger than that, and no write since then touches the tags. */
export function isFresh(
  { ports, view, written }: FreshnessContext,
  { fetchedAt }: StoredAnswer,
  freshForMs: number,
  tags: readonly Tag[],
): boolean {
  if (Math.abs(ports.clock.now() - fetchedAt) >= freshForMs) return false
  const since = view.outcomesSince(fetchedAt).map(({ meta }) => meta.action)
  return touchedTags(tags, [...view.onTheirWay(), ...since], written.touched).length === 0
}
