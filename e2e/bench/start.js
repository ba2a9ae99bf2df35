// What it costs a start that the log is renewed and the database compared with its copy: on disk, the browser closed
// and started for each round, with an empty outbox and with 10,000 entries. `npm run bench:start`
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { rolldown } from 'rolldown'
import { findChromium } from '../tools/browsers.js'

const rounds = 15

const bundle = await rolldown({ input: fileURLToPath(new URL('start-page.js', import.meta.url)) })
const script = (await bundle.generate({ format: 'es', codeSplitting: false })).output[0].code
const server = createServer((request, response) => {
  const isScript = request.url === '/page.js'
  response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html')
  response.end(
    isScript ? script : '<!doctype html><title>bench</title><script type="module" src="/page.js"></script>',
  )
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
const address = server.address()
const port = typeof address === 'object' && address !== null ? address.port : 0
const folder = await mkdtemp(join(tmpdir(), 'broker-bench-'))

/** @template T @param {(page: import('playwright').Page) => Promise<T>} work */
async function inBrowser(work) {
  const context = await chromium.launchPersistentContext(folder, { headless: true, ...findChromium() })
  const page = await context.newPage()
  await page.goto(`http://localhost:${port}/`)
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
server.close()
