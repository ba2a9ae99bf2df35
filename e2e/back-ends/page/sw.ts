// The worker of the page. It keeps the page for offline use, and does the broker's part.
import { startBrokerWorker } from 'redux-broker/worker'

// The rest of this folder has the types of a page.
interface WorkerEvent extends Event {
  readonly request: Request
  waitUntil(work: Promise<unknown>): void
  respondWith(answer: Promise<Response>): void
}
declare const self: {
  readonly clients: { claim(): Promise<void> }
  addEventListener(type: 'install' | 'activate' | 'fetch', listener: (event: WorkerEvent) => void): void
}

const pages = ['/', '/main.js']
const api = new URL(location.href).searchParams.get('api')

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open('pages').then((cache) => cache.addAll(pages)))
})
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('fetch', (event) => {
  const { origin, pathname } = new URL(event.request.url)
  if (event.request.method !== 'GET' || origin !== location.origin || !pages.includes(pathname)) return
  event.respondWith(
    fetch(event.request).catch(async () => (await caches.match(pathname)) ?? Response.error()),
  )
})

startBrokerWorker(api ? { origins: [{ origin: api, credentials: 'include' }] } : {})
