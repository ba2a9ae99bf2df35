// How long a dispatch takes to be accepted, beside a raw IndexedDB add of a like row in the same run. It takes 1,000
// of each in turns, on disk, in a page that is offline. `npm run bench`
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { findChromium } from '../tools/browsers.js'
import { servePage } from './serve-page.js'

const rounds = 1_000

const site = await servePage(new URL('pages/accept-page.js', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'broker-bench-'))
const context = await chromium.launchPersistentContext(folder, { headless: true, ...findChromium() })
const page = await context.newPage()
await page.goto(site.url)
await page.waitForFunction(() => 'measureAccept' in window)
await context.setOffline(true)
const times = await page.evaluate((count) => /** @type {any} */ (window).measureAccept(count), rounds)
await context.close()
await rm(folder, { recursive: true, force: true })
site.close()

/** @param {number[]} values @param {number} share */
const quantile = (values, share) => [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0
const row = (/** @type {number[]} */ values) => [0.5, 0.99].map((share) => quantile(values, share))
const [p50 = 0, p99 = 0] = row(times.accepted)
const [raw50 = 0, raw99 = 0] = row(times.raw)
const ms = (/** @type {number} */ value) => `${value.toFixed(2)} ms`
console.log(`dispatch to accepted, ${rounds} times: p50 ${ms(p50)}, p99 ${ms(p99)}`)
console.log(`raw strict add, the same rounds:      p50 ${ms(raw50)}, p99 ${ms(raw99)}`)
console.log(`ratio: p50 ${(p50 / raw50).toFixed(2)}, p99 ${(p99 / raw99).toFixed(2)}`)
