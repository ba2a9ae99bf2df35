// The app in a frame of a page on another site. Browsers partition its storage by the site of the tab, so the frame
// has an outbox of its own.
import type { BrowserContext, Frame, Page } from '@playwright/test'
import { listen } from '../fixtures/servers/listen.js'
import { startTwoApps, type TwoAppsServer } from '../fixtures/servers/two-apps-server.js'
import { expect, test } from '../fixtures/test.js'

interface App {
  ready(): Promise<void>
  put(id: string): Promise<unknown>
  seen(): { readonly waiting: number }
}
const ask = <T>(at: Page | Frame, work: (app: App) => T): Promise<T> =>
  at.evaluate(`(${work})(window)`) as Promise<T>
const waiting = async (at: Page | Frame) => (await ask(at, (app) => app.seen())).waiting

let server: TwoAppsServer
let other: Awaited<ReturnType<typeof listen>>
test.beforeEach(async () => {
  server = await startTwoApps()
  other = await listen((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(
      `<!doctype html><link rel="icon" href="data:,"><iframe src="${server.url}/?user=ada"></iframe>`,
    )
  })
})
test.afterEach(async () => {
  await server.end()
  await other.stop()
})

async function openApp(context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${server.url}/?user=ada`)
  await begin(page)
  return page
}

/** The same address in a frame of a page whose site is another. */
async function openFramed(context: BrowserContext): Promise<Frame> {
  const outer = await context.newPage()
  await outer.goto(`http://127.0.0.1:${other.port}/`)
  await expect.poll(() => outer.frames().length).toBe(2)
  const frame = outer.frames()[1] as Frame
  await begin(frame)
  return frame
}

async function begin(at: Page | Frame): Promise<void> {
  await at.waitForFunction(() => 'put' in window)
  await ask(at, (app) => app.ready())
}

/** A tab in which something waits, and the frame beside it. */
async function openBoth(context: BrowserContext) {
  server.api.answers = false
  const tab = await openApp(context)
  await ask(tab, (app) => app.put('of-the-tab'))
  const frame = await openFramed(context)
  expect(await waiting(frame)).toBe(0)
  return { tab, frame }
}

test('a frame on another site and a tab neither show nor send each other’s entries @only-chromium', async ({
  lasting,
}) => {
  const context = await lasting.start()
  const { tab, frame } = await openBoth(context)
  await ask(frame, (app) => app.put('of-the-frame'))
  await ask(frame, (app) => app.put('of-the-frame-too'))
  await expect.poll(() => waiting(frame)).toBe(2)
  expect(await waiting(tab)).toBe(1)

  await tab.close()
  server.api.answers = true
  await expect.poll(() => waiting(frame)).toBe(0)
  expect([...server.api.effects].sort()).toEqual(['ada of-the-frame page', 'ada of-the-frame-too page'])

  const later = await openApp(context)
  await expect.poll(() => waiting(later)).toBe(0)
  expect(server.api.effects.slice(2)).toEqual(['ada of-the-tab page'])
})

test('a frame without storage rejects its write, and the tab delivers its own @only-chromium', async ({
  context,
}) => {
  const { tab, frame } = await openBoth(context)
  expect(await ask(frame, (app) => app.put('of-the-frame'))).toEqual({
    status: 'notAccepted',
    reason: 'storageUnavailable',
  })

  server.api.answers = true
  await expect.poll(() => waiting(tab)).toBe(0)
  expect(server.api.effects).toEqual(['ada of-the-tab page'])
})
