// A thread that runs batches of worlds.
import { parentPort, workerData } from 'node:worker_threads'
import { runBatch } from './batch.js'
import { type ProductTexts, productOf } from './product.js'

export interface Batch {
  readonly seed: number
  readonly from: number
  readonly to: number
}

export function listen(): void {
  Error.stackTraceLimit = 0
  const product = productOf(workerData as ProductTexts)
  parentPort?.on('message', ({ seed, from, to }: Batch) => {
    void runBatch(product, seed, from, to).then((tally) => parentPort?.postMessage(tally))
  })
}
