// Back ends that nobody wrote for this library, each as its own guide shows it. Their database or log is the ledger.
import { test as base, expect, type Page } from '@playwright/test'
import type { BackEnd, StartBackEnd } from '../back-ends/back-end.js'
import { backEnds } from '../back-ends/back-ends.js'
import { type BuiltPage, buildPage } from '../back-ends/build-page.js'
import { startExpress } from '../back-ends/express.js'
import { type Gateway, startGateway } from '../back-ends/gateway.js'
import { hasNginx, startNginx } from '../back-ends/nginx.js'
import type { AppConfig } from '../back-ends/page/config.js'
import { startSite } from '../back-ends/site.js'
import { listen } from '../fixtures/servers/listen.js'

/** `OUTAGE_MS=60000` has each gateway answer 502 for a minute. Each refused attempt makes the wait after it longer. */
const outageMs = Number(process.env['OUTAGE_MS'] ?? 500)

base.describe.configure({ timeout: 300_000 + 4 * outageMs })

const test = base.extend<object, { readonly pages: string }>({
  pages: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
    async ({}, use) => {
      const built: BuiltPage = await buildPage()
      await use(built.folder)
      await built.remove()
    },
    { scope: 'worker' },
  ],
})

interface Running {
  readonly backEnd: BackEnd
  readonly gateway: Gateway
  open(page: Page): Promise<void>
  stop(): Promise<void>
}

/** Behind a gateway, or of another origin with a site of its own for the page. */
async function run(start: StartBackEnd, pages: string, isApart: boolean): Promise<Running> {
  const site = isApart ? await startSite(pages) : undefined
  const backEnd = await start(pages, site && `http://localhost:${site.port}`)
  const gateway = await startGateway(backEnd.port)
  const home = `http://localhost:${site?.port ?? gateway.port}`
  const config = { ...backEnd.config, ...(isApart && { api: `http://localhost:${gateway.port}` }) }
  return {
    backEnd,
    gateway,
    async open(page) {
      if (backEnd.cookie !== undefined) await page.context().addCookies([{ ...backEnd.cookie, url: home }])
      await open(page, home, config)
    },
    async stop() {
      await Promise.all([gateway.stop(), backEnd.stop(), site?.stop()])
    },
  }
}

async function open(page: Page, home: string, config: AppConfig): Promise<void> {
  await page.goto(`${home}/#${encodeURIComponent(JSON.stringify(config))}`)
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready
    if (navigator.serviceWorker.controller === null)
      await new Promise((resolve) => {
        navigator.serviceWorker.oncontrollerchange = resolve
      })
  })
  if (config.signIn !== undefined) await signIn(page)
}

async function signIn(page: Page): Promise<void> {
  await page.evaluate(() => {
    document.title = 'Signing in'
  })
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveTitle('Signed in')
}

const press = (page: Page, name: string) => page.getByRole('button', { name }).click()
const outbox = async (page: Page) => JSON.parse((await page.locator('#outbox').textContent()) ?? '')
/** Looked at, as by a user who waits for it. */
async function outboxSeen(page: Page) {
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
  return outbox(page)
}

/** So many changes are safe on this device, and a reload at once keeps them. */
const expectAccepted = (page: Page, count: number) =>
  expect
    .poll(async () => {
      const { entries } = await outbox(page)
      return Object.values(entries as Record<string, { state: string }>).map(({ state }) => state)
    })
    .toEqual(Array(count).fill('accepted'))

/** The page says that nothing waits any more. An entry's own backoff may be twice as long as the outage was. */
const expectEmpty = (page: Page) =>
  expect
    .poll(() => outboxSeen(page), { timeout: 120_000 + 3 * outageMs, intervals: [500] })
    .toEqual(expect.objectContaining({ waiting: 0, deadLetters: 0, entries: {} }))

/** The network of the page goes, or comes back. Firefox has the wire cut, since its worker cannot be told. */
async function setOffline(page: Page, { gateway }: Running, isOffline: boolean): Promise<void> {
  if (page.context().browser()?.browserType().name() !== 'firefox') await page.context().setOffline(isOffline)
  else if (isOffline) gateway.cut()
  else gateway.mend()
}

for (const { name, start, where, hasSessions, knowsKeys } of backEnds)
  test.describe(name, () => {
    let running: Running
    test.beforeEach(async ({ pages, page }) => {
      running = await run(start, pages, where === 'apart')
      await running.open(page)
    })
    test.afterEach(() => running.stop())

    test('a change made offline is there after a reload, and takes effect once', async ({ page }) => {
      await setOffline(page, running, true)
      await press(page, 'Like a')
      await press(page, 'Like b')
      const { backEnd } = running
      if (backEnd.notes) await press(page, 'Write a note')
      await expectAccepted(page, backEnd.notes ? 3 : 2)
      await page.reload()
      await expect(page.locator('#liked')).toHaveText('a b')
      await setOffline(page, running, false)

      await expectEmpty(page)
      expect([...backEnd.liked()].sort()).toEqual(['a', 'b'])
      if (backEnd.notes) expect(backEnd.notes()).toEqual(['hello'])
    })

    test('no change is lost by errors of a gateway', async ({ page }) => {
      const { gateway, backEnd } = running
      gateway.takeAway()
      await press(page, 'Like a')
      await expect.poll(() => gateway.refused()).toBeGreaterThan(0)
      await press(page, 'Like b')
      await page.waitForTimeout(outageMs)
      await expect.poll(() => outbox(page)).toMatchObject({ waiting: 2, deadLetters: 0 })
      gateway.bringBack()
      // A request that may have been done, and must not be done twice, waits for a person.
      if (backEnd.config.like.method === 'POST' && backEnd.config.server !== 'idempotent')
        await press(page, 'Send again')

      await expectEmpty(page)
      expect([...backEnd.liked()].sort()).toEqual(['a', 'b'])
    })

    if (knowsKeys)
      test('a request whose answer is lost is sent again under its key, and takes effect once', async ({
        page,
      }) => {
        const { gateway, backEnd } = running
        gateway.loseAnswers(2)
        await press(page, 'Like a')
        await expectEmpty(page)
        expect([gateway.keys.length, new Set(gateway.keys).size]).toEqual([3, 1])
        expect(backEnd.liked()).toEqual(['a'])
      })

    if (hasSessions)
      test('no change is lost when a session ends and begins again', async ({ page }) => {
        const { backEnd } = running
        await press(page, 'Like a')
        await expectEmpty(page)
        backEnd.endSessions?.()
        await press(page, 'Like b')
        if (backEnd.config.signIn !== undefined) {
          await expect.poll(() => outbox(page)).toMatchObject({ waiting: 1, paused: 'auth' })
          await expectAccepted(page, 1)
          await page.reload()
          await expect(page.locator('#liked')).toContainText('b')
          await signIn(page)
        }

        await expectEmpty(page)
        expect(backEnd.liked()).toEqual(['a', 'b'])
      })
  })

test('no change is lost when the back end behind nginx is removed', async ({ page, pages }) => {
  test.skip(!hasNginx(), 'NO NGINX HERE: install it (apt-get install nginx) to run this test')
  const first = await startExpress(pages)
  const nginx = await startNginx(first.port, pages)
  await open(page, `http://localhost:${nginx.port}`, first.config)
  await first.stop()
  await press(page, 'Like a')
  await expect.poll(() => outbox(page)).toMatchObject({ trouble: [{ code: 'http', httpStatus: 502 }] })
  await press(page, 'Like b')
  await page.waitForTimeout(outageMs)
  await expect.poll(() => outbox(page)).toMatchObject({ waiting: 2, deadLetters: 0 })
  const second = await startExpress(pages, undefined, first.port)
  // It knows no session of the first.
  await expect.poll(() => outboxSeen(page)).toMatchObject({ paused: 'auth' })
  await signIn(page)

  await expectEmpty(page)
  expect([...second.liked()].sort()).toEqual(['a', 'b'])
  await Promise.all([nginx.stop(), second.stop()])
})

test('CORS that forbids the key on another origin is reported once', async ({ page, pages }) => {
  const heard: string[] = []
  page.on('console', (message) => heard.push(message.text()))
  const api = await listen((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '')
    response.setHeader('Access-Control-Allow-Credentials', 'true')
    response.setHeader('Access-Control-Allow-Methods', 'PUT')
    response.setHeader('Access-Control-Allow-Headers', 'content-type, idempotency-principal')
    response.writeHead(request.method === 'OPTIONS' ? 204 : 200).end()
  })
  const site = await startSite(pages)
  const like = { method: 'PUT', url: '/likes/:id', body: {} }
  await open(page, `http://localhost:${site.port}`, { api: `http://localhost:${api.port}`, like })
  await press(page, 'Like a')
  await press(page, 'Like b')

  const ours = () => heard.filter((text) => text.startsWith('redux-broker:'))
  await expect.poll(ours).toHaveLength(1)
  expect(ours()[0]).toMatch(/idempotency-key.*Access-Control-Allow-Headers/s)
  expect(ours()[0]).not.toContain('idempotency-principal')
  expect(await outbox(page)).toMatchObject({ trouble: [{ origin: `http://localhost:${api.port}` }] })
  await Promise.all([api.stop(), site.stop()])
})
