// The status in the broker's slice: the counts of the outbox, the connectivity, losses and troubles. The store hears
// only of a change.

import type { OutboxChanges } from '../../core/journal/outbox-changes.js'
import { originOfUrl } from '../../core/network/url-origin.js'
import type { Connectivity } from '../../core/outcomes/connectivity.js'
import type { LatestAttempt } from '../../core/rows/rows.js'
import { type BrokerAction, initialStatus, nothingCounted, type Status } from '../../redux/actions.js'
import { troubleOf } from '../../redux/origin-trouble.js'
import type { PageLifecycle } from '../lifecycle/page-lifecycle.js'
import type { PendingEntries } from './pending-entries.js'

export interface ShownStatus {
  now(): Status
  /** Tells the store, where something is new. */
  status(part: Partial<Status>): void
  recount(): void
  /** Counts a capture without telling the store: the slice's own reducer counts it with the action itself. */
  captured(): void
  news(news: OutboxChanges, connectivity: Connectivity): void
  clear(): void
}

/** Where the page lies on its origin. */
export interface PagePlace {
  readonly host: PageLifecycle
  readonly place: string
}

/** `uncounted`: captures of this page that the counters, as last read, leave out, by their place in the outbox. */
export function createShownStatus(
  pending: PendingEntries,
  uncounted: Map<string, number>,
  page: PagePlace,
  tell: (action: BrokerAction) => void,
): ShownStatus {
  let shown = initialStatus
  let counted = 0
  const counts = () => ({ waiting: counted + uncounted.size })
  const tellTried = ifNew<readonly LatestAttempt[]>([], (payload) =>
    tell({ type: 'redux-broker/tried', payload }),
  )

  function status(part: Partial<Status>): void {
    const next = { ...shown, ...part }
    if (Object.entries(next).every(([name, value]) => shown[name as keyof Status] === value)) return
    shown = next
    tell({ type: 'redux-broker/status', payload: next })
  }

  return {
    now: () => shown,
    status,
    recount: () => status(counts()),
    captured() {
      shown = { ...shown, ...counts() }
    },
    news(latest, connectivity) {
      const { row } = latest
      for (const [entryId, seq] of uncounted) if (seq < row.nextSeq) uncounted.delete(entryId)
      counted = row.waiting
      pending.held(latest.lanes, latest.blocked, row.stuckLanes)
      // Until all of it is read the view is behind the counter for a moment.
      const notInView = latest.more ? shown.notInView : Math.max(0, counts().waiting - pending.entries.size)
      status({ ...counts(), notInView, connectivity, ...statusOfEntry(latest, page, shown) })
      tellTried(row.tried ?? [])
    },
    clear() {
      counted = 0
      shown = { ...shown, ...nothingCounted }
    },
  }
}

/** `lost` and `trouble` are the same objects as before where nothing of them has changed. */
function statusOfEntry(news: OutboxChanges, { host, place }: PagePlace, shown: Status): Partial<Status> {
  const { dead: deadLetters, paused, lost } = news.row
  return {
    deadLetters,
    paused,
    lost: unlessSame(shown.lost, lost),
    trouble: unlessSame(shown.trouble, troubleOf(news, originOfUrl(host.baseUrl ?? ''), place)),
  }
}

/** Tells only what is not the same as the last time. */
const ifNew =
  <T>(last: T, tell: (now: T) => void) =>
  (now: T): void => {
    if (unlessSame(last, now) !== last) tell(now)
    last = now
  }

/** The one of before where both hold the same: rows are read as new objects each time. */
const unlessSame = <T>(before: T, now: T): T =>
  JSON.stringify(before) === JSON.stringify(now) ? before : now
