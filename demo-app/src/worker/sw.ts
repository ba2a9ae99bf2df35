// The app's own worker. It serves the shell from its precache. The broker joins it by one line and listens to nothing
// of that.
import { startBrokerWorker } from 'redux-broker/worker'
import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  type PrecacheEntry,
  precacheAndRoute,
} from 'workbox-precaching'
import { listenForSessionNews } from '../session/session-news'
import { addToken, forgetToken } from './token'

declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: (PrecacheEntry | string)[] }

// In the lab's `bearer-worker` mode it is registered under this name, and gets tokens of its own.
const hasTokens = new URL(self.location.href).searchParams.get('session') === 'bearer'
startBrokerWorker(hasTokens ? { prepareHeaders: addToken } : {})
// A token of the session before is no good.
listenForSessionNews(forgetToken)

precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()
const shell = createHandlerBoundToURL('/index.html')

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.mode === 'navigate' && (url.pathname === '/' || url.pathname === '/lab'))
    event.respondWith(shell({ event, request, url }))
})

// A first visit is served by this worker at once. A new version waits until its user agrees (SKIP_WAITING).
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('message', ({ data }) => {
  if (data?.type === 'SKIP_WAITING') void self.skipWaiting()
})
