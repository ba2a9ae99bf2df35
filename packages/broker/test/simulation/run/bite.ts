// Does it bite? Runs worlds with each seeded bug, until enough of them broke a promise.

import type { Product } from '../world/world.js'
import { type Failure, planOf, runOne } from './batch.js'
import { runInThreads } from './pool.js'
import { type ProductTexts, productOf } from './product.js'

export interface SeededBug {
  readonly name: string
  bundle(): Promise<ProductTexts>
}

export interface BiteCommand {
  readonly file: string
  readonly threads: number
  readonly seed: number
  /** Worlds for each bug at most. */
  readonly runs: number
}

/** A bug that was caught so often is caught. */
const enough = 3

/** Gives the number of bugs that no world has caught. */
export async function bite(
  bugs: readonly SeededBug[],
  sound: ProductTexts,
  { file, threads, seed, runs }: BiteCommand,
): Promise<number> {
  const product = productOf(sound)
  let missed = 0
  for (const { name, bundle } of bugs) {
    const isEnough = ({ failures }: { readonly failures: readonly unknown[] }) => failures.length >= enough
    const tally = await runInThreads(await bundle(), { file, threads, seed, runs, isEnough })
    const { worlds } = tally
    const failures = await ofTheBug(tally.failures, seed, product)
    const promises = [
      ...new Set(failures.flatMap(({ violations }) => violations.map(({ promise }) => promise))),
    ]
    const found = failures.length === 0 ? 'NOT CAUGHT' : `caught by ${promises.sort().join(', ')}`
    console.log(`${failures.length} of ${worlds} worlds: ${name}: ${found}`)
    if (failures.length === 0) missed += 1
  }
  console.log(`\n${bugs.length - missed} of ${bugs.length} bugs are caught.`)
  return missed
}

/** Without the worlds that break a promise of the sound product too. */
async function ofTheBug(all: readonly Failure[], seed: number, sound: Product): Promise<readonly Failure[]> {
  const own: Failure[] = []
  for (const failure of all) {
    const { violations } = await runOne(planOf(seed, failure.world), sound)
    if (violations.length === 0) own.push(failure)
  }
  return own
}
