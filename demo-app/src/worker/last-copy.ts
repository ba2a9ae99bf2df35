// The last answers of two reads, kept for each user, for when the server cannot be reached. The page keeps them, since
// only it knows what of an answer can be trusted while changes are under way; the worker gives them out.

const cacheName = 'last-copies'

export const keptPaths = { me: '/api/me', feed: '/api/posts/top' } as const

export const copyHeaders = {
  /** When the request of this copy was sent, in epoch milliseconds. Present on copies only. */
  sentAt: 'X-Copy-Sent-At',
  /** `1` on an answer that did not come from the server. */
  fromCache: 'X-From-Cache',
} as const

/** `user`: whom the server named in the answer. */
export async function keepCopy(path: string, user: string, body: unknown, sentAt: number): Promise<void> {
  try {
    const headers = { 'X-User': user, [copyHeaders.sentAt]: String(sentAt), [copyHeaders.fromCache]: '1' }
    const cache = await caches.open(cacheName)
    await cache.put(keyOf(path, user), Response.json(body, { headers }))
  } catch {
    // A full disk or a browser without caches: the app works, only not on its next start offline.
  }
}

export async function findCopy(path: string, user: string): Promise<Response | undefined> {
  try {
    return await (await caches.open(cacheName)).match(keyOf(path, user))
  } catch {
    // As if nothing had been kept.
    return undefined
  }
}

/** Who signs out leaves nothing to read on this device. */
export async function forgetCopies(user: string): Promise<void> {
  try {
    const cache = await caches.open(cacheName)
    await Promise.all(Object.values(keptPaths).map((path) => cache.delete(keyOf(path, user))))
  } catch {
    // Nothing is kept where there are no caches.
  }
}

const keyOf = (path: string, user: string): string => `${path}?user=${encodeURIComponent(user)}`
