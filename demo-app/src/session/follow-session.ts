// Keeps this tab's session in step with the other tabs and with a server that missed a sign-out.
import { store } from '../app/store'
import { forgetToken } from '../worker/token'
import { enter, resume, tellServer } from './session-commands'
import { listenForSessionNews, type SessionNews } from './session-news'
import { signedOut } from './session-slice'

const tellAgainMs = 15_000

export function followSession(): void {
  listenForSessionNews((news) => void follow(news))
  window.addEventListener('online', () => void tellServer())
  setInterval(() => void (navigator.onLine && tellServer()), tellAgainMs)
  let wasLost = false
  store.subscribe(() => {
    const isLost = store.getState().session.lost !== undefined
    // The token of a session that is over is good for nothing.
    if (isLost && !wasLost) forgetToken()
    wasLost = isLost
  })
}

async function follow(news: SessionNews): Promise<void> {
  const user = store.getState().session.user
  forgetToken()
  if (news.kind === 'signedOut') {
    if (user?.id === news.userId) store.dispatch(signedOut({ serverMustBeTold: false }))
    return
  }
  if (user?.id === news.user.id) return resume()
  if (user !== undefined) store.dispatch(signedOut({ serverMustBeTold: false }))
  await enter(news.user)
}
