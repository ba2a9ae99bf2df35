// A tap offline is shown at once, survives a reload, and takes effect once.
import { effectsOf, ledgerWith } from '../fixtures/ledger.js'
import { expect, test } from '../fixtures/test.js'

test('a like and three claps made offline are shown at once, outlive a reload and take effect once', async ({
  demo,
  openTab,
  network,
  server,
  without,
}) => {
  const other = await openTab()
  await expect(other.post('p01').root).toBeVisible()
  await demo.feedIsKept()
  const claps = Number(await demo.post('p01').claps.textContent())
  await network.cut()

  const pressed = demo.post('p01').likeButton.evaluate(
    (button) =>
      new Promise((resolve) => {
        // Before this frame is painted, and so in the frame of the tap.
        const look = () => requestAnimationFrame(() => resolve(button.getAttribute('aria-pressed')))
        button.addEventListener('click', look, { capture: true, once: true })
      }),
  )
  await demo.post('p01').like()
  expect(await pressed).toBe('true')
  await demo.post('p01').clap(3)
  await expect(demo.pendingCount).toHaveText('4')
  await expect(other.pendingCount).toHaveText('4')
  await expect(demo.post('p01').marks('accepted')).toHaveCount(4)

  if (without === 'worker') {
    await network.restore()
    await demo.page.reload()
  } else {
    await demo.page.reload()
    await expect(demo.post('p01').likeButton).toHaveAttribute('aria-pressed', 'true')
    await expect(demo.post('p01').claps).toHaveText(String(claps + 3))
    await expect(demo.pendingCount).toHaveText('4')
    await network.restore()
  }

  const ledger = await ledgerWith(server, ({ effects }) => effects.length, 4)
  expect(effectsOf(ledger, 'like', 'p01')).toHaveLength(1)
  expect(effectsOf(ledger, 'clap', 'p01')).toHaveLength(3)
  for (const tab of [demo, other]) {
    await expect(tab.pendingCount).toHaveText('0')
    await expect(tab.post('p01').likeButton).toHaveAttribute('aria-pressed', 'true')
    await expect(tab.post('p01').claps).toHaveText(String(claps + 3))
    await expect(tab.post('p01').marks('accepted')).toHaveCount(0)
  }
})
