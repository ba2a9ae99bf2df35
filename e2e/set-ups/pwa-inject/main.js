import { registerSW } from 'virtual:pwa-register'
import { startApp } from '../app/app.js'

registerSW()
startApp((broker) => broker.register(() => navigator.serviceWorker.ready))
