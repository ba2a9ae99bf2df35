import { startApp } from '../app/app.js'

startApp((broker) => broker.register('/app/sw.js', { type: 'module', scope: '/app/' }))
