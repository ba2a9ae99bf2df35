// No copy is left, or none can be made. The note beside the database knows how much is gone.
import { effectsOf, ledgerWith } from '../fixtures/ledger.js'
import { clapInVain, closeWithWorker, deleteOutbox, openBarePage } from '../fixtures/storage/lost-storage.js'
import { expect, test } from '../fixtures/test.js'

test.describe('when the database and its copy are deleted', () => {
  test('between two starts, the app says how much may be lost until the user has read it', async ({
    demo,
    context,
    server,
    openTab,
  }) => {
    await clapInVain(demo, server)
    await closeWithWorker(demo.page)
    await deleteOutbox(await openBarePage(context, server), { copyToo: true })

    const again = await openTab()
    await expect(again.notice('storage-lost')).toContainText('Up to 3 changes were lost')
    await expect(again.pendingCount).toHaveText('0')
    await again.page.reload()
    await again.notice('storage-lost').getByRole('button', { name: 'All right' }).click()
    await expect(again.notice('storage-lost')).toHaveCount(0)
    await again.page.reload()
    await expect(again.post('p01').root).toBeVisible()
    await expect(again.notice('storage-lost')).toHaveCount(0)
  })

  test('while a page is open, the lost changes leave the view and the next change is sent', async ({
    demo,
    server,
  }) => {
    const before = Number(await demo.post('p01').claps.textContent())
    await clapInVain(demo, server)
    await deleteOutbox(demo.page, { copyToo: true })

    await demo.page.evaluate(() => window.dispatchEvent(new Event('focus')))
    await expect(demo.notice('storage-lost')).toContainText('Up to 3 changes were lost')
    await expect(demo.post('p01').claps).toHaveText(String(before))
    await expect(demo.pendingCount).toHaveText('0')
    await server.faults([])
    await demo.post('p02').clap(1)
    const ledger = await ledgerWith(server, ({ effects }) => effects.length, 1)
    expect(effectsOf(ledger, 'clap', 'p02')).toHaveLength(1)
  })
})
