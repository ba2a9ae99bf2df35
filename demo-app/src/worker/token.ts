// The bearer token of this page or of this worker. It is in memory only, and each has its own. A cookie that no
// script sees is good for the next one.
import { type GivenToken, parseToken } from '../api/types'

/** Longer than a slow answer. Requests that need the token wait meanwhile. */
const timeoutMs = 5_000

let held: GivenToken | undefined
/** In epoch milliseconds, long before the token is over, so that none is over when it arrives. */
let renewAt = 0
let asking: Promise<GivenToken | undefined> | undefined

export function holdToken(given: GivenToken): void {
  held = given
  renewAt = Date.now() + given.lifetimeMs / 2
}

/** Somebody signed in or out, or the token was refused. */
export function forgetToken(): void {
  held = undefined
  asking = undefined
}

/**
 * Adds the token to a request. Adds nothing where the session is over, and the server answers 401. `route` is
 * undefined for the broker's question about the session, which comes after a refusal.
 * @throws where the server cannot be asked for a token
 */
export async function addToken(
  headers: Headers,
  { route }: { readonly route: string | undefined },
): Promise<void> {
  const isGood = held !== undefined && route !== undefined && Date.now() < renewAt
  const given = isGood ? held : await renew()
  if (given !== undefined) headers.set('Authorization', `Bearer ${given.token}`)
}

/** Callers that need a token at the same time share the answer. */
async function renew(): Promise<GivenToken | undefined> {
  asking ??= askForToken()
  const mine = asking
  try {
    const given = await mine
    // Forgotten meanwhile, it is of a session that is over.
    if (asking === mine && given !== undefined) holdToken(given)
    return given
  } finally {
    if (asking === mine) asking = undefined
  }
}

/** Undefined where the session is over. */
async function askForToken(): Promise<GivenToken | undefined> {
  const answer = await fetch('/api/session/token', {
    method: 'POST',
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (answer.status === 401) return undefined
  if (!answer.ok) throw new Error(`No token: the server answered ${answer.status}.`)
  return parseToken(await answer.json())
}
