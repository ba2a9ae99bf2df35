// The page's surroundings, as a test sets them.
import type { Reachability } from '../core/network/reachability.js'
import type { LifecycleSignal, PageLifecycle } from '../page/lifecycle/page-lifecycle.js'
import type { Life } from './realm-life.js'

export interface TestHost extends PageLifecycle {
  /** The browser's belief, which it tells by `online` and `offline` events. Use the world's to cut the network too. */
  setOnline(online: boolean): void
  /** The user looks at the tab, or at another one. */
  setVisible(visible: boolean): void
  /** The tab gets the focus. */
  focus(): void
  /** The app's own request to a URL has been answered. */
  hear(url: string, status?: number): void
  /** The page goes into the back-forward cache, or for good. */
  hidePage(): void
}

export function createTestHost(baseUrl: string, startsOnline: boolean, life: Life): TestHost {
  const listeners = new Set<(signal: LifecycleSignal) => void>()
  const traffic = new Set<Reachability['note']>()
  const hideListeners = new Set<() => void>()
  let online = startsOnline
  let visible = true
  let persisted = false
  const tell = (signal: LifecycleSignal) => {
    for (const listener of [...listeners]) life.run(() => listener(signal))
  }
  return {
    baseUrl,
    believesOnline: () => online,
    isVisible: () => visible,
    persisted: async () => persisted,
    async persist() {
      persisted = true
      return persisted
    },
    frame: (callback) => queueMicrotask(() => life.run(callback)),
    listen: (listener) => subscribe(listeners, listener),
    listenTraffic: (note) => subscribe(traffic, note),
    onPageHide: (listener) => subscribe(hideListeners, listener),
    setOnline(now) {
      online = now
      tell(now ? 'wake' : 'change')
    },
    setVisible(now) {
      visible = now
      tell(now ? 'wake' : 'change')
    },
    focus: () => tell('wake'),
    hear(url, status = 200) {
      for (const note of [...traffic])
        life.run(() => note(new URL(url, baseUrl).href, Number.POSITIVE_INFINITY, status))
    },
    hidePage() {
      for (const listener of [...hideListeners]) life.run(listener)
    },
  }
}

export function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
