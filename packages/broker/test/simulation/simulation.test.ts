// A short run of the simulation. Long runs are `npm run simulate`.
import { expect, it } from 'vitest'
import { bugs } from './bugs/bugs.js'
import { bundleProduct, checkBug, loadSimulation, patchesOf } from './run/bundle.js'

const { runInThreads, file } = await loadSimulation()
const threads = 1

it('keeps every promise in eighty worlds', async () => {
  const { worlds, failures } = await runInThreads(await bundleProduct(), {
    file,
    threads,
    seed: 7,
    runs: 80,
  })

  expect(failures).toEqual([])
  expect(worlds).toBe(80)
})

it('has the same history for the same seed, and another for another', async () => {
  const texts = await bundleProduct()
  const hashOf = async (seed: number) => (await runInThreads(texts, { file, threads, seed, runs: 10 })).hash

  const first = await hashOf(1)

  expect(await hashOf(1)).toBe(first)
  expect(await hashOf(2)).not.toBe(first)
})

it('catches a bug that is put into the product', async () => {
  const [bug] = bugs
  const texts = await bundleProduct(bug && patchesOf(bug))
  const { failures } = await runInThreads(texts, { file, threads, seed: 1, runs: 10 })

  expect(failures.length).toBeGreaterThan(0)
})

it.each(bugs)('has a bug that fits the sources: $name', (bug) => {
  expect(() => checkBug(bug)).not.toThrow()
})
