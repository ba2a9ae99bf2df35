// A whole service worker, for apps that have none: copy it, or load it with importScripts. Its options are those of
// startBrokerWorker. A worker that loads it sets them first, as `self.reduxBroker = { name: 'shop' }`, since a script does
// not learn its own URL there. Registered by itself it takes `?name=`, `?base=`, `?origins=` and, where cookies go to
// those, `&credentials=include`.
import { startBrokerWorker } from './start-broker-worker.js'
import type { WorkerOptions } from './worker-options.js'

declare const self: ServiceWorkerGlobalScope & { readonly reduxBroker?: WorkerOptions }

startBrokerWorker(self.reduxBroker ?? fromQuery(new URL(self.location.href).searchParams))

/** Origins are separated by commas, or named one by one. */
function fromQuery(query: URLSearchParams): WorkerOptions {
  const name = query.get('name')
  const credentials = query.get('credentials') === 'include' ? 'include' : 'same-origin'
  const origins = query.getAll('origins').flatMap((list) => list.split(','))
  const base = query.get('base')
  return {
    ...(base !== null && { base }),
    ...(name !== null && { name }),
    origins: origins.map((origin) => ({ origin, credentials })),
  }
}
