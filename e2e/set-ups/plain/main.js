import { startApp } from '../app/app.js'

startApp((broker) => broker.register('/sw.js'), { name: 'plain' })
