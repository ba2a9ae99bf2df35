// The cost of one poisoned write to 200 healthy ones in 50 lanes. It is the time until all of these have arrived,
// beside the time without it, in one run. An entry that nobody can read holds three of them back until it is discarded.
// Run it with `npm run bench:poison`.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { findChromium } from '../tools/browsers.js'
import { servePage } from './serve-page.js'

const rounds = 3
const answerMs = 20
const kinds = [
  'an answer nested 4,000 deep',
  'a payload nested 2,800 deep',
  'a URL of 2 MB',
  'a row that was edited',
  'a settlement that fails',
  'a disk that is full in the middle',
]

/** How often each URL was asked for. @type {Map<string, number>} */
const asked = new Map()
const site = await servePage(
  new URL('pages/poison-page.js', import.meta.url),
  ({ url = '', headers }, response) => {
    const key = headers['idempotency-key']
    if (typeof key !== 'string') {
      response.end()
      return
    }
    asked.set(url, (asked.get(url) ?? 0) + 1)
    response.setHeader('Content-Type', 'application/json')
    response.setHeader('Idempotency-Key', key)
    const body = url === '/api/deep' ? '['.repeat(4_000) + ']'.repeat(4_000) : '{}'
    setTimeout(() => response.end(url === '/api/poison' ? '{"told":"poison"}' : body), answerMs)
  },
)

/** @param {string} [kind] */
async function run(kind) {
  asked.clear()
  const folder = await mkdtemp(join(tmpdir(), 'broker-bench-'))
  const context = await chromium.launchPersistentContext(folder, { headless: true, ...findChromium() })
  const page = await context.newPage()
  await page.goto(site.url)
  await page.waitForFunction(() => 'arrive' in window)
  await context.setOffline(true)
  await page.evaluate((one) => /** @type {any} */ (window).dispatchAll(one), kind)
  await context.setOffline(false)
  const result = await page.evaluate(
    (isHeld) => /** @type {any} */ (window).arrive(isHeld),
    kind === 'a row that was edited',
  )
  if (result.end === undefined) {
    await page.reload()
    await page.waitForFunction(() => 'discardAside' in window)
    result.end = await page.evaluate(() => /** @type {any} */ (window).discardAside())
  }
  await context.close()
  await rm(folder, { recursive: true, force: true })
  const sends = [...asked].filter(([url]) => url.startsWith('/api/items/'))
  return { ...result, once: sends.filter(([, times]) => times === 1).length }
}

/** @param {readonly number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
const results = new Map([undefined, ...kinds].map((kind) => [kind, /** @type {any[]} */ ([])]))
for (let round = 0; round < rounds; round++) for (const [kind, all] of results) all.push(await run(kind))

const base = median((results.get(undefined) ?? []).map(({ ms }) => ms))
console.log(`200 healthy writes alone: ${base.toFixed(0)} ms, median of ${rounds}`)
for (const kind of kinds) {
  const all = results.get(kind) ?? []
  const ms = median(all.map((one) => one.ms))
  const [{ delivered, once, end }] = all
  console.log(
    `beside ${kind}: ${ms.toFixed(0)} ms (${(ms / base).toFixed(2)} times), ${delivered} delivered, ${once} sent once; it ended as ${end}`,
  )
}
site.close()
