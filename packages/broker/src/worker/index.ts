// The worker's entry point.
export { startBrokerWorker, type WorkerOptions } from './start-broker-worker.js'
