// When the network is back the changes go first, and the reads that they make old are read once after them.
import { attemptsAfter, lastSeq, ledgerWith } from '../fixtures/ledger.js'
import { expect, test } from '../fixtures/test.js'

const feed = '/api/posts/top'

test('forty waiting likes arrive before the feed is read, and the feed is read once', async ({
  demo,
  network,
  server,
  cut,
}) => {
  await expect(demo.page.locator('.feed-status')).toHaveAttribute('data-shows', 'fresh')
  await network.cut()
  // Given, taken back and given again. Each tap is a change of its own.
  await demo.page.getByRole('button', { name: 'Like' }).evaluateAll((hearts) => {
    for (let taps = 0; taps < 40; taps++) (hearts[taps % hearts.length] as HTMLElement).click()
  })
  await expect(demo.pendingCount).toHaveText('40')
  const hearts = await demo.page.locator('[aria-pressed=true]').count()
  // The copy is shown before the read has failed. A read that is still on its way would be first when the network is back.
  // Where the browser does not say that it is offline, the read waits for the changes and is never sent.
  const failed =
    cut === 'browser' &&
    demo.page.context().waitForEvent('requestfailed', (request) => request.url().endsWith(feed))
  await demo.refresh()
  await failed
  await expect(demo.page.locator('.feed-status')).toHaveAttribute('data-shows', 'copy')
  const before = lastSeq(await server.ledger())

  await network.restore()

  await expect(demo.pendingCount).toHaveText('0')
  await expect(demo.page.locator('.feed-status')).toHaveAttribute('data-shows', 'fresh')
  // A read that is asked for now comes after all that were to come.
  await demo.refresh()
  const ledger = await ledgerWith(
    server,
    (latest) => attemptsAfter(latest, before).filter(({ path }) => path === feed).length,
    2,
  )
  const since = attemptsAfter(ledger, before)
  const writes = since.filter(({ key }) => key !== null)
  const [first] = since.filter(({ path }) => path === feed)
  expect(new Set(writes.map(({ key }) => key)).size).toBe(40)
  expect(Math.max(...writes.map(({ seq }) => seq))).toBeLessThan(first?.seq ?? 0)
  await expect(demo.page.locator('[aria-pressed=true]')).toHaveCount(hearts)
})
