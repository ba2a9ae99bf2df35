// The database is deleted behind the app's back. Changes with a copy come back. The app says how many others may be
// lost. An empty outbox is never shown as if all had been delivered.
import { DemoPage } from '../fixtures/demo-page.js'
import { effectsOf, ledgerWith } from '../fixtures/ledger.js'
import type { DemoServer } from '../fixtures/servers/demo-server.js'
import { clapInVain, deleteOutbox, openBarePage, removeFolder } from '../fixtures/storage/lost-storage.js'
import { expect, test } from '../fixtures/test.js'

// A trace of a browser that is closed and started again confuses its writer.
test.use({ trace: 'off' })

/** All three arrive, once. */
async function expectDelivered(demo: DemoPage, server: DemoServer): Promise<void> {
  await server.faults([])
  await demo.page.evaluate(() => window.dispatchEvent(new Event('focus')))
  const ledger = await ledgerWith(server, (now) => effectsOf(now, 'clap', 'p01').length, 3)
  expect(new Set(effectsOf(ledger, 'clap', 'p01').map(({ key }) => key)).size).toBe(3)
  await expect(demo.pendingCount).toHaveText('0')
}

test.describe('when the database is deleted', () => {
  test('between two starts, all entries are restored, and the app says so', async ({
    demo,
    context,
    server,
    openTab,
  }) => {
    await clapInVain(demo, server)
    await demo.page.close()
    await deleteOutbox(await openBarePage(context, server))

    const again = await openTab()
    await expect(again.notice('storage-lost')).toContainText('3 changes were brought back')
    await expect(again.pendingCount).toHaveText('3')
    await expect(again.post('p01').marks('accepted')).toHaveCount(3)
    await expectDelivered(again, server)
  })

  test('while a page is open, all entries are restored, and the app says so', async ({ demo, server }) => {
    await clapInVain(demo, server)
    await deleteOutbox(demo.page)

    await demo.page.evaluate(() => window.dispatchEvent(new Event('focus')))
    await expect(demo.notice('storage-lost')).toContainText('3 changes were brought back')
    await expect(demo.pendingCount).toHaveText('3')
    await expectDelivered(demo, server)
  })
})

/** A Chromium is the only browser that is started on its profile here. */
test.describe('when the files are removed from the disk', { tag: '@only-chromium' }, () => {
  for (const [what, folders, words] of [
    ['those of the databases', ['IndexedDB'], '3 changes were brought back'],
    ['those of its copy too', ['IndexedDB', 'WebStorage'], 'Up to 3 changes were lost'],
  ] as const)
    test(`${what}: the app says “${words}”`, async ({ lasting, server }) => {
      const open = async () => {
        const context = await lasting.start()
        const demo = new DemoPage(context.pages()[0] ?? (await context.newPage()), server.url)
        await demo.openAs('Ada', { worker: true })
        return demo
      }
      // Closed once in between, since a cookie is on disk some 30 s after it came.
      await open()
      await lasting.close()
      await clapInVain(await open(), server)
      await lasting.kill()
      for (const folder of folders) await removeFolder(lasting, folder)

      const demo = await open()
      await expect(demo.notice('storage-lost')).toContainText(words)
      if (folders.length === 1) await expectDelivered(demo, server)
    })
})
