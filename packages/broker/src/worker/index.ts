// The worker's entry point.
export {
  type BrokerWorker,
  startBrokerWorker,
  type WorkerOptions,
  type WorkerRequest,
} from './start-broker-worker.js'
