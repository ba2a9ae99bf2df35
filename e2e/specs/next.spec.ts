// Next (App Router) and RTK's own recipe, with the store in a ref below the root layout. `npm run e2e:next` builds
// and runs it.
import { expect, type Page, test } from '@playwright/test'
import { reloadUntil } from '../fixtures/releases.js'
import { type NextServer, startNext } from '../fixtures/servers/next-server.js'

test.setTimeout(240_000)
let server: NextServer
test.beforeEach(async () => {
  server = await startNext()
})
test.afterEach(() => server.stop())

const shows = (page: Page, id: string, text: string) =>
  expect(page.locator(`#${id}`)).toHaveText(text, { timeout: 20_000 })

/** Errors that the page throws or writes to its console, except those that a missing network brings. */
function hearFaults(page: Page): readonly string[] {
  const faults: string[] = []
  const note = (text: string) => {
    if (!/Failed to load resource|Failed to fetch|NetworkError|no-response/.test(text)) faults.push(text)
  }
  page.on('pageerror', (error) => note(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') note(message.text())
  })
  return faults
}

/** The store is gone with its layout, and made anew. */
async function goAndComeBack(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'About' }).click()
  await expect(page.locator('#likes')).toHaveCount(0)
  await page.getByRole('link', { name: 'Likes' }).click()
  await expect(page.locator('#likes')).toHaveCount(1)
}

test('Next: a tap survives pages that come and go, a reload offline and two releases, and arrives once', async ({
  page,
}) => {
  const faults = hearFaults(page)
  await page.goto(server.url)
  await page.getByRole('link', { name: 'Likes' }).click()
  await shows(page, 'worker', 'active')
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true)
  await page.reload()
  await shows(page, 'worker', 'active')

  await page.locator('#like').click()
  await shows(page, 'waiting', '0')
  await shows(page, 'likes', '1')
  await goAndComeBack(page)
  await page.locator('#like').click()
  await expect.poll(() => server.api.keys.size).toBe(2)
  await shows(page, 'waiting', '0')

  server.gate.close()
  await page.locator('#like').click()
  await shows(page, 'waiting', '1')
  await goAndComeBack(page)
  await shows(page, 'waiting', '1')
  await page.reload()
  await shows(page, 'waiting', '1')

  server.api.answers = false
  server.gate.open()
  for (const release of [2, 3]) {
    server.publish(release)
    await reloadUntil(page, `release-${release}`)
    await shows(page, 'waiting', '1')
    await goAndComeBack(page)
    await shows(page, 'waiting', '1')
  }
  expect(server.api.attempts).toBe(2)

  server.api.answers = true
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
  // The entry's own backoff has grown with each attempt that was cut.
  await expect(page.locator('#waiting')).toHaveText('0', { timeout: 120_000 })
  await shows(page, 'likes', '3')
  expect(server.api.keys.size).toBe(3)
  await shows(page, 'worker', 'active')
  expect(faults).toEqual([])
})
