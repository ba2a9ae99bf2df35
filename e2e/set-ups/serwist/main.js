import { getSerwist } from 'virtual:serwist'
import { startApp } from '../app/app.js'

startApp((broker) => broker.register(() => navigator.serviceWorker.ready))
const serwist = await getSerwist()
await serwist?.register()
