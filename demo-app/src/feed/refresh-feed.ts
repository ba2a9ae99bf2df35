// Reads the feed without ever making a count wrong (P8): what a pending change touched while the read ran keeps what
// was known of it, and is read again once it has settled.
import { markRead, type ReadMark } from 'redux-broker'
import { readJson } from '../api/read-json'
import { parsePosts } from '../api/types'
import { type AppStore, store as appStore } from '../app/store'
import { broker } from '../broker/broker'
import { sessionFound, sessionLost } from '../session/session-slice'
import { readBegun, readEnded } from './feed-status-slice'
import { feedLoaded } from './posts-slice'

const path = '/api/posts/top'
/** The first read has nothing to keep: it is repeated while something is in flight, then taken as it is. */
const firstReadsMax = 6
const settleMs = 250
const settleMsMax = 8_000

let reading: Promise<void> | undefined
let stopWatching = () => {}

/** One read at a time: who asks meanwhile shares it. */
export function refreshFeed(): Promise<void> {
  reading ??= read(appStore).finally(() => {
    reading = undefined
  })
  return reading
}

async function read(store: AppStore): Promise<void> {
  const user = store.getState().session.user?.id
  if (user === undefined) return
  const isStill = () => store.getState().session.user?.id === user
  store.dispatch(readBegun())
  for (let tries = 1; ; tries++) {
    const mark = await markRead(broker).catch(() => withoutStorage())
    const answer = await readJson(path, parsePosts)
    const touched = [...(await mark.touchedLanes().catch(() => new Set<string>()))]
    if (!isStill()) return
    if (answer.status === 'signedOut' || ('user' in answer && answer.user !== user)) {
      store.dispatch(sessionLost())
      store.dispatch(readEnded('failed'))
      return
    }
    if (answer.status === 'unreachable') {
      store.dispatch(readEnded('failed'))
      return
    }
    if (answer.status === 'copy') {
      // A copy is older than what is on screen, unless nothing is.
      if (!hasPosts(store)) store.dispatch(feedLoaded({ posts: answer.value, touched: [] }, answer.sentAt))
      store.dispatch(readEnded({ shows: 'copy', readAt: store.getState().feed.readAt ?? answer.sentAt }))
      return
    }
    if (touched.length > 0 && !hasPosts(store) && tries < firstReadsMax) {
      await pause(settleMs)
      continue
    }
    store.dispatch(feedLoaded({ posts: answer.value, touched }, mark.readAt))
    store.dispatch(readEnded({ shows: 'fresh', readAt: mark.readAt }))
    tellWhatItMeans(store)
    if (touched.length > 0) readAgainAfter(store, touched)
    else waitMs = settleMs
    return
  }
}

/** The user's own feed came from the server: the session is good and the network is there. */
function tellWhatItMeans(store: AppStore): void {
  const { session, broker: outbox } = store.getState()
  if (session.lost) store.dispatch(sessionFound())
  if (outbox.paused !== undefined || outbox.connectivity === 'offline') void broker.resume()
}

let waitMs = settleMs

/** When nothing of these lanes is on its way any more. Where that cannot be seen from here it is tried ever later. */
function readAgainAfter(store: AppStore, lanes: readonly string[]): void {
  stopWatching()
  let timer: ReturnType<typeof setTimeout> | undefined
  const look = () => {
    const isOnItsWay = Object.values(store.getState().broker.entries).some(
      ({ lane, state }) => lanes.includes(lane) && (state === 'capturing' || state === 'accepted'),
    )
    if (isOnItsWay) {
      clearTimeout(timer)
      timer = undefined
    } else
      timer ??= setTimeout(() => {
        stopWatching()
        void refreshFeed()
      }, waitMs)
  }
  const unsubscribe = store.subscribe(look)
  stopWatching = () => {
    unsubscribe()
    clearTimeout(timer)
    stopWatching = () => {}
  }
  look()
  waitMs = Math.min(waitMs * 2, settleMsMax)
}

/** Where the storage fails nothing is pending either: the answer is the truth. */
const withoutStorage = (): ReadMark => ({ readAt: Date.now(), touchedLanes: async () => new Set() })

const hasPosts = (store: AppStore): boolean =>
  Object.values(store.getState().posts.byId).some(({ id, draftId }) => id !== draftId)

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
