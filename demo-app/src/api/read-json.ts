// Reads of the API. Every way in which a read can end is a value, so that each has a face in the app.
import { addCredentials } from '../session/session-mode'
import { copyHeaders } from '../worker/last-copy'
import { forgetToken } from '../worker/token'

export type Read<T> =
  | { readonly status: 'fresh'; readonly value: T; readonly user: string | undefined }
  /** The worker's last copy, since the server could not be reached. `sentAt`: when its request was sent. */
  | { readonly status: 'copy'; readonly value: T; readonly user: string | undefined; readonly sentAt: number }
  | { readonly status: 'signedOut' }
  /** No answer of the app's own server: no network, a captive portal, a failing server. */
  | { readonly status: 'unreachable' }

const patienceMs = 15_000

export async function readJson<T>(path: string, parse: (body: unknown) => T): Promise<Read<T>> {
  try {
    const headers = new Headers({ Accept: 'application/json' })
    const hasAll = await addCredentials(headers).then(
      () => true,
      () => false,
    )
    const answer = await fetch(path, { headers, signal: AbortSignal.timeout(patienceMs) })
    if (answer.status === 401) {
      forgetToken()
      // Where no token could be asked for, a refusal says nothing of the session.
      return { status: hasAll ? 'signedOut' : 'unreachable' }
    }
    if (!answer.ok || answer.redirected) return { status: 'unreachable' }
    const user = answer.headers.get('X-User') ?? undefined
    const value = parse(await answer.json())
    const copiedAt = answer.headers.get(copyHeaders.sentAt)
    return copiedAt === null
      ? { status: 'fresh', value, user }
      : { status: 'copy', value, user, sentAt: Number(copiedAt) }
  } catch {
    // A rejected fetch, a cut body, or a page of HTML where JSON was asked for: all mean that nothing was learnt.
    return { status: 'unreachable' }
  }
}
