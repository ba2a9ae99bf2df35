// The command `npm run simulate`.
import { isMainThread } from 'node:worker_threads'
import { planOf, runOne } from './batch.js'
import { runInThreads } from './pool.js'
import { type ProductTexts, productOf } from './product.js'
import { reportOf } from './report.js'
import { shrink } from './shrink.js'
import { tell } from './tell.js'
import { listen } from './thread.js'

export interface Command {
  readonly runs: number
  readonly seed: number
  /** Only this world, told in plain words. */
  readonly world: number | undefined
  readonly threads: number
  /** Tells the world as it is, and not the smallest part of it that fails. */
  readonly isWhole: boolean
}

export { bite } from './bite.js'
export { planOf, productOf, runInThreads, runOne }

if (!isMainThread) listen()

/** Gives the number of worlds that broke a promise. */
export async function simulate(texts: ProductTexts, file: string, command: Command): Promise<number> {
  const { runs, seed, world, threads, isWhole } = command
  if (world !== undefined) return replay(texts, seed, world, isWhole)
  const begun = performance.now()
  const tally = await runInThreads(texts, { file, threads, seed, runs })
  console.log(reportOf(tally, (performance.now() - begun) / 1_000))
  const [first] = tally.failures
  for (const { world: failed, violations } of tally.failures.slice(0, 20))
    console.log(`world ${failed}: ${violations.map(({ promise, text }) => `${promise} ${text}`).join('; ')}`)
  console.log(`\n${tally.failures.length} of ${tally.worlds} worlds broke a promise.`)
  if (first !== undefined) {
    console.log(`\nThe smallest part of world ${first.world} that still fails:`)
    await replay(texts, seed, first.world, false)
  }
  return tally.failures.length
}

/** Runs one world and tells it. */
export async function replay(
  texts: ProductTexts,
  seed: number,
  world: number,
  isWhole: boolean,
): Promise<number> {
  const product = productOf(texts)
  const outcome = await runOne(planOf(seed, world), product)
  const told = outcome.violations.length === 0 || isWhole ? outcome : await shrink(outcome, product)
  console.log(tell(told))
  console.log(
    `\nhash ${outcome.history.hash}. To run it again: npm run simulate -- --seed ${seed} --world ${world}`,
  )
  return outcome.violations.length === 0 ? 0 : 1
}
