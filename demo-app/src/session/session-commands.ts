// Signing in and out, and finding out at a start who is signed in.
import { readJson } from '../api/read-json'
import { type Me, parseMe, type UserId } from '../api/types'
import { store } from '../app/store'
import { broker } from '../broker/broker'
import { refreshFeed } from '../feed/refresh-feed'
import { forgetCopies, keepCopy, keptPaths } from '../worker/last-copy'
import { postSessionNews } from './session-news'
import { restored, sessionFound, signedIn, signedOut, startFailed, startTriedAgain } from './session-slice'

const patienceMs = 8_000

/** Set while this device was signed out and the server does not know: its cookie would sign in again by itself. */
const owed = {
  get: () => localStorage.getItem('sign-out-owed') !== null,
  set: () => localStorage.setItem('sign-out-owed', '1'),
  clear: () => localStorage.removeItem('sign-out-owed'),
}

export async function startSession(): Promise<void> {
  if (owed.get()) {
    store.dispatch(signedOut({ serverMustBeTold: true }))
    await tellServer()
    return
  }
  store.dispatch(startTriedAgain())
  const me = await readJson(keptPaths.me, parseMe)
  if (me.status === 'signedOut') store.dispatch(signedOut({ serverMustBeTold: false }))
  else if (me.status === 'unreachable') store.dispatch(startFailed())
  else {
    if (me.status === 'fresh') await keepMe(me.value)
    await enter(me.value)
  }
}

/** So that the worker can say who this is when the server cannot be asked. */
const keepMe = (me: Me) => keepCopy(keptPaths.me, me.id, me, Date.now())

/** Opens the user's outbox. The feed is shown when what waits in it is back in the view, not a frame earlier. */
export async function enter(user: Me): Promise<void> {
  store.dispatch(signedIn(user))
  await broker.ready
  store.dispatch(restored())
  await refreshFeed()
}

/** The same user is signed in again: what was paused goes on. */
export async function resume(): Promise<void> {
  store.dispatch(sessionFound())
  await broker.resume()
  await refreshFeed()
}

/** False where the server could not be reached. */
export async function signIn(user: UserId): Promise<boolean> {
  const me = await askForSession(user)
  if (me === undefined) return false
  owed.clear()
  await keepMe(me)
  postSessionNews({ kind: 'signedIn', user: me })
  if (store.getState().session.user?.id === me.id) await resume()
  else await enter(me)
  return true
}

/** Signs out here at once, also where the server cannot be told now; then it is told as soon as it can be. */
export async function signOut(): Promise<void> {
  const { user } = store.getState().session
  const isTold = await endSession()
  if (!isTold) owed.set()
  if (user !== undefined) await forgetCopies(user.id)
  store.dispatch(signedOut({ serverMustBeTold: !isTold }))
  if (user !== undefined) postSessionNews({ kind: 'signedOut', userId: user.id })
}

/** Tells the server of a sign-out that it missed. */
export async function tellServer(): Promise<void> {
  if (!owed.get() || !(await endSession())) return
  owed.clear()
  const { session } = store.getState()
  if (session.phase === 'signedOut') store.dispatch(signedOut({ serverMustBeTold: false }))
}

async function askForSession(user: UserId): Promise<Me | undefined> {
  try {
    const answer = await fetch('/api/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ user }),
      signal: AbortSignal.timeout(patienceMs),
    })
    return answer.ok ? parseMe(await answer.json()) : undefined
  } catch {
    return undefined
  }
}

async function endSession(): Promise<boolean> {
  try {
    const answer = await fetch('/api/session', { method: 'DELETE', signal: AbortSignal.timeout(patienceMs) })
    return answer.status === 204
  } catch {
    return false
  }
}
