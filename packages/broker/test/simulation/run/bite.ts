// Does it bite? Runs a number of worlds with each seeded bug, and more of them where none broke a promise.
import type { Failure } from './batch.js'
import { type PoolOptions, runInThreads } from './pool.js'
import type { ProductTexts } from './product.js'

export interface SeededBug {
  readonly name: string
  bundle(): Promise<ProductTexts>
}

export type BiteCommand = Pick<PoolOptions, 'file' | 'threads' | 'seed' | 'runs'>

/** A bug that no world has caught is put into so many times as many worlds. */
const patience = 20

/** Gives the number of bugs that no world has caught. */
export async function bite(
  bugs: readonly SeededBug[],
  sound: ProductTexts,
  command: BiteCommand,
): Promise<number> {
  const { runs } = command
  let missed = 0
  console.log('| bug | caught in | first in world | broken promises, in worlds |\n|---|---|---|---|')
  const unsound = await failingWorlds(await runInThreads(sound, command))
  for (const { name, bundle } of bugs) {
    const texts = await bundle()
    let found: readonly Failure[] = without(unsound, (await runInThreads(texts, command)).failures)
    let worlds = runs
    if (found.length === 0) {
      const isEnough = ({ failures }: { readonly failures: readonly Failure[] }) => failures.length > 0
      const more = await runInThreads(texts, { ...command, from: runs, runs: runs * patience, isEnough })
      worlds += more.worlds
      found = await ofTheBug(more.failures, sound, command)
    }
    const [first] = found
    if (first === undefined) missed += 1
    const caught = first === undefined ? `NOT CAUGHT in ${worlds}` : `${found.length} of ${worlds}`
    console.log(`| ${name} | ${caught} | ${first?.world ?? '–'} | ${promisesOf(found)} |`)
  }
  console.log(`\n${bugs.length - missed} of ${bugs.length} bugs are caught.`)
  if (unsound.size > 0) console.log(`The sound product fails in the worlds ${[...unsound].join(', ')}.`)
  return missed
}

const failingWorlds = ({ failures }: { readonly failures: readonly Failure[] }) =>
  new Set(failures.map(({ world }) => world))

const without = (unsound: ReadonlySet<number>, failures: readonly Failure[]) =>
  failures.filter(({ world }) => !unsound.has(world))

/** Without the worlds that break a promise of the sound product too. */
async function ofTheBug(
  failures: readonly Failure[],
  sound: ProductTexts,
  command: BiteCommand,
): Promise<readonly Failure[]> {
  const own: Failure[] = []
  for (const failure of failures) {
    const { world } = failure
    const again = await runInThreads(sound, { ...command, from: world, runs: world + 1 })
    if (again.failures.length === 0) own.push(failure)
  }
  return own
}

function promisesOf(failures: readonly Failure[]): string {
  const counts = new Map<string, number>()
  for (const { violations } of failures)
    for (const promise of new Set(violations.map(({ promise }) => promise)))
      counts.set(promise, (counts.get(promise) ?? 0) + 1)
  const ordered = [...counts].sort(([, a], [, b]) => b - a)
  return ordered.map(([promise, worlds]) => `${promise} ${worlds}`).join(', ') || '–'
}
