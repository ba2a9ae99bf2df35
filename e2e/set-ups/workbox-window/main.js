import { Workbox } from 'workbox-window'
import { startApp } from '../app/app.js'

const workbox = new Workbox('/sw.js', { type: 'module' })
startApp((broker) => broker.register(() => workbox.register()))
