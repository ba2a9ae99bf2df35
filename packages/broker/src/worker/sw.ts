// A whole service worker, for apps that have none: copy it, or load it with importScripts from one's own. Registered
// as `sw.js?name=…` it serves the database of that name.
import { startBrokerWorker } from './start-broker-worker.js'

declare const self: ServiceWorkerGlobalScope

const name = new URL(self.location.href).searchParams.get('name')
startBrokerWorker(name === null ? {} : { name })

// The page asks for it when its user agrees to the update; entries wait on disk meanwhile.
self.addEventListener('message', ({ data }) => {
  if (data?.type === 'SKIP_WAITING') void self.skipWaiting()
})
