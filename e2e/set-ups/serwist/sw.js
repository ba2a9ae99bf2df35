import { startBrokerWorker } from 'redux-broker/worker'
import { Serwist } from 'serwist'

const serwist = new Serwist({
  precacheEntries: self.__SW_MANIFEST,
  skipWaiting: true,
  clientsClaim: true,
})
serwist.addEventListeners()
startBrokerWorker()
