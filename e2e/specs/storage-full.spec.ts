// A browser keeps no data, or has no room left. A tap is refused with its reason, its change is undone, the app lives
// and says so.

import { effectsOf, ledgerWith } from '../fixtures/ledger.js'
import { deleteFiller, expectRefused, fillStorage, setQuota } from '../fixtures/storage/full-storage.js'
import { expect, test } from '../fixtures/test.js'

const roomBytes = 4 * 1_024 * 1_024

test.use({
  trace: 'off',
  // Firefox takes its room for sites from a preference, in KiB. Each test tells a Chromium its room.
  launchOptions: [
    async ({ launchOptions }, use) => {
      const firefoxUserPrefs = { 'dom.quotaManager.temporaryStorage.fixedLimit': roomBytes / 1_024 }
      await use({ ...launchOptions, firefoxUserPrefs })
    },
    { scope: 'worker' },
  ],
})

test('without IndexedDB a tap is refused, its change is undone, and the app says so', async ({
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

test('a tap is refused if IndexedDB cannot be opened, its change is undone, and the app says so', async ({
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

test('a tap is refused on a full disk, and accepted again once there is room', async ({
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
