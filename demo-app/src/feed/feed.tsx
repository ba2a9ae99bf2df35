// The feed in each of its states, which are loading, empty, failed, an old copy, and the server's.
import type { ReactElement } from 'react'
import { AccountCard } from '../account/account-card'
import { timeOf } from '../account/age'
import { useAppSelector } from '../app/store'
import { Composer } from '../composer/composer'
import { DeadLetters } from '../dead-letters/dead-letters'
import { nameOf } from '../ui/avatar'
import { Icon } from '../ui/icon'
import './feed.css'
import { PostCard } from './post-card'
import { refresh } from './refresh'
import { Skeletons } from './skeletons'
import { ThreeStates } from './three-states'

export function Feed(): ReactElement {
  const isReady = useAppSelector(({ session }) => session.phase === 'ready')
  return (
    <div className="feed-grid">
      <div className="feed-column">
        <h1 className="hidden-text" tabIndex={-1}>
          Feed
        </h1>
        <Composer />
        <FeedStatusLine />
        {isReady ? <Posts /> : <Skeletons />}
      </div>
      <aside className="feed-aside" aria-label="You and your changes">
        <DeadLetters />
        <AccountCard />
        <section className="card legend">
          <h2 className="card-title">The marks of a change</h2>
          <ThreeStates />
        </section>
      </aside>
    </div>
  )
}

function Posts(): ReactElement {
  const order = useAppSelector(({ posts }) => posts.order)
  const byId = useAppSelector(({ posts }) => posts.byId)
  const shows = useAppSelector(({ feed }) => feed.shows)
  const list = order.flatMap((id) => byId[id] ?? [])
  return (
    <>
      <div className="posts">
        {list.map((post) => (
          <PostCard key={post.draftId ?? post.id} post={post} />
        ))}
      </div>
      {shows === 'none' && <Skeletons />}
      {shows === 'failed' && <FeedFailed />}
      {shows === 'closed' && <FeedClosed />}
      {(shows === 'fresh' || shows === 'copy') && list.length === 0 && (
        <div className="card feed-message">
          <Icon name="pen" />
          <h2 className="card-title">Nobody has written anything yet</h2>
          <p className="soft">Write the first post above. It works offline too.</p>
        </div>
      )}
    </>
  )
}

function FeedFailed(): ReactElement {
  return (
    <div className="card feed-message">
      <Icon name="cloudOff" />
      <h2 className="card-title">The feed could not be read</h2>
      <p className="soft">
        The server did not answer, and this device has no copy. It is tried again by itself when the network
        is back.
      </p>
      <button type="button" className="button" onClick={() => void refresh()}>
        Try again
      </button>
    </div>
  )
}

/** The notice says what happened, and has the way to sign in. */
function FeedClosed(): ReactElement {
  const name = useAppSelector(({ session }) => nameOf(session.user?.id ?? ''))
  return (
    <div className="card feed-message">
      <Icon name="pause" />
      <h2 className="card-title">The feed waits for a sign-in</h2>
      <p className="soft">It is read when {name} is signed in again.</p>
    </div>
  )
}

/** How old the feed is. The line is always there, so that nothing moves when it has something to say. */
function FeedStatusLine(): ReactElement {
  const { shows, readAt } = useAppSelector(({ feed }) => feed)
  const connectivity = useAppSelector(({ broker }) => broker.connectivity)
  const time = readAt === undefined ? '' : timeOf(readAt)
  return (
    <p className="feed-status soft" data-shows={shows}>
      {shows === 'copy' && (
        <>
          <Icon name="clock" />
          Last copy from {time}
          {connectivity === 'offline' && ', you are offline'}
        </>
      )}
      {shows === 'fresh' && `Read at ${time}`}
    </p>
  )
}
