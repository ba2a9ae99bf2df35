// A whole service worker, for apps that have none: copy it, or load it with importScripts from one's own.
import { startBrokerWorker } from './start-broker-worker.js'

declare const self: ServiceWorkerGlobalScope

startBrokerWorker()

// The page asks for it when its user agrees to the update; entries wait on disk meanwhile.
self.addEventListener('message', ({ data }) => {
  if (data?.type === 'SKIP_WAITING') void self.skipWaiting()
})
