// Tabs share one outbox and do not send for each other twice.
import type { DemoPage } from '../fixtures/demo-page.js'
import { effectsOf, ledgerWith, sendsOfEachKey } from '../fixtures/ledger.js'
import { expect, test } from '../fixtures/test.js'

/** Ten times, on five posts, faster than any finger. */
async function clapAround(tab: DemoPage): Promise<void> {
  for (const id of ['p01', 'p02', 'p03', 'p04', 'p05'])
    await tab.post(id).clapButton.evaluate((button: HTMLElement) => {
      for (const _ of [1, 2]) button.click()
    })
}

test('ten claps made offline in each of four tabs are forty requests and forty effects', async ({
  demo,
  openTab,
  network,
  server,
}) => {
  const tabs = [demo, await openTab(), await openTab(), await openTab()]
  const before = Number(await demo.post('p01').claps.textContent())
  for (const tab of tabs) await expect(tab.post('p01').root).toBeVisible()
  await network.cut()
  for (const tab of tabs) await clapAround(tab)
  for (const tab of tabs) await expect(tab.pendingCount).toHaveText('40')

  await network.restore()
  await ledgerWith(server, (latest) => effectsOf(latest, 'clap').length, 40)
  for (const tab of tabs) {
    await expect(tab.pendingCount).toHaveText('0')
    await expect(tab.post('p01').claps).toHaveText(String(before + 8))
  }
  const ledger = await server.ledger()
  const reached = ledger.attempts.filter(({ path }) => path.endsWith('/claps'))
  expect(reached).toHaveLength(40)
  expect(sendsOfEachKey(reached)).toHaveLength(40)
  expect(effectsOf(ledger, 'clap')).toHaveLength(40)
})
