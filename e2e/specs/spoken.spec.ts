// The status for people who hear the page (WCAG 2.2, 4.1.3), and the narrow window of people who magnify it (1.4.10).
import type { Page } from '@playwright/test'
import { expect, test } from '../fixtures/test.js'

test('a polite live region says offline, saved, delivered and came back, and the focus stays', async ({
  demo,
  network,
  server,
}) => {
  const announcer = demo.page.getByTestId('announcer')
  await expect(announcer).toHaveRole('status')
  await network.cut()
  const heart = demo.post('p01').root.getByRole('button', { name: 'Like' })
  await heart.press('Enter')
  await expect(announcer).toHaveText(/Saved on this device: 1 change waiting/)
  await expect(demo.connectivity).toHaveText('offline')
  await network.restore()
  await expect(announcer).toHaveText(/All changes are delivered/)
  await expect(heart).toBeFocused()

  await server.faults([{ match: { path: '/api/posts/p02/claps' }, kind: 'status', status: 422 }])
  await demo.post('p02').clap()
  await expect(announcer).toHaveText(/1 change came back/)
})

/** Elements that reach over the window's edge, but for those inside of a table with a scroll bar of its own. */
const tooWide = (page: Page) =>
  page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement
    const reaching = [...document.querySelectorAll('body *')].filter(
      (element) =>
        element.getBoundingClientRect().right > clientWidth + 1 &&
        element.closest('.table-scroll, .hidden-text') === null,
    )
    return [scrollWidth - clientWidth, ...reaching.map((element) => element.outerHTML.slice(0, 80))]
  })

const headerParts = ['.brand', '.header-user', '.header-nav']
const overlaps = async (page: Page) => {
  const boxes = await Promise.all(headerParts.map((part) => page.locator(part).boundingBox()))
  return boxes.some((box, i) => {
    const next = boxes[i + 1]
    return box !== null && next != null && box.x + box.width > next.x
  })
}

test('neither page scrolls sideways or hides a thing at 320 px, however much there is to show', async ({
  demo,
  server,
}, { config }) => {
  const { page } = demo
  await page.setViewportSize({ width: 320, height: 700 })
  await server.faults([
    { match: { method: 'POST', path: '/api/posts/p02/comments' }, kind: 'status', status: 422 },
  ])
  await demo.post('p02').comment('Averylongwordwithoutanyspaceinitthatnobodywouldeverwrite')
  await demo.post('p01').clap(12)
  await expect(demo.post('p02').marks('returned')).toHaveCount(1)
  await expect(demo.pendingCount).toHaveText('0')
  for (const path of ['/', '/lab']) {
    await page.goto(new URL(path, page.url()).href)
    if (path === '/lab') await expect(page.getByLabel('List of attempts')).toBeVisible()
    else await expect(demo.deadLetters.getByRole('button', { name: 'Retry' })).toBeVisible()
    await page.screenshot({
      path: `${config.rootDir}/../screenshots/narrow${path.replace('/', '-')}.png`,
      fullPage: true,
    })

    await expect.poll(() => tooWide(page), { message: path }).toEqual([0])
    expect(await overlaps(page), `the header of ${path}`).toBe(false)
  }
})
