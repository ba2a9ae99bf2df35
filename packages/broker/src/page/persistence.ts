// The browser's promise not to evict this site's data: asked for when it is first needed, since some ask their user.
import type { News } from '../core/news.js'
import type { Connectivity } from '../core/next-wake.js'
import type { Host } from './host.js'

export interface Persistence {
  /** Undefined until it is known, and where the browser does not say. */
  has(): boolean | undefined
  /** This page has work on the device. */
  accepted(): void
  news(news: Pick<News, 'row'>, connectivity: Connectivity): void
}

/** Asks once, when work of this page stays on the device because it cannot be delivered now; never at a start. */
export function createPersistence(host: Host, mayAsk: boolean): Persistence {
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
