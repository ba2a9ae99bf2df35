// The later chunk of a page may be missing, since the network broke in between, or a release removed the chunk.
import type { Page } from '@playwright/test'
import { effectsOf, ledgerWith } from '../fixtures/ledger.js'
import { clapInVain, deleteOutbox, openBarePage } from '../fixtures/storage/lost-storage.js'
import { expect, test } from '../fixtures/test.js'

/** Without a worker nothing delivers in place of the page. */
test.use({ without: 'worker' })

test.describe('a page whose later chunk cannot be loaded', () => {
  const missing: string[] = []
  const errors: string[] = []
  const without = async (page: Page) => {
    await page.route('**/deferred-code-*.js', (route) => {
      missing.push(route.request().url())
      return route.abort()
    })
    page.on('pageerror', ({ message }) => errors.push(message))
  }
  test.beforeEach(() => {
    missing.length = 0
    errors.length = 0
  })

  test('accepts and delivers changes, with no unhandled rejection', async ({ openTab, server }) => {
    const demo = await openTab(without)
    await demo.signInAs('Ada')
    await demo.post('p01').clap(2)

    await ledgerWith(server, (all) => effectsOf(all, 'clap', 'p01').length, 2)
    await expect(demo.pendingCount).toHaveText('0')
    expect(missing).not.toEqual([])
    expect(errors).toEqual([])
  })

  test('leaves a lost database as it is, and the next page restores its entries', async ({
    demo,
    context,
    openTab,
    server,
  }) => {
    await clapInVain(demo, server)
    await demo.page.close()
    await deleteOutbox(await openBarePage(context, server))
    const lacking = await openTab(without)
    await expect.poll(() => missing).not.toEqual([])
    await expect(lacking.post('p01').root).toBeVisible()
    await expect(lacking.notice('storage-lost')).toHaveCount(0)
    await lacking.page.close()

    const whole = await openTab()

    await expect(whole.notice('storage-lost')).toContainText('3 changes were brought back')
  })
})
