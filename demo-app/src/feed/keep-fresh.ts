// Reads the feed again when it is likely to have changed, as when the network is back or the page is looked at again.
import { store } from '../app/store'
import { refresh } from './refresh'

const staleMs = 30_000

export function keepFeedFresh(): void {
  const refreshIfOld = () => {
    const { session, feed } = store.getState()
    if (session.phase !== 'ready' || session.lost !== undefined || document.hidden) return
    if (feed.shows !== 'fresh' || Date.now() - (feed.readAt ?? 0) > staleMs) void refresh()
  }
  window.addEventListener('online', refreshIfOld)
  document.addEventListener('visibilitychange', refreshIfOld)
}
