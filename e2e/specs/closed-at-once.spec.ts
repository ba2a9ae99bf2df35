// Once the mark says that a clap is safe, its page may go at once.
import type { BrowserContext, Page } from '@playwright/test'
import { createChance } from '../fixtures/chance.js'
import { DemoPage } from '../fixtures/demo-page.js'
import { attemptsUnder, effectsOf, ledgerWith } from '../fixtures/ledger.js'
import { expect, test } from '../fixtures/test.js'

/** Rounds in which the page was gone in time. A release wants ROUNDS=12. */
const roundsWanted = Number(process.env['ROUNDS'] ?? 3)
/** Slower ones hold too, and a busy machine may have only slower ones. */
const roundsMax = 2 * roundsWanted
const gapMsMax = 50
const path = '/api/posts/p03/claps'

for (const worker of [true, false])
  test(`a clap whose page is closed within 50 ms of its acceptance ${
    worker ? 'is delivered once by the worker' : 'is delivered once at the next start, without a worker'
  }`, async ({ context, server }, testInfo) => {
    testInfo.setTimeout(300_000 + roundsMax * 10_000)
    const chance = createChance()
    const gaps: number[] = []
    const openDemo = async () => {
      const demo = new DemoPage(await openByScript(context), server.url)
      await demo.openAs('Ada', worker ? { worker } : { worker, search: '?sw=off' })
      return demo
    }
    const delivered = () => ledgerWith(server, (ledger) => effectsOf(ledger, 'clap').length, gaps.length)

    for (let inTime = 0; inTime < roundsWanted && gaps.length < roundsMax; ) {
      const demo = await openDemo()
      if (!worker) await delivered()
      await expect(demo.pendingCount).toHaveText('0')
      // So that it is closed before, during and after the attempt.
      await server.faults([{ match: { path }, kind: 'delay', ms: chance.between(10, 80) }])
      const gap = await clapAndLeave(demo, chance.between(0, 20))
      gaps.push(gap)
      if (gap <= gapMsMax) inTime++
      if (worker) await delivered()
    }
    const demo = await openDemo()
    const ledger = await delivered()
    await expect(demo.pendingCount).toHaveText('0')

    const figures = `gaps ${gaps.join(' ')} ms, sends ${attemptsUnder(ledger, path).length}, SEED=${chance.seed}`
    console.log(figures)
    testInfo.annotations.push({ type: 'figures', description: figures })
    expect(new Set(effectsOf(ledger, 'clap').map(({ key }) => key)).size).toBe(gaps.length)
  })

test('the worker of an earlier visit delivers for a page that is closed before it has loaded', async ({
  context,
  demo,
  server,
}) => {
  await demo.page.close()
  await context.route('**/never.png', () => {})
  await context.addInitScript(() => {
    new Image().src = '/never.png'
  })
  const hasty = new DemoPage(await openByScript(context), server.url)
  await hasty.page.goto(server.url, { waitUntil: 'commit' })
  await expect(hasty.post('p03').root).toBeVisible()
  await server.faults([{ match: { path }, kind: 'delay', ms: 100 }])
  await clapAndLeave(hasty, 0)
  await ledgerWith(server, (ledger) => effectsOf(ledger, 'clap').length, 1)
})

/** A page that may close itself. */
async function openByScript(context: BrowserContext): Promise<Page> {
  const opener = context.pages()[0] ?? (await context.newPage())
  const opened = context.waitForEvent('page')
  await opener.evaluate(() => void window.open('about:blank'))
  return opened
}

/**
 * Claps, and closes the page `waitMs` after its mark. Gives the ms from the mark until it was gone, seen from
 * outside.
 */
async function clapAndLeave(demo: DemoPage, waitMs: number): Promise<number> {
  const { page } = demo
  let markedAt = 0
  await page.exposeFunction('tellMark', (at: number) => {
    markedAt = at
  })
  await page.evaluate((ms) => {
    const tell = Reflect.get(window, 'tellMark') as (at: number) => void
    const watching = new MutationObserver(() => {
      if (document.querySelector('[data-state="accepted"]') === null) return
      tell(Date.now())
      setTimeout(() => window.close(), ms)
      watching.disconnect()
    })
    watching.observe(document, { subtree: true, childList: true, attributeFilter: ['data-state'] })
  }, waitMs)
  const closed = page.waitForEvent('close').then(() => Date.now())
  await demo.post('p03').clapButton.evaluate((button: HTMLElement) => button.click())
  return (await closed) - markedAt
}
