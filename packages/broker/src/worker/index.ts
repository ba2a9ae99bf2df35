// The worker's entry point.
export { type BrokerWorker, startBrokerWorker, type WorkerOptions } from './start-broker-worker.js'
