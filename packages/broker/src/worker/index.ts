// The worker's entry point.
export type { AnswerSeen, RefusesAnswer } from '../core/rows/answer-rules.js'
export { type BrokerWorker, startBrokerWorker } from './start-broker-worker.js'
export type { WorkerOptions, WorkerRequest } from './worker-options.js'
