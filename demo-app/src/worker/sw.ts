// The app's own worker: the shell from its precache, the last copies of two reads, and the broker, which joins it by
// one line and listens to nothing of that.
import { startBrokerWorker } from 'redux-broker/worker'
import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  type PrecacheEntry,
  precacheAndRoute,
} from 'workbox-precaching'
import { listenForSessionNews } from '../session/session-news'
import { findCopy, keptPaths } from './last-copy'
import { addToken, forgetToken } from './token'

declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: (PrecacheEntry | string)[] }

/** Longer than a slow answer, shorter than anybody looks at an empty page: a network that lies is away. */
const patienceMs = 3_000
/** For the next read, once a network has proved to lie: nobody waits twice for it. */
const patienceSpentMs = 500

const copiedPaths: readonly string[] = Object.values(keptPaths)

// In the lab's `bearer-worker` mode it is registered under this name, and gets tokens of its own.
const hasTokens = new URL(self.location.href).searchParams.get('session') === 'bearer'
const { activeUser } = startBrokerWorker(hasTokens ? { prepareHeaders: addToken } : {})
// A token of the session before is no good.
listenForSessionNews(forgetToken)

precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()
const shell = createHandlerBoundToURL('/index.html')

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate' && (url.pathname === '/' || url.pathname === '/lab'))
    event.respondWith(shell({ event, request, url }))
  // A request that wants to see redirects is the broker's probe of the session: a copy would be a lie to it.
  else if (copiedPaths.includes(url.pathname) && request.redirect === 'follow')
    event.respondWith(networkFirst(request, url.pathname))
})

// A first visit is served by this worker at once; a new version waits until its user agrees (SKIP_WAITING).
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('message', ({ data }) => {
  if (data?.type === 'SKIP_WAITING') void self.skipWaiting()
})

let isNetworkTrusted = true

async function networkFirst(request: Request, path: string): Promise<Response> {
  const answer = fetch(request).then((fetched) => {
    isNetworkTrusted = true
    return fetched
  })
  const inTime = await Promise.race([
    answer.catch(() => undefined),
    pause(isNetworkTrusted ? patienceMs : patienceSpentMs),
  ])
  if (inTime !== undefined && isOfTheApp(inTime)) return inTime
  isNetworkTrusted = false
  const user = await activeUser().catch(() => undefined)
  return (user === undefined ? undefined : await findCopy(path, user)) ?? answer
}

/** A refusal is the server's word and goes to the page; a portal's page or a failing server is not. */
function isOfTheApp({ status, redirected, headers }: Response): boolean {
  return !redirected && status < 500 && headers.get('Content-Type')?.includes('json') === true
}

const pause = (ms: number): Promise<undefined> =>
  new Promise((resolve) => setTimeout(() => resolve(undefined), ms))
