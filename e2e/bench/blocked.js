// What accepting, claiming and settling take with 10,000 lanes that dead letters hold back, beside none, in turns.
// `node e2e/bench/blocked.js`
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { rolldown } from 'rolldown'
import { findChromium } from '../tools/browsers.js'

const turns = 5
const rounds = 60
const counts = [0, 10_000]

const bundle = await rolldown({
  input: fileURLToPath(new URL('blocked-page.js', import.meta.url)),
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
})
const script = (await bundle.generate({ format: 'es', minify: true, codeSplitting: false })).output[0].code
const server = createServer((request, response) => {
  const key = request.headers['idempotency-key']
  if (typeof key === 'string') {
    response.setHeader('Content-Type', 'application/json')
    response.setHeader('Idempotency-Key', key)
    response.end('{}')
    return
  }
  const isScript = request.url === '/page.js'
  response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html')
  response.end(
    isScript ? script : '<!doctype html><title>bench</title><script type="module" src="/page.js"></script>',
  )
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
const address = server.address()
const port = typeof address === 'object' && address !== null ? address.port : 0

/** One browser for each count, so that neither meets what the other left. */
const browsers = await Promise.all(
  counts.map(async (count) => {
    const folder = await mkdtemp(join(tmpdir(), 'broker-bench-'))
    const context = await chromium.launchPersistentContext(folder, { headless: true, ...findChromium() })
    const page = await context.newPage()
    await page.goto(`http://localhost:${port}/`)
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
server.close()
