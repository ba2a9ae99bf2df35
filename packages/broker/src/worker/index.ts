// The worker's entry point.
export type { AnswerSeen, RefusesAnswer } from '../core/rows/answer-rules.js'
export {
  type BrokerWorker,
  startBrokerWorker,
  type WorkerOptions,
  type WorkerRequest,
} from './start-broker-worker.js'
