// The cost of renewing the log and comparing the database with its copy, on disk. The browser is closed and started
// for each round, with an empty outbox and with 10,000 entries. `npm run bench:start`
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { findChromium } from '../tools/browsers.js'
import { servePage } from './serve-page.js'

const rounds = 15

const site = await servePage(new URL('pages/start-page.js', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'broker-bench-'))

/** @template T @param {(page: import('playwright').Page) => Promise<T>} work */
async function inBrowser(work) {
  const context = await chromium.launchPersistentContext(folder, { headless: true, ...findChromium() })
  const page = await context.newPage()
  await page.goto(site.url)
  await page.waitForFunction(() => 'measureStart' in window)
  const result = await work(page)
  await context.close()
  return result
}

/** @param {number[]} values */
const summary = (values) => {
  const sorted = [...values].sort((a, b) => a - b)
  return `p50 ${sorted[Math.floor(rounds / 2)]?.toFixed(0)} ms, max ${sorted.at(-1)?.toFixed(0)} ms`
}

for (const entries of [0, 10_000]) {
  await inBrowser((page) => page.evaluate((count) => /** @type {any} */ (window).fill(count), entries))
  const times = []
  for (let i = 0; i < rounds; i++)
    times.push(await inBrowser((page) => page.evaluate(() => /** @type {any} */ (window).measureStart())))
  console.log(`${entries} entries: renewal ${summary(times.map(({ renewal }) => renewal))}`)
  console.log(`${entries} entries: all of a start ${summary(times.map(({ start }) => start))}`)
}
await rm(folder, { recursive: true, force: true })
site.close()
