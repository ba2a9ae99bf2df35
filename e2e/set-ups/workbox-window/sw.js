import { startBrokerWorker } from 'redux-broker/worker'
import { serveShell } from '../app/shell.js'

startBrokerWorker()
serveShell()
