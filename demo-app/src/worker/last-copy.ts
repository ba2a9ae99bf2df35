// The last answer of a read, kept for each user, for when the server cannot be reached. Shared by worker and page.

const cacheName = 'last-copies'

export const copyHeaders = {
  /** When the request of this copy was sent, in epoch milliseconds. Present on copies only. */
  sentAt: 'X-Copy-Sent-At',
  /** `1` on an answer that did not come from the server. */
  fromCache: 'X-From-Cache',
} as const

export const keptPaths: readonly string[] = ['/api/me', '/api/posts/top']

/** Keeps a 200 JSON answer under the user whom the server names in it; anything else is no copy worth having. */
export async function keepCopy(path: string, answer: Response, sentAt: number): Promise<void> {
  const user = answer.headers.get('X-User')
  const isJson = answer.headers.get('Content-Type')?.startsWith('application/json') === true
  const isCopy = answer.headers.has(copyHeaders.sentAt)
  if (answer.status !== 200 || answer.redirected || !isJson || isCopy || user === null) return
  if (!keptPaths.includes(path)) return
  try {
    const headers = new Headers(answer.headers)
    headers.set(copyHeaders.sentAt, String(sentAt))
    headers.set(copyHeaders.fromCache, '1')
    const cache = await caches.open(cacheName)
    await cache.put(keyOf(path, user), new Response(await answer.blob(), { headers }))
  } catch {
    // A full disk or a browser without caches: the app works, only not on its next start offline.
  }
}

export async function findCopy(path: string, user: string): Promise<Response | undefined> {
  return (await caches.open(cacheName)).match(keyOf(path, user))
}

/** Who signs out leaves nothing to read on this device. */
export async function forgetCopies(user: string): Promise<void> {
  try {
    const cache = await caches.open(cacheName)
    await Promise.all(keptPaths.map((path) => cache.delete(keyOf(path, user))))
  } catch {
    // Nothing is kept where there are no caches.
  }
}

const keyOf = (path: string, user: string): string => `${path}?user=${encodeURIComponent(user)}`
