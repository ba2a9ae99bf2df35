// Reads all that the feed shows. The slices hear of the outcome, here as everywhere.
import type { AnswerOf, Settled } from 'redux-broker'
import { store } from '../app/store'
import { broker } from '../broker/broker'
import { loadFeed, loadGroups, loadMe, loadNotifsCount } from '../broker/reads'

type SettledMe = Settled<AnswerOf<typeof loadMe>>

const askMe = () => store.dispatch(loadMe()).settled

/** Resolves when the server has been asked, or cannot be asked. `me` is the outcome of a read that was made already. */
export async function refresh(me: SettledMe | Promise<SettledMe> = askMe()): Promise<void> {
  store.dispatch(loadFeed())
  store.dispatch(loadNotifsCount())
  store.dispatch(loadGroups())
  const end = await me
  if (end.status !== 'delivered' || end.stale) return
  // The server has named the user. The session is good, and the network is there.
  const { paused, connectivity } = store.getState().broker
  if (paused !== undefined || connectivity === 'offline') void broker.resume()
}
