// A full disk keeps no accepted change back. It is delivered with the room that was reserved for it.
import type { BrowserContext } from '@playwright/test'
import { DemoPage } from '../fixtures/demo-page.js'
import { fillStorage, fillWithFile, setQuota } from '../fixtures/storage/full-storage.js'
import { openBarePage } from '../fixtures/storage/lost-storage.js'
import { expect, refuseWorkers, test } from '../fixtures/test.js'

const posts = ['p01', 'p02', 'p03', 'p04'] as const
const roomBytes = 4 * 1_024 * 1_024

test.use({ trace: 'off' })

test('a change that was accepted before the disk was full is delivered', async ({
  lasting,
  server,
}, testInfo) => {
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
  for (const post of posts) await expect(before.post(post).marks('capturing')).toHaveCount(0)
  await lasting.kill()

  // Chromium asks for the free room before the first write of a start, and then remembers it for half a minute. So a
  // file takes the room before that.
  const context = await lasting.start()
  const bare = await openBarePage(context, server)
  await setQuota(bare, server.url, roomBytes)
  await fillWithFile(bare, roomBytes - 500_000)
  const demo = await open(context)
  await fillStorage(bare)
  await clapUntilRefused(demo)
  const accepted = (await demo.rows('entries')).length
  await server.faults([])
  await demo.page.evaluate(() => window.dispatchEvent(new Event('focus')))

  await expect(demo.pendingCount).toHaveText('0')
  const { effects } = await server.ledger()
  const figures = JSON.stringify({ accepted, effects: effects.length })
  console.log(figures)
  testInfo.annotations.push({ type: 'figures', description: figures })
  expect(accepted).toBeGreaterThanOrEqual(posts.length * 5)
  expect(new Set(effects.map(({ key }) => key)).size).toBe(accepted)
  expect(effects).toHaveLength(accepted)
})

/** The browser may tidy up meanwhile, which makes room for some more. */
async function clapUntilRefused(demo: DemoPage): Promise<void> {
  const post = demo.post('p12')
  while ((await post.marks('notAccepted').count()) === 0) {
    await post.clap()
    await expect(post.marks('capturing')).toHaveCount(0)
  }
  await expect(demo.notice('storage-full')).toContainText('This device has no room left')
}
