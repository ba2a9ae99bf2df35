// The page's address, visibility and lifecycle events, which a worker does not know.
import { findObstacle } from '../../adapters/network/cors-check.js'
import { pageTraffic } from '../../adapters/network/page-traffic.js'
import type { Reachability } from '../../core/network/reachability.js'
import type { Base } from '../../core/rows/base-path.js'
import { isDevelopment } from '../../redux/development.js'
import { appBase, pagePlace } from './app-base.js'

/** Something happened that makes a try worth it. `hidden` and `offline` only change how patient to be. */
export type LifecycleSignal = 'wake' | 'change'

export interface PageLifecycle {
  /** The base of relative URLs. Undefined where there is no page. */
  readonly baseUrl: string | undefined
  /** The directory of the page's app, as far as the page tells. The default `/` holds all apps of the origin. */
  readonly base?: Base
  /** The path of the page, where its script tells nothing of its app. */
  readonly place?: string | undefined
  believesOnline(): boolean
  isVisible(): boolean
  /** Whether the browser has promised to keep this site's data. Undefined where it does not say. */
  persisted(): Promise<boolean | undefined>
  /** Asks it to. It may ask its user. */
  persist(): Promise<boolean | undefined>
  /** For development. Asks the other origin itself what keeps this page from its answers. */
  readonly findObstacle?: typeof findObstacle
  /** Before the next frame is painted, or soon where none will be. */
  frame(callback: () => void): void
  listen(listener: (signal: LifecycleSignal) => void): () => void
  /** Tells of the answers to all requests of the page, the app's own included. */
  listenTraffic(note: Reachability['note']): () => void
  /** The page is put away, perhaps for ever. Nothing may be held that others wait for. */
  onPageHide(listener: () => void): () => void
}

export function browserLifecycle(): PageLifecycle {
  return {
    baseUrl: document.baseURI,
    base: appBase(),
    place: pagePlace(),
    believesOnline: () => navigator.onLine,
    isVisible: () => document.visibilityState === 'visible',
    persisted: async () => navigator.storage?.persisted?.(),
    persist: async () => navigator.storage?.persist?.(),
    ...(isDevelopment && { findObstacle }),
    // No frame is painted in a hidden page, one that is hidden before the frame included.
    frame(callback) {
      const timer = setTimeout(run, 50)
      const frame = requestAnimationFrame(run)
      function run() {
        clearTimeout(timer)
        cancelAnimationFrame(frame)
        callback()
      }
    },
    listen(listener) {
      const wake = () => listener('wake')
      // A page that is put away turns hidden after that. Rows that it began to read then would stay locked in the
      // back/forward cache. The browser would drop the page as soon as another tab writes.
      let isAway = false
      const visibility = () => {
        if (document.visibilityState === 'visible') wake()
        else if (!isAway) listener('change')
      }
      const onHide = () => {
        isAway = true
      }
      const comeBack = () => {
        isAway = false
        wake()
      }
      return listenAll([
        [window, 'online', wake],
        [window, 'offline', () => listener('change')],
        [window, 'focus', wake],
        [window, 'pagehide', onHide],
        [window, 'pageshow', comeBack],
        [document, 'visibilitychange', visibility],
      ])
    },
    listenTraffic: pageTraffic,
    onPageHide: (listener) =>
      listenAll([
        [window, 'pagehide', listener],
        [document, 'freeze', listener],
      ]),
  }
}

function listenAll(listeners: readonly (readonly [EventTarget, string, () => void])[]): () => void {
  for (const [target, type, listener] of listeners) target.addEventListener(type, listener)
  return () => {
    for (const [target, type, listener] of listeners) target.removeEventListener(type, listener)
  }
}
