// The scheduler's cost of a read, while so many others wait, beside RTK Query, TanStack Query and a bare loop of
// `fetch` in the same run. It also tells how soon the most urgent of 50 reads is answered. `npm run bench:reads`
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { rolldown } from 'rolldown'
import { findChromium } from '../tools/browsers.js'

const rounds = 11
const serverDelayMs = 50

const bundle = await rolldown({
  input: fileURLToPath(new URL('pages/reads-page.js', import.meta.url)),
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
})
const script = (await bundle.generate({ format: 'es', minify: true, codeSplitting: false })).output[0].code
const server = createServer(({ url }, response) => {
  // A page that is isolated has a clock of 5 µs.
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
  response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp')
  response.setHeader('Content-Type', url === '/page.js' ? 'text/javascript' : 'text/html')
  if (url === '/page.js') response.end(script)
  else if (url?.startsWith('/empty')) response.end()
  else if (url?.startsWith('/slow/')) setTimeout(() => response.end('{}'), serverDelayMs)
  else response.end('<!doctype html><title>bench</title><script type="module" src="/page.js"></script>')
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
const address = server.address()
const port = typeof address === 'object' && address !== null ? address.port : 0
const browser = await chromium.launch({ headless: true, ...findChromium() })
const page = await browser.newPage()
await page.goto(`http://localhost:${port}/`)
await page.waitForFunction(() => 'measureUrgent' in window)

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

for (const readers of [1, 10]) {
  console.log(`cost of one reader, ${readers} of each read, median of ${rounds} rounds:`)
  let alone = 0
  for (const waiting of [0, 100, 10_000]) {
    const cost = await page.evaluate((options) => /** @type {any} */ (window).measureCost(options), {
      waiting,
      readers,
      rounds,
    })
    const [own = 0, ...others] = Object.values(cost).map(median)
    if (waiting === 0) alone = own
    const beside = Object.keys(cost)
      .slice(1)
      .map((name, i) => `${name} ${others[i]?.toFixed(1)} µs (${((others[i] ?? 0) / own).toFixed(1)} times)`)
    const growth = (own / alone).toFixed(2)
    console.log(
      `  ${waiting} waiting: scheduler ${own.toFixed(2)} µs (${growth} of that with none), ${beside.join(', ')}`,
    )
  }
}

for (const isLate of [false, true]) {
  const took = await page.evaluate((options) => /** @type {any} */ (window).measureUrgent(options), {
    isLate,
    rounds,
  })
  console.log(
    `the urgent one of 50 reads, asked ${isLate ? '10 ms after the others' : 'last'}, median of ${rounds} rounds:`,
  )
  const base = median(took.fetch.urgent)
  for (const [name, { urgent, all }] of Object.entries(took)) {
    const ms = median(urgent)
    console.log(
      `  ${name}: ${ms.toFixed(0)} ms (${(ms / base).toFixed(2)} of fetch), all ${median(all).toFixed(0)} ms`,
    )
  }
}
await browser.close()
server.close()
