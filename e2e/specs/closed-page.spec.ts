// The worker delivers when no page is left.
import { effectsOf, ledgerWith } from '../fixtures/ledger.js'
import { expect, test } from '../fixtures/test.js'

test('a tap made offline is delivered by the worker on its sync event, with no page open', async ({
  demo,
  openTab,
  network,
  server,
}) => {
  const claps = Number(await demo.post('p04').claps.textContent())
  await network.cut()
  await demo.post('p04').like()
  await demo.post('p04').clap()
  await expect(demo.post('p04').marks('accepted')).toHaveCount(2)
  await expect.poll(() => demo.syncTags()).not.toHaveLength(0)
  await demo.page.close()

  await network.restore()
  const ledger = await ledgerWith(server, ({ effects }) => effects.length, 2)
  expect(effectsOf(ledger, 'like', 'p04')).toHaveLength(1)
  expect(effectsOf(ledger, 'clap', 'p04')).toHaveLength(1)

  const again = await openTab()
  await expect(again.post('p04').likeButton).toHaveAttribute('aria-pressed', 'true')
  await expect(again.post('p04').claps).toHaveText(String(claps + 1))
  await expect(again.pendingCount).toHaveText('0')
  await expect(again.post('p04').marks()).toHaveCount(0)
})
