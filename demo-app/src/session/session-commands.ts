// Signing in and out, and finding out at a start who is signed in.
import { type Me, parseMe, parseToken, type UserId } from '../api/types'
import { store } from '../app/store'
import { broker } from '../broker/broker'
import { loadMe } from '../broker/reads'
import { saysClosed } from '../broker/says-closed'
import { refresh } from '../feed/refresh'
import { forgetToken, holdToken } from '../worker/token'
import { overrideSignOut, owedSignOut, oweSignOut, payOwedSignOut } from './owed-sign-out'
import { forgetUser, recallUser, rememberUser } from './remembered-user'
import { isBearer } from './session-mode'
import { postSessionNews } from './session-news'
import { restored, sessionFound, signedIn, signedOut, startFailed, startTriedAgain } from './session-slice'

const timeoutMs = 8_000

/** A sign-out that takes longer than this is said to be unknown to the server. Most are quicker. */
const quietMs = 1_000

export async function startSession(): Promise<void> {
  if (owedSignOut() !== undefined) {
    store.dispatch(signedOut({ serverMustBeTold: true }))
    await tellServer()
    return
  }
  const recalled = recallUser()
  store.dispatch(startTriedAgain(recalled))
  await (recalled === undefined ? startAsStranger() : startAs(recalled))
}

/** The broker has the outbox of the user who was here last, and nothing is shown of it before it is known who is here. */
async function startAs(recalled: Me): Promise<void> {
  const me = await store.dispatch(loadMe()).settled
  if (me.status === 'delivered') return enter(me.answer, me)
  // Somebody signed in or out meanwhile, in another tab.
  if (me.status === 'cancelled') return
  // Nothing was learnt, so the last user is taken for the present one.
  if (me.status !== 'returned' || !saysClosed(me)) return enter(recalled, me)
  forgetUser()
  forgetToken()
  store.dispatch(startTriedAgain())
  await startAsStranger()
}

async function startAsStranger(): Promise<void> {
  const me = await askWhoIsHere()
  // Somebody signed in meanwhile, in another tab.
  if (store.getState().session.phase !== 'starting') return
  if (me === 'nobody') store.dispatch(signedOut({ serverMustBeTold: false }))
  else if (me === 'unreachable') store.dispatch(startFailed())
  else await enter(me)
}

async function askWhoIsHere(): Promise<Me | 'nobody' | 'unreachable'> {
  try {
    const answer = await broker.fetch('/api/me', { priority: 1, requestTimeoutMs: timeoutMs })
    if (answer.status === 401) {
      forgetToken()
      return 'nobody'
    }
    return parseMe(await answer.json())
  } catch {
    // No answer, a cut one, or a page of HTML where JSON was asked for. Nothing was learnt from any of them.
    return 'unreachable'
  }
}

/** Opens the user's outbox. The feed is shown when what waits in it is back in the view, not a frame earlier. */
export async function enter(user: Me, me?: Parameters<typeof refresh>[0]): Promise<void> {
  rememberUser(user)
  store.dispatch(signedIn(user))
  await broker.ready
  store.dispatch(restored())
  await refresh(me)
}

/** The same user is signed in again, so paused entries go on. */
export async function resume(): Promise<void> {
  store.dispatch(sessionFound())
  await broker.resume()
  await refresh()
}

export type SignIn =
  | { readonly status: 'in' | 'unreachable' }
  /** Too many sign-ins came from here. */
  | { readonly status: 'tooMany'; readonly when: string }

export async function signIn(user: UserId): Promise<SignIn> {
  let refused: SignIn = { status: 'unreachable' }
  const me = await overrideSignOut(async () => {
    const asked = await askForSession(user)
    if ('id' in asked) return asked
    refused = asked
    return undefined
  })
  if (me === undefined) return refused
  postSessionNews({ kind: 'signedIn', user: me })
  if (store.getState().session.user?.id === me.id) await resume()
  else await enter(me)
  return { status: 'in' }
}

/** Signs out here at once, however slow or far the server is. The server is told as soon as it can be. */
export async function signOut(): Promise<void> {
  const { user } = store.getState().session
  if (user === undefined) return
  oweSignOut(user.id)
  forgetUser()
  forgetToken()
  store.dispatch(signedOut({ serverMustBeTold: false }))
  postSessionNews({ kind: 'signedOut', userId: user.id })
  await Promise.race([tellServer(), pause(quietMs)])
  if (owedSignOut() !== undefined) noteThatServerMustBeTold(true)
}

/** Tells the server of a sign-out that it missed. */
export async function tellServer(): Promise<void> {
  // A tab that has a user again owes nothing.
  if (store.getState().session.user !== undefined) return
  await payOwedSignOut()
  // Another tab may have been the one that told it.
  if (owedSignOut() === undefined) noteThatServerMustBeTold(false)
}

/** Only while nobody has signed in since. */
function noteThatServerMustBeTold(serverMustBeTold: boolean): void {
  const { session } = store.getState()
  if (session.phase === 'signedOut' && session.serverMustBeTold !== serverMustBeTold)
    store.dispatch(signedOut({ serverMustBeTold }))
}

async function askForSession(user: UserId): Promise<Me | SignIn> {
  try {
    const answer = await fetch('/api/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ user, ...(isBearer && { as: 'bearer' }) }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (answer.status === 429) return { status: 'tooMany', when: whenToRetry(answer) }
    if (!answer.ok) return { status: 'unreachable' }
    const body: unknown = await answer.json()
    if (isBearer) holdToken(parseToken(body))
    // No more than this. The rest of the answer is kept nowhere.
    const { id, name } = parseMe(body)
    return { id, name }
  } catch {
    return { status: 'unreachable' }
  }
}

function whenToRetry({ headers }: Response): string {
  const seconds = Number(headers.get('Retry-After'))
  return seconds > 0 ? `in ${seconds} s` : 'a little later'
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
