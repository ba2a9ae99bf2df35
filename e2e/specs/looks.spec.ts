// The looks and words of each state, in pictures at three widths in both schemes, with no serious barrier in any.
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import type { DemoPage } from '../fixtures/demo-page.js'
import { expect, test } from '../fixtures/test.js'

const widths = [360, 768, 1280]
const schemes = ['light', 'dark'] as const

async function picture(demo: DemoPage, state: string, folder: string): Promise<void> {
  for (const colorScheme of schemes)
    for (const width of widths) {
      await demo.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await demo.page.setViewportSize({ width, height: 900 })
      await demo.page.screenshot({ path: `${folder}/${state}-${width}-${colorScheme}.png` })
      const overflow = await demo.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect(overflow, `${state} at ${width} px scrolls sideways`).toBeLessThanOrEqual(0)
    }
  for (const colorScheme of schemes) {
    await demo.page.emulateMedia({ colorScheme })
    const axe = new AxeBuilder({ page: demo.page })
    // The other scheme differs in its colours only.
    if (colorScheme !== schemes[0]) axe.withRules('color-contrast')
    const { violations } = await axe.analyze()
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
  }
}

test('the feed is legible and accessible online, offline with pending changes, and with a returned change', async ({
  demo,
  network,
  server,
}, { config }) => {
  const folder = `${config.rootDir}/../screenshots`
  await picture(demo, 'online', folder)

  await network.cut()
  await demo.post('p01').like()
  await demo.post('p01').clap(3)
  await demo.post('p02').comment('Sent from a tunnel')
  await expect(demo.pendingCount).toHaveText('5')
  await expect(demo.connectivity).toHaveText('offline')
  await picture(demo, 'offline', folder)

  await server.faults([
    { match: { method: 'POST', path: '/api/posts/p02/comments' }, kind: 'status', status: 422 },
  ])
  await network.restore()
  await expect(demo.post('p02').marks('returned')).toHaveCount(1)
  await expect(demo.pendingCount).toHaveText('0')
  await picture(demo, 'returned', folder)

  await demo.page.goto(new URL('/lab', demo.page.url()).href)
  await expect(demo.page.getByRole('heading', { level: 1 })).toBeVisible()
  await picture(demo, 'lab', folder)
})

/** Has the page note all that moves on it from now on. The answer lists the moves. */
async function watchShifts(page: Page): Promise<() => Promise<unknown>> {
  await page.evaluate(() => {
    const shifts: string[] = []
    const namesOf = (shift: PerformanceEntry) =>
      (Reflect.get(shift, 'sources') as { node: Node | null }[]).map(({ node }) =>
        String(node instanceof Element ? node.outerHTML : node?.textContent).slice(0, 80),
      )
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push(...namesOf(entry))
    }).observe({ type: 'layout-shift' })
    Object.assign(window, { shifts })
  })
  return () => page.evaluate(() => Reflect.get(window, 'shifts'))
}

test('groups that load late move nothing on the page', async ({ openTab, server }) => {
  await server.faults([{ match: { path: '/api/me/groups' }, kind: 'hold' }])
  const demo = await openTab()
  await demo.signInAs('Ada')
  const groups = demo.page.locator('.account dd').last()
  await expect(groups).toHaveText('–')
  const shifts = await watchShifts(demo.page)
  await server.faults([])
  await expect(groups).toContainText('Sunday hikers')
  expect(await shifts()).toEqual([])
})

test('a tap and its delivery move nothing on the page', async ({ demo, network }) => {
  const shifts = await watchShifts(demo.page)
  const place = () =>
    demo.post('p02').root.evaluate((node) => node.getBoundingClientRect().top + window.scrollY)
  const before = await place()
  await network.cut()
  await demo.post('p01').like()
  await demo.post('p01').clap(3)
  await expect(demo.post('p01').marks('accepted')).toHaveCount(4)
  expect(await place()).toBe(before)
  await network.restore()
  await expect(demo.pendingCount).toHaveText('0')
  await expect(demo.post('p01').marks()).toHaveCount(0)
  expect(await place()).toBe(before)
  expect(await shifts()).toEqual([])
})

test('every task can be done with the keyboard alone', async ({ demo, server }) => {
  await demo.post('p01').likeButton.focus()
  await demo.page.keyboard.press('Enter')
  await expect(demo.post('p01').likeButton).toHaveAttribute('aria-pressed', 'true')
  await expect(demo.pendingCount).toHaveText('0')
  await server.faults([{ match: { path: '/api/posts/p01/claps' }, kind: 'status', status: 422 }])
  await demo.page.keyboard.press('Tab')
  await expect(demo.post('p01').clapButton).toBeFocused()
  await demo.page.keyboard.press('Space')
  await expect(demo.deadLetters.getByRole('button', { name: 'Retry' })).toBeVisible()
  await server.faults([])
  await demo.deadLetters.getByRole('button', { name: 'Retry' }).focus()
  await demo.page.keyboard.press('Enter')
  await expect(demo.deadLetters.getByRole('button', { name: 'Retry' })).toHaveCount(0)
  await expect(demo.deadLetters.getByRole('heading')).toBeFocused()
})

test('the keyboard focus never falls back to the top of the page', async ({ demo, server }) => {
  await expect(demo.page.getByRole('heading', { level: 1 })).toBeFocused()
  await server.faults([{ match: { method: 'POST' }, kind: 'status', status: 422 }])
  await demo.post('p01').clap()
  await demo.post('p02').clap()
  const discards = demo.deadLetters.getByRole('button', { name: 'Discard' })
  await expect(discards).toHaveCount(2)

  await discards.first().press('Enter')

  await expect(discards).toHaveCount(1)
  await expect(demo.deadLetters.getByRole('button', { name: 'Retry' })).toBeFocused()
})
