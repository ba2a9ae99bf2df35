// Reads the feed without ever making a count wrong (P8): what a pending change touched while the read ran keeps what
// was known of it, and is read again once it has settled.
import { markRead, type ReadMark } from 'redux-broker'
import { type Read, readJson } from '../api/read-json'
import { parsePosts, type ServerPost } from '../api/types'
import { store } from '../app/store'
import { broker } from '../broker/broker'
import { postLane } from '../broker/requests'
import { sessionFound, sessionLost } from '../session/session-slice'
import { keptPaths } from '../worker/last-copy'
import { composeFeed, type DatedPost, keepFeedCopy, readFeedCopy } from './feed-copy'
import { readBegun, readEnded } from './feed-status-slice'
import { feedLoaded } from './posts-slice'
import { createReadAgain } from './read-again'

/** A first read without a copy has nothing to keep: it is repeated while something is in flight, then taken as it is. */
const firstReadsMax = 6
const firstReadsMs = 250

const readAgain = createReadAgain(store, () => void refreshFeed())
let reading: Promise<void> | undefined

/** One read at a time: who asks meanwhile shares it. */
export function refreshFeed(): Promise<void> {
  reading ??= read().finally(() => {
    reading = undefined
  })
  return reading
}

async function read(): Promise<void> {
  const user = currentUser()
  if (user === undefined) return
  store.dispatch(readBegun())
  for (let tries = 1; ; tries++) {
    const begunAt = Date.now()
    const mark = await markRead(broker).catch(() => withoutStorage)
    const answer = await readJson(keptPaths.feed, parsePosts)
    const touched = [...(await mark.touchedLanes().catch(() => new Set<string>()))]
    const copy = touched.length > 0 ? await readFeedCopy(user) : undefined
    if (currentUser() !== user) return
    if (answer.status !== 'fresh' || answer.user !== user) return onNoTruth(answer, user)
    const isBlind = touched.length > 0 && copy === undefined && !hasPosts()
    if (isBlind && tries < firstReadsMax) await pause(firstReadsMs)
    else return onTruth({ posts: answer.value, touched, copy, readAt: mark.readAt || begunAt, user })
  }
}

interface Truth {
  readonly posts: readonly ServerPost[]
  readonly touched: readonly string[]
  readonly copy: readonly DatedPost[] | undefined
  readonly readAt: number
  readonly user: string
}

function onTruth({ posts, touched, copy, readAt, user }: Truth): void {
  const dated = composeFeed(posts, readAt, touched, copy)
  if (hasPosts()) store.dispatch(feedLoaded({ posts, touched }, readAt))
  else show(dated, readAt)
  store.dispatch(readEnded({ shows: 'fresh', readAt }))
  void keepFeedCopy(user, dated, readAt)
  // The user's own feed came from the server: the session is good and the network is there.
  const { session, broker: outbox } = store.getState()
  if (session.lost) store.dispatch(sessionFound())
  if (outbox.paused !== undefined || outbox.connectivity === 'offline') void broker.resume()
  readAgain.after(touched)
}

function onNoTruth(answer: Read<readonly ServerPost[]>, user: string): void {
  const isClosed = answer.status === 'signedOut' || ('user' in answer && answer.user !== user)
  if (isClosed) store.dispatch(sessionLost())
  if (isClosed || answer.status !== 'copy') {
    store.dispatch(readEnded(isClosed ? 'closed' : 'failed'))
    return
  }
  // A copy is older than what is on screen, unless nothing is.
  if (!hasPosts()) show(answer.value as readonly DatedPost[], answer.sentAt)
  store.dispatch(readEnded({ shows: 'copy', readAt: store.getState().feed.readAt ?? answer.sentAt }))
}

/** Posts of several ages, the oldest first: the broker applies again to each what was delivered since its own read. */
function show(posts: readonly DatedPost[], readAt: number): void {
  const moments = [...new Set([...posts.map((post) => post.readAt), readAt])].sort(
    (one, other) => one - other,
  )
  for (const moment of moments) {
    const older = posts.filter((post) => post.readAt < moment)
    store.dispatch(feedLoaded({ posts, touched: older.map(({ id }) => postLane(id)) }, moment))
  }
}

/** Where the storage fails nothing is pending either: the answer is the truth, and no moment of the broker's is known. */
const withoutStorage: ReadMark = { readAt: 0, touchedLanes: async () => new Set() }

const currentUser = (): string | undefined => store.getState().session.user?.id

/** Posts that the server has named: a draft is no reason to keep anything. */
const hasPosts = (): boolean =>
  Object.values(store.getState().posts.byId).some(({ id, draftId }) => id !== draftId)

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
