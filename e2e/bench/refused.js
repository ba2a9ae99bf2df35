// The cost of a refused dispatch to the page, beside an accepted one and one of an action without a route, in one
// run. It is measured at the cap of entries, at that of bytes, and without a storage. Then it measures a loop of
// 100,000. `npm run bench:refused`
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { findChromium } from '../tools/browsers.js'
import { servePage } from './serve-page.js'

const rounds = 500
const entriesMax = 10_000
const loop = 100_000

const site = await servePage(new URL('pages/refused-page.js', import.meta.url), ({ method }, response) => {
  // Writes stay, so that there is no more room.
  if (method === 'GET') response.setHeader('Content-Type', 'application/json').end('{}')
  else response.writeHead(503, { 'Retry-After': '3600' }).end()
})

/** @param {(page: Page) => Promise<void>} work @typedef {Awaited<ReturnType<typeof openPage>>} Page */
async function inPage(work, limits = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'broker-bench-'))
  const context = await chromium.launchPersistentContext(folder, { headless: true, ...findChromium() })
  const page = await openPage(context, limits)
  await work(page)
  await context.close()
  await rm(folder, { recursive: true, force: true })
}

/** @param {import('playwright').BrowserContext} context @param {object} limits */
async function openPage(context, limits) {
  const page = await context.newPage()
  await page.goto(site.url)
  await page.waitForFunction(() => 'flood' in window)
  const devtools = await context.newCDPSession(page)
  // Its own time, however busy the machine is.
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
  const metric = async (/** @type {string} */ wanted) => {
    const { metrics } = await devtools.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === wanted)?.value ?? 0
  }
  /** @param {string} name @param {...unknown} args */
  const run = (name, ...args) =>
    page.evaluate(
      ([called, given]) => /** @type {any} */ (window)[called](...given),
      /** @type {const} */ ([name, args]),
    )
  await run('start', limits)
  return {
    run,
    /** The result, and the milliseconds of its main thread that it took. @param {string} name @param {...unknown} args */
    async measure(name, ...args) {
      const before = await metric('TaskDuration')
      const result = await run(name, ...args)
      return { result, ms: ((await metric('TaskDuration')) - before) * 1_000 }
    },
    async heapMb() {
      await devtools.send('HeapProfiler.collectGarbage')
      return (await metric('JSHeapUsedSize')) / 2 ** 20
    },
  }
}

/** @param {readonly number[]} values @param {number} share */
const quantile = (values, share) => [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0
const both = (/** @type {readonly number[]} */ values) =>
  `p50 ${quantile(values, 0.5).toFixed(3)}, p99 ${quantile(values, 0.99).toFixed(3)} ms`

/** @param {Page} page @param {string} where @param {number} tick @param {string} [text] */
async function refusals(page, where, tick, text) {
  // Rounds that do not count, in which the JavaScript engine learns.
  await page.run('writes', 100, 'settled', text)
  const { result, ms } = await page.measure('writes', rounds, 'settled', text)
  const net = ms / rounds - tick
  console.log(
    `refused, ${where} (${result.ends}): ${net.toFixed(3)} ms of the page's time; dispatch ${both(result.dispatch)}; told ${both(result.told)}`,
  )
  const burst = await page.measure('flood', 'write', 1_500)
  console.log(
    `  1,500 of one turn: ${burst.ms.toFixed(0)} ms of the page's time, ${(burst.ms / 1_500).toFixed(3)} each (${namesOf(burst.result.ends)})`,
  )
}

/** A turn with nothing in it but an action that no route knows. @param {Page} page */
async function plainTurn(page) {
  await page.run('ticks', 100)
  return (await page.measure('ticks', rounds)).ms / rounds
}

/** @param {Record<string, number>} ends */
const namesOf = (ends) =>
  Object.entries(ends)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')

const only = process.argv.find((one) => one.startsWith('--only='))?.slice(7)
const wanted = (/** @type {string} */ part) => only === undefined || only === part

if (wanted('entries'))
  await inPage(async (page) => {
    const tick = await plainTurn(page)
    const { result, ms } = await page.measure('writes', rounds, 'accepted')
    console.log(`an action without a route: ${tick.toFixed(3)} ms of the page's time, its turn included`)
    console.log(
      `accepted, with none waiting: ${(ms / rounds - tick).toFixed(3)} ms of the page's time; dispatch ${both(result.dispatch)}; told ${both(result.told)}`,
    )
    await page.run('fill', entriesMax - rounds)
    const full = await plainTurn(page)
    console.log(`an action without a route, at the cap: ${full.toFixed(3)} ms`)
    await refusals(page, `at ${entriesMax} entries`, full)
  })
if (wanted('bytes'))
  await inPage(
    async (page) => {
      const text = 'x'.repeat(10_000)
      await page.run('fill', 220, text)
      await refusals(page, 'at 2 MiB', await plainTurn(page), text)
    },
    { bytesMax: 2 * 2 ** 20 },
  )
if (wanted('gone'))
  for (const count of [0, 5_000])
    await inPage(async (page) => {
      await page.run('fill', count)
      await page.run('loseStorage')
      await refusals(page, `without a storage, with ${count} in the view`, await plainTurn(page))
    })
if (wanted('loops') || only?.startsWith('loop:'))
  for (const what of only?.startsWith('loop:') ? [only.slice(5)] : ['tick', 'write', 'fetch', 'read'])
    await inPage(async (page) => {
      const before = await page.heapMb()
      const { result, ms } = await page.measure('flood', what, loop)
      const after = await page.heapMb()
      const s = (/** @type {number} */ value) => (value / 1_000).toFixed(2)
      console.log(
        `100,000 × ${what} in a loop: loop ${s(result.looped)} s, all told after ${s(result.told)} s, longest turn ${s(result.longest)} s, page's time ${s(ms)} s, heap ${before.toFixed(0)} → ${after.toFixed(0)} MB (${namesOf(result.ends)})`,
      )
    })
site.close()
