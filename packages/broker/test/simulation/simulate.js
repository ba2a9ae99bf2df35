// Runs simulated worlds: `npm run simulate -- --runs 10000 --seed 7`, or one of them: `--seed 7 --world 12`. With `--bugs`
// each seeded bug is put into the product, to see whether the simulation catches it.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { bugs } from './bugs/bugs.js'
import { bundleProduct, loadSimulation, patchesOf } from './run/bundle.js'

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    seed: { type: 'string' },
    world: { type: 'string' },
    threads: { type: 'string', default: String(availableParallelism()) },
    whole: { type: 'boolean', default: false },
    bugs: { type: 'boolean', default: false },
    bug: { type: 'string', default: '' },
  },
})
const numberOr = (/** @type {string | undefined} */ text) => (text === undefined ? undefined : Number(text))

const seed = numberOr(values.seed) ?? Math.floor(Math.random() * 2 ** 31)
const threads = Number(values.threads)
const world = numberOr(values.world)
const chosen = bugs.filter(({ name }) => name.includes(values.bug))
console.log(`seed ${seed}`)
const { simulate, bite, file } = await loadSimulation()

const seeded = chosen.map((bug) => ({ name: bug.name, bundle: () => bundleProduct(patchesOf(bug)) }))
const texts = () => bundleProduct(values.bug === '' ? [] : chosen.flatMap(patchesOf))
const failures = values.bugs
  ? await bite(seeded, await bundleProduct(), { file, threads, seed, runs: numberOr(values.runs) ?? 100 })
  : await simulate(await texts(), file, {
      runs: numberOr(values.runs) ?? 10_000,
      seed,
      world,
      threads,
      isWhole: values.whole,
    })
process.exitCode = failures === 0 ? 0 : 1
