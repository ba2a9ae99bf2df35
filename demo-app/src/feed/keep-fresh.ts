// Reads the feed again when it is likely to have changed: the network is back, or the page is looked at again.
import { store } from '../app/store'
import { refreshFeed } from './refresh-feed'

const staleMs = 30_000
const retryMs = 10_000

export function keepFeedFresh(): void {
  const refreshIf = (isWanted: (ageMs: number, isFresh: boolean) => boolean) => {
    const { session, feed } = store.getState()
    if (session.phase !== 'ready' || session.lost || document.visibilityState !== 'visible') return
    if (isWanted(Date.now() - (feed.readAt ?? 0), feed.shows === 'fresh')) void refreshFeed()
  }
  window.addEventListener('online', () => refreshIf(() => true))
  document.addEventListener('visibilitychange', () =>
    refreshIf((ageMs, isFresh) => !isFresh || ageMs > staleMs),
  )
  setInterval(() => refreshIf((_age, isFresh) => !isFresh && navigator.onLine), retryMs)
  // A server that was away behind a network that never was: the broker sees it first.
  let { connectivity } = store.getState().broker
  store.subscribe(() => {
    const before = connectivity
    connectivity = store.getState().broker.connectivity
    if (before === 'offline' && connectivity === 'online') refreshIf((_age, isFresh) => !isFresh)
  })
}
