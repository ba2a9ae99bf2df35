// A sign-out that the server has not heard of yet. This device is signed out at once. One tab tells the server, never
// while somebody signs in, and only ever of the user who left.

const timeoutMs = 8_000

/** The user who signed out here while the server does not know. Their cookie would sign them in again by itself. */
const key = 'sign-out-owed-by'
/** The memory of this tab alone, where the browser keeps nothing for the site. */
let owedHere: string | undefined

export function owedSignOut(): string | undefined {
  try {
    return localStorage.getItem(key) ?? owedHere
  } catch {
    return owedHere
  }
}

export function oweSignOut(user: string): void {
  try {
    localStorage.setItem(key, user)
  } catch {
    owedHere = user
  }
}

function forgetOwedSignOut(): void {
  owedHere = undefined
  try {
    localStorage.removeItem(key)
  } catch {
    // Nothing is kept there.
  }
}

interface Telling {
  readonly done: Promise<void>
  giveUp(): void
}

let telling: Telling | undefined

/** Tells the server of a sign-out that it missed. Where it cannot be reached the sign-out is still owed afterwards. */
export async function payOwedSignOut(): Promise<void> {
  if (owedSignOut() === undefined) return
  telling ??= beginTelling()
  await telling.done
}

function beginTelling(): Telling {
  const stop = new AbortController()
  const end = () => {
    if (telling === mine) telling = undefined
  }
  const giveUp = () => {
    stop.abort()
    end()
  }
  // Not in a queue. A turn that begins as a sign-in ends may not see yet that nothing is owed any more. Storage tells
  // other tabs of a change a little later than locks do.
  const tell = async (isFree: boolean) => {
    if (isFree) await pay(stop)
  }
  const mine = { done: inTurn({ ifAvailable: true }, tell, giveUp).finally(end), giveUp }
  return mine
}

async function pay(stop: AbortController): Promise<void> {
  // Another tab may have been first.
  const user = owedSignOut()
  if (user !== undefined && (await endSession(user, stop))) forgetOwedSignOut()
}

/**
 * Signs somebody in. A sign-out on its way is given up in every tab, and none begins meanwhile. After a success none
 * is owed, since the new session stands in place of the old one.
 */
export function overrideSignOut<T>(signIn: () => Promise<T | undefined>): Promise<T | undefined> {
  telling?.giveUp()
  return inTurn({ steal: true }, async () => {
    const result = await signIn()
    if (result !== undefined) forgetOwedSignOut()
    return result
  })
}

/**
 * Works while no other tab does. `isFree` says whether no other tab did, and `onStolen` is called when another tab
 * takes the turn away. Without Web Locks the tabs know nothing of each other. The server then ends only the session
 * of the user whom the sign-out names.
 */
async function inTurn<T>(
  options: LockOptions,
  work: (isFree: boolean) => Promise<T>,
  onStolen: () => void = () => {},
): Promise<T> {
  let working: Promise<T> | undefined
  const begin = (isFree: boolean) => {
    working ??= work(isFree)
    return working
  }
  try {
    await navigator.locks.request('tapped-sign-out', options, (lock) => begin(lock !== null))
  } catch {
    if (working !== undefined) onStolen()
  }
  return begin(true)
}

/** False where the server could not be reached. */
async function endSession(user: string, stop: AbortController): Promise<boolean> {
  const timer = setTimeout(() => stop.abort(), timeoutMs)
  try {
    const answer = await fetch(`/api/session?user=${encodeURIComponent(user)}`, {
      method: 'DELETE',
      signal: stop.signal,
    })
    return answer.status === 204
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}
