// Every way to have a service worker, as its tool's own guide shows it. A tap without a network survives a reload and two
// releases, and is delivered once.
import { expect, type Page, test } from '@playwright/test'
import { endRestingWorkers } from '../fixtures/demo-page.js'
import { findRelease, lookForRelease, reloadUntil } from '../fixtures/releases.js'
import { type SetUp, type SetUpServer, startSetUp } from '../fixtures/servers/set-up-server.js'

interface Case extends SetUp {
  /** A release takes over by `applyUpdate()`, by the tool in an open page, or by the tool and a reload. */
  readonly update: 'applyUpdate' | 'tool' | 'reload'
  /** The page itself comes from the worker where there is no network. */
  readonly hasShell: boolean
  /** Firefox too. */
  readonly inFirefox?: boolean
}

const cases: readonly Case[] = [
  { name: 'plain', isPlain: true, update: 'applyUpdate', hasShell: true, inFirefox: true },
  { name: 'shipped', update: 'applyUpdate', hasShell: false, inFirefox: true },
  { name: 'bundled', update: 'applyUpdate', hasShell: true },
  { name: 'workbox-window', update: 'applyUpdate', hasShell: true },
  { name: 'sub-path', base: '/app/', update: 'applyUpdate', hasShell: true },
  { name: 'pwa-inject', update: 'applyUpdate', hasShell: true, inFirefox: true },
  { name: 'pwa-generate', update: 'tool', hasShell: true },
  { name: 'serwist', update: 'reload', hasShell: true },
]

/** Left out of the other browsers' projects. */
const onlyChromium = '@only-chromium'

let server: SetUpServer | undefined
test.afterEach(async () => {
  await server?.stop()
  server = undefined
})

const shows = (page: Page, id: string, text: string | RegExp) =>
  expect(page.locator(`#${id}`)).toHaveText(text)

/** The page is open, its worker has answered and is in control. */
async function open(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await shows(page, 'worker', 'active')
  await page.reload()
  await shows(page, 'worker', 'active')
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true)
}

const comeBack = (page: Page) => page.evaluate(() => window.dispatchEvent(new Event('focus')))

async function takeRelease(page: Page, update: Case['update'], release: number): Promise<void> {
  if (update === 'reload') await reloadUntil(page, `release-${release}`)
  else await takeInOpenPage(page, update)
  await shows(page, 'release', `release-${release}`)
  const waits = () => page.evaluate(async () => (await navigator.serviceWorker.ready).waiting !== null)
  await expect.poll(waits).toBe(false)
}

/**
 * Resolves when the page has loaded itself anew. The test must not navigate meanwhile. Chromium 156 loses a navigation
 * that begins as one worker follows the other, and then ignores the page's own.
 */
async function takeInOpenPage(page: Page, update: 'applyUpdate' | 'tool'): Promise<void> {
  if (update === 'applyUpdate') await findRelease(page)
  const loaded = page.waitForEvent('load')
  if (update === 'applyUpdate') await page.locator('#update').click()
  else await lookForRelease(page)
  await endRestingWorkers(page, () => loaded)
}

for (const { update, hasShell, inFirefox = false, ...setUp } of cases)
  test(`${setUp.name}: a tap survives a reload offline and two releases, and arrives once`, {
    ...(!inFirefox && { tag: onlyChromium }),
  }, async ({ page }) => {
    server = await startSetUp(setUp)
    await open(page, server.url)

    server.gate.close()
    await page.locator('#like').click()
    await shows(page, 'waiting', '1')
    if (hasShell) await page.reload()
    await shows(page, 'ready', 'yes')
    for (const [id, text] of [
      ['likes', '1'],
      ['waiting', '1'],
      ['worker', 'active'],
    ] as const)
      await shows(page, id, text)

    server.api.answers = false
    server.gate.open()
    for (const release of [2, 3]) {
      server.publish(release)
      await takeRelease(page, update, release)
      await shows(page, 'waiting', '1')
      await shows(page, 'likes', '1')
    }
    expect(server.api.attempts).toBe(0)

    server.api.answers = true
    await comeBack(page)
    // The entry's own backoff has grown with each attempt that was cut.
    await expect(page.locator('#waiting')).toHaveText('0')
    await shows(page, 'likes', '1')
    expect(server.api.keys.size).toBe(1)
    await shows(page, 'worker', 'active')
  })

test.describe('an app whose API is on another origin', { tag: onlyChromium }, () => {
  const outage = async (page: Page, { other, api }: SetUpServer, back: () => Promise<unknown>) => {
    const before = api.keys.size
    other.gate.close()
    for (const _ of [1, 2, 3]) await page.locator('#like').click()
    await shows(page, 'waiting', '3')
    // An origin that was missed twice rests. From then on only a wake-up with a reason tries it.
    await shows(page, 'line', 'offline')
    other.gate.open()
    await back()
    await shows(page, 'waiting', '0')
    expect(api.keys.size).toBe(before + 3)
  }

  test('and whose worker was not told of it delivers after an outage, and says what the worker lacks', async ({
    page,
  }) => {
    server = await startSetUp({ name: 'shipped' })
    const { other } = server
    await page.goto(`${server.url}?api=${other.url}`)
    await shows(page, 'worker', 'active')
    await shows(page, 'lacks', other.url)

    await outage(page, server, () => comeBack(page))
    // The origin is tried every 15 s, without the user.
    await outage(page, server, () => Promise.resolve())
  })

  test('and whose worker was told of it in its URL delivers by the worker', async ({ page }) => {
    server = await startSetUp({ name: 'shipped' })
    const { other } = server
    const worker = encodeURIComponent(`?origins=${other.url}`)
    await page.goto(`${server.url}?api=${other.url}&worker=${worker}`)
    await shows(page, 'worker', 'active')
    await shows(page, 'lacks', '')

    await outage(page, server, () => comeBack(page))
  })
})
