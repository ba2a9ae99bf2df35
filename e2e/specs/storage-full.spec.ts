// Line 4 of crash recovery: a browser that keeps no data, or has no room left. A tap is refused with its reason, its
// change is undone, the app lives and says so; and what was accepted before is still delivered.
import type { BrowserContext, Page } from '@playwright/test'
import { DemoPage } from '../fixtures/demo-page.js'
import { effectsOf, ledgerWith } from '../fixtures/ledger.js'
import { deleteFiller, fillStorage, fillWithFile, openBarePage } from '../fixtures/lost-storage.js'
import { expect, refuseWorkers, test } from '../fixtures/test.js'

const posts = ['p01', 'p02', 'p03', 'p04'] as const
const roomBytes = 4 * 1_024 * 1_024

test.use({
  trace: 'off',
  // Firefox takes its room for sites from a preference, in KiB; a Chromium is told by each test.
  launchOptions: [
    async ({ launchOptions }, use) => {
      const firefoxUserPrefs = { 'dom.quotaManager.temporaryStorage.fixedLimit': roomBytes / 1_024 }
      await use({ ...launchOptions, firefoxUserPrefs })
    },
    { scope: 'worker' },
  ],
})

/** Claps, and sees the clap refused: its change undone, the words said. */
async function expectRefused(demo: DemoPage, post: string, why: string): Promise<void> {
  const before = await demo.post(post).claps.textContent()
  await demo.post(post).clap()
  await expect(demo.post(post).marks('rejected')).toHaveCount(1)
  await expect(demo.post(post).claps).toHaveText(before ?? '')
  await expect(demo.notice('storage-full')).toContainText(`A change was not saved. ${why}`)
}

async function setQuota(page: Page, origin: string, bytes: number | undefined): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Storage.overrideQuotaForOrigin', { origin, ...(bytes && { quotaSize: bytes }) })
}

test('where there is no IndexedDB a tap is refused, its change undone, and the app says so', async ({
  context,
  openTab,
}) => {
  await context.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }))
  const demo = await openTab()
  await demo.signInAs('Ada')

  await expectRefused(demo, 'p01', 'This browser keeps no data')
  await demo.refresh()
  await expect(demo.post('p02').root).toBeVisible()
})

test('where IndexedDB cannot be opened a tap is refused, its change undone, and the app says so', async ({
  context,
  openTab,
}) => {
  await context.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('Internal error opening backing store.', 'UnknownError')
    }
  })
  const demo = await openTab()
  await demo.signInAs('Ada')

  await expectRefused(demo, 'p01', 'This browser keeps no data')
})

test('where there is no room left a tap is refused, and taken again once there is', async ({
  context,
  openTab,
  server,
  browserName,
}) => {
  if (browserName === 'chromium') await setQuota(await context.newPage(), server.url, roomBytes)
  const demo = await openTab()
  await demo.signInAs('Ada')
  const refusedWith = await fillStorage(demo.page)

  await expectRefused(demo, 'p01', 'This device has no room left')
  await demo.notice('storage-full').getByRole('button', { name: 'All right' }).click()
  await deleteFiller(demo.page)
  await demo.post('p02').clap()
  const ledger = await ledgerWith(server, ({ effects }) => effects.length, 1)

  expect(refusedWith).toBe('QuotaExceededError')
  expect(effectsOf(ledger, 'clap', 'p02')).toHaveLength(1)
})

test('what was accepted before the room was full is delivered all the same (F9)', async ({
  lasting,
  server,
  browserName,
}, testInfo) => {
  test.skip(browserName !== 'chromium', 'Only a Chromium can be killed and started on its profile here.')
  testInfo.setTimeout(120_000)
  const open = async (context: BrowserContext) => {
    await context.addInitScript(refuseWorkers)
    const demo = new DemoPage(context.pages()[0] ?? (await context.newPage()), server.url)
    await demo.openAs('Ada', { worker: false })
    return demo
  }
  await open(await lasting.start())
  await lasting.close()
  await server.faults([{ match: { method: 'POST', path: '/api/posts' }, kind: 'status', status: 503 }])
  const before = await open(await lasting.start())
  for (const post of posts) await before.post(post).clap(5)
  await expect(before.pendingCount).toHaveText(String(posts.length * 5))
  await lasting.kill()

  // What room there is Chromium asks before the first write of a start, and then remembers for half a minute: so the
  // room is taken by a file before that.
  const context = await lasting.start()
  const bare = await openBarePage(context, server)
  await setQuota(bare, server.url, roomBytes)
  await fillWithFile(bare, roomBytes - 500_000)
  const demo = await open(context)
  await fillStorage(bare)
  await expectRefused(demo, 'p12', 'This device has no room left')
  await server.faults([])
  await demo.page.evaluate(() => window.dispatchEvent(new Event('focus')))

  await expect(demo.pendingCount).toHaveText('0', { timeout: 60_000 })
  const { effects } = await server.ledger()
  const figures = JSON.stringify({ accepted: posts.length * 5, effects: effects.length })
  console.log(figures)
  testInfo.annotations.push({ type: 'figures', description: figures })
  expect(new Set(effects.map(({ key }) => key)).size).toBe(posts.length * 5)
  expect(effects).toHaveLength(posts.length * 5)
})
