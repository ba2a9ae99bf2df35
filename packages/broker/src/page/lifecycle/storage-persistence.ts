// The browser's promise not to evict this site's data. It is asked for when it is first needed, since some browsers ask
// their user.

import type { OutboxChanges } from '../../core/journal/outbox-changes.js'
import type { Connectivity } from '../../core/outcomes/connectivity.js'
import type { PageLifecycle } from './page-lifecycle.js'

export interface StoragePersistence {
  /** Undefined until it is known, and where the browser does not say. */
  has(): boolean | undefined
  /** This page has work on the device. */
  accepted(): void
  news(news: Pick<OutboxChanges, 'row'>, connectivity: Connectivity): void
}

/** Asks once, when work of this page stays on the device because it cannot be delivered now. Never asks at a start. */
export function createStoragePersistence(host: PageLifecycle, mayAsk: boolean): StoragePersistence {
  let has: boolean | undefined
  let isNeeded = false
  const learn = (answer: Promise<boolean | undefined>) =>
    void answer
      .then((given) => {
        has = given
      })
      .catch(() => {})
  learn(host.persisted())
  return {
    has: () => has,
    accepted() {
      isNeeded = true
    },
    news({ row }, connectivity) {
      if (!mayAsk || !isNeeded || has === true || row.waiting === 0) return
      if (row.paused === undefined && connectivity === 'online') return
      mayAsk = false
      learn(host.persist())
    },
  }
}
