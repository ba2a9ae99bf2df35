import { defaultCache } from '@serwist/next/worker'
import { startBrokerWorker } from 'redux-broker/worker'
import type { PrecacheEntry, SerwistGlobalConfig } from 'serwist'
import { Serwist } from 'serwist'

declare global {
  interface WorkerGlobalScope extends SerwistGlobalConfig {
    __SW_MANIFEST: (PrecacheEntry | string)[] | undefined
  }
}

declare const self: ServiceWorkerGlobalScope

const serwist = new Serwist({
  precacheEntries: self.__SW_MANIFEST,
  skipWaiting: true,
  clientsClaim: true,
  // With navigation preload Firefox shows its own error page at a reload offline.
  navigationPreload: false,
  runtimeCaching: defaultCache,
})
serwist.addEventListeners()
startBrokerWorker()
