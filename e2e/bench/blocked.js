// The time of accepting, claiming and settling with 10,000 lanes that dead letters hold back, beside none, in turns.
// `node e2e/bench/blocked.js`
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { findChromium } from '../tools/browsers.js'
import { servePage } from './serve-page.js'

const turns = 5
const rounds = 60
const counts = [0, 10_000]

const site = await servePage(new URL('pages/blocked-page.js', import.meta.url), ({ headers }, response) => {
  const key = headers['idempotency-key']
  if (typeof key === 'string') response.setHeader('Idempotency-Key', key)
  response.setHeader('Content-Type', 'application/json').end('{}')
})

/** One browser for each count, so that neither meets what the other left. */
const browsers = await Promise.all(
  counts.map(async (count) => {
    const folder = await mkdtemp(join(tmpdir(), 'broker-bench-'))
    const context = await chromium.launchPersistentContext(folder, { headless: true, ...findChromium() })
    const page = await context.newPage()
    await page.goto(site.url)
    await page.waitForFunction(() => 'measure' in window)
    await page.evaluate((n) => /** @type {any} */ (window).seed(n), count)
    return {
      count,
      folder,
      context,
      page,
      accepted: /** @type {number[]} */ ([]),
      settled: /** @type {number[]} */ ([]),
    }
  }),
)
// The first turn warms up, and gives the copies in the second bucket the time to become level.
for (let turn = 0; turn <= turns; turn++)
  for (const browser of browsers) {
    const times = await browser.page.evaluate((n) => /** @type {any} */ (window).measure(n), rounds)
    if (turn === 0) continue
    browser.accepted.push(...times.accepted)
    browser.settled.push(...times.settled)
  }

const median = (/** @type {number[]} */ values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
for (const what of /** @type {const} */ (['accepted', 'settled'])) {
  const [none = 0, many = 0] = browsers.map((browser) => median(browser[what]))
  const ratio = (many / none).toFixed(2)
  console.log(
    `dispatch to ${what}: p50 ${none.toFixed(2)} ms with no blocked lane, ${many.toFixed(2)} ms with 10,000 (${ratio})`,
  )
}
for (const { context, folder } of browsers) {
  await context.close()
  await rm(folder, { recursive: true, force: true })
}
site.close()
