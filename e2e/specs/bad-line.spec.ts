// A POST on a bad line, to a server that knows nothing of keys. It waits, and is never done twice. It is in doubt only
// where the line was cut while the request was on its way. The browser believes itself online throughout.
import { type BrowserContext, test as base, expect, type Page } from '@playwright/test'
import { createChance } from '../fixtures/chance.js'
import { waitForWorkers } from '../fixtures/patience.js'
import { createGate, type Gate } from '../fixtures/servers/gate.js'
import { type PlainServer, startPlainServer } from '../fixtures/servers/plain-server.js'

/** TUNNEL_PAGES=20 TUNNEL_MS=60000 is the run that a release wants. */
const pages = Number(process.env['TUNNEL_PAGES'] ?? 1)
const closedMs = Number(process.env['TUNNEL_MS'] ?? 5_000)
const each = 20

const test = base.extend<{ readonly server: PlainServer; readonly gate: Gate }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
  server: async ({}, use) => {
    const server = await startPlainServer()
    await use(server)
    await server.end()
  },
  gate: async ({ server }, use) => {
    const gate = await createGate(server.port)
    await use(gate)
    await gate.end()
  },
})

interface Outbox {
  readonly waiting: number
  readonly connectivity: string
  readonly states: readonly string[]
}

type Sender = 'page' | 'worker'

async function openAll(context: BrowserContext, gate: Gate, sender: Sender): Promise<readonly Page[]> {
  const opened: Page[] = []
  for (let i = 0; i < pages; i++) {
    const page = await context.newPage()
    if (sender === 'worker') await page.addInitScript(waitForWorkers)
    await page.goto(`http://localhost:${gate.port}/plain-${i}/${sender === 'worker' ? '?worker' : ''}`)
    await page.waitForFunction('"pay" in window')
    if (sender === 'worker') await page.waitForFunction('worker() === "active"')
    opened.push(page)
  }
  return opened
}

const idsOf = (name: string) => Array.from({ length: each }, (_, i) => `${name}-${i}`)
const pay = (page: Page, ids: readonly string[]) =>
  page.evaluate((all) => (window as unknown as { pay(ids: readonly string[]): unknown }).pay(all), ids)
const outbox = (page: Page) => page.evaluate('outbox()') as Promise<Outbox>
const isOnline = (page: Page) => page.evaluate(() => navigator.onLine)
const doubled = ({ effects }: PlainServer) => effects.length - new Set(effects).size

/** In Firefox the page sends. */
const tagOf = (sender: Sender) => (sender === 'worker' ? ['@only-chromium'] : [])

for (const sender of ['page', 'worker'] as const) {
  test(`${each} POSTs of a ${sender} under a gate closed for ${closedMs} ms wait, and have their effects once`, {
    tag: tagOf(sender),
  }, async ({ context, server, gate }) => {
    test.setTimeout(300_000 + closedMs + pages * 5_000)
    const opened = await openAll(context, gate, sender)
    gate.close()
    await Promise.all(opened.map((page, i) => pay(page, idsOf(`p${i}`))))
    const closed = Date.now()
    // The gate stays closed for as long as a person is in a tunnel, and no event ends it.
    await expect.poll(() => Date.now() - closed, { timeout: closedMs + 120_000 }).toBeGreaterThan(closedMs)
    const under = async () =>
      (await Promise.all(opened.map(outbox))).map(({ connectivity, states }) => [
        connectivity,
        ...new Set(states),
      ])
    await expect.poll(under).toEqual(opened.map(() => ['offline', 'accepted']))
    expect(await Promise.all(opened.map(isOnline))).toEqual(opened.map(() => true))
    expect(server.effects).toEqual([])

    gate.open()
    await expect.poll(() => server.effects.length).toBe(each * pages)
    await expect
      .poll(async () => (await Promise.all(opened.map(outbox))).map(({ waiting }) => waiting))
      .toEqual(opened.map(() => 0))
    expect(doubled(server)).toBe(0)
    // Beside a worker the page is next in line, and on a busy machine it may be first.
    if (sender === 'page') expect([...server.senders]).toEqual([sender])
  })

  test(`a connection cut at a random byte of each fifth exchange doubles no write of a ${sender}, and puts only cut writes in doubt`, {
    tag: tagOf(sender),
  }, async ({ context, server, gate }) => {
    test.setTimeout(300_000 + pages * 10_000)
    const opened = await openAll(context, gate, sender)
    const cuts = gate.cutEach(5, createChance(7))
    await Promise.all(opened.map((page, i) => pay(page, idsOf(`c${i}`))))
    const settled = async () => {
      const all = await Promise.all(opened.map(outbox))
      return all.every(({ states }) => states.every((state) => state === 'inDoubt'))
    }
    await expect
      .poll(async () => {
        for (const page of opened) await page.evaluate(() => window.dispatchEvent(new Event('focus')))
        return settled()
      })
      .toBe(true)

    const doubts = (await Promise.all(opened.map(outbox))).flatMap(({ states }) => states).length
    const cutPosts = cuts.filter((head) => head.startsWith('POST '))
    expect(cuts.length).toBeGreaterThan(0)
    expect(doubled(server)).toBe(0)
    expect(doubts).toBeLessThanOrEqual(cutPosts.length)
    expect(new Set(server.effects).size).toBeGreaterThanOrEqual(each * pages - doubts)
  })
}
