// A new version of the app, whose worker waits for the user's word, takes over, and drops no waiting entry.
import { attemptsUnder, effectsOf, ledgerWith } from '../fixtures/ledger.js'
import { findRelease } from '../fixtures/releases.js'
import { expect, test } from '../fixtures/test.js'

const path = '/api/posts/p03/claps'

test('an update while a clap waits reloads the page, and the clap arrives once', async ({
  demo,
  openTab,
  server,
}) => {
  const other = await openTab()
  await server.faults([{ match: { path }, kind: 'drop-before' }])
  await demo.post('p03').clap()
  await ledgerWith(server, (ledger) => attemptsUnder(ledger, path).length >= 1, true)
  await server.deploy()
  await findRelease(demo.page)
  for (const tab of [demo, other]) await expect(tab.notice('update-ready')).toBeVisible()
  await expect(demo.pendingCount).toHaveText('1')

  await demo.takeUpdate()
  await expect(demo.pendingCount).toHaveText('1')
  for (const tab of [demo, other]) await expect(tab.notice('update-ready')).toHaveCount(0)

  await server.faults([])
  // A network that fails is tried every 15 s, and at once when the user comes back to the tab.
  await demo.page.evaluate(() => window.dispatchEvent(new Event('focus')))
  const ledger = await ledgerWith(server, (latest) => effectsOf(latest, 'clap', 'p03').length, 1)
  for (const tab of [demo, other]) await expect(tab.pendingCount).toHaveText('0')
  expect(new Set(attemptsUnder(ledger, path).map(({ key }) => key)).size).toBe(1)
})
