// Ten parts of an app that do not know of each other ask for what they need, as at a start.
import { store } from '../app/store'
import { broker } from '../broker/broker'
import { asked, type Wish } from '../broker/reads'

export const tenWishes: readonly Wish[] = [
  { path: '/api/me', priority: 1 },
  { path: '/api/notifs/count', priority: 3 },
  { path: '/api/me', priority: 1 },
  { path: '/api/me/groups', priority: 4 },
  { path: '/api/me', priority: 1 },
  { path: '/api/posts/top', priority: 2 },
  { path: '/api/me', priority: 1 },
  { path: '/api/posts/top', priority: 2 },
  { path: '/api/notifs/count', priority: 3 },
  { path: '/api/me/groups', priority: 4 },
]

export type End = 'answered' | 'cancelled' | 'failed'

/** A part of an app that asks. */
export interface Asker {
  readonly end: Promise<End>
  leave(): void
}

/** The two ways to ask, which meet in the same line. */
export const ways: Readonly<Record<'redux' | 'fetch', (wish: Wish) => Asker>> = {
  redux(wish) {
    const receipt = store.dispatch(asked(wish))
    const end = receipt.settled.then(({ status }): End => {
      // Nobody looks at it any more, so the broker is not to ask for it again by itself.
      void receipt.cancel()
      if (status === 'delivered') return 'answered'
      return status === 'cancelled' ? 'cancelled' : 'failed'
    })
    return { end, leave: () => void receipt.cancel() }
  },
  fetch({ path, priority }) {
    const leaving = new AbortController()
    const { signal } = leaving
    const end = broker.fetch(path, { priority, cache: 'networkOnly', signal }).then(
      ({ ok }): End => (ok ? 'answered' : 'failed'),
      (): End => (signal.aborted ? 'cancelled' : 'failed'),
    )
    return { end, leave: () => leaving.abort() }
  },
}

export type Way = keyof typeof ways
