// Shares the worlds of a run among threads.
import { Worker } from 'node:worker_threads'
import { sumOf, type Tally } from './batch.js'
import type { ProductTexts } from './product.js'
import type { Batch } from './thread.js'

export interface PoolOptions {
  /** The file of the bundled simulation. */
  readonly file: string
  readonly threads: number
  readonly seed: number
  /** The first world. */
  readonly from?: number
  /** The first world that is left out. */
  readonly runs: number
  onProgress?(worlds: number, failures: number): void
  /** Ends the run early. */
  isEnough?(tally: Tally): boolean
}

const batchWorlds = 25

export async function runInThreads(texts: ProductTexts, options: PoolOptions): Promise<Tally> {
  const { file, threads, seed, runs, from: first = 0, onProgress, isEnough } = options
  let next = first
  let sum = sumOf([])
  const take = (): Batch | undefined => {
    if (next >= runs || isEnough?.(sum)) return undefined
    const from = next
    next = Math.min(runs, from + batchWorlds)
    return { seed, from, to: next }
  }
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const thread = new Worker(file, {
        workerData: texts,
        resourceLimits: { maxYoungGenerationSizeMb: 64 },
        env: { ...process.env, TZ: 'UTC' },
      })
      const goOn = () => {
        const batch = take()
        if (batch !== undefined) return thread.postMessage(batch)
        void thread.terminate().then(() => resolve())
      }
      thread.on('error', reject)
      thread.on('message', (tally: Tally) => {
        sum = sumOf([sum, tally])
        onProgress?.(sum.worlds, sum.failures.length)
        goOn()
      })
      goOn()
    })
  await Promise.all(Array.from({ length: threads }, work))
  return sum
}
