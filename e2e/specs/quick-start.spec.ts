// The first ten minutes of a new user: the quick start as it is printed, in front of an API of their own.
import { expect, test } from '@playwright/test'
import { type Listening, listen } from '../fixtures/servers/listen.js'
import { bundleQuickStart } from '../set-ups/quick-start.js'

let server: Listening | undefined
test.afterEach(() => server?.stop())

test('the quick start shows a like while the API is away, keeps it over a reload and delivers it once', async ({
  page,
}) => {
  const files = await bundleQuickStart()
  const liked: string[] = []
  let isAway = true
  server = await listen((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x')
    const file = files.get(pathname)
    if (file !== undefined) {
      const type = pathname.endsWith('.js') ? 'text/javascript' : 'text/html'
      return void response.setHeader('content-type', type).end(file)
    }
    if (isAway) return void request.socket.destroy()
    liked.push(`${request.method} ${pathname}`)
    response.setHeader('content-type', 'application/json').end('{"id":"p1","likes":8,"likedByMe":true}')
  })
  const press = (name: string) => page.getByRole('button', { name }).click()
  const likes = page.locator('#likes')
  const outbox = async () => JSON.parse((await page.locator('#outbox').textContent()) ?? '')
  const home = `http://localhost:${server.port}`

  const heard: string[] = []
  page.on('console', (message) => heard.push(message.text()))
  await page.goto(home)
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await press('Sign in')
  await press('Like')
  await expect(likes).toHaveText('1')
  await expect.poll(async () => (await outbox()).waiting).toBe(1)
  await page.reload()
  await expect(likes).toHaveText('0')
  await press('Sign in')
  await expect(likes).toHaveText('1')

  isAway = false
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
  await expect(likes).toHaveText('8')
  await expect.poll(outbox).toEqual({ waiting: 0, entries: {} })
  await press('Like')
  await expect.poll(() => heard).toContain('accepted 8')
  expect(liked.filter((line) => line.startsWith('PUT'))).toEqual(Array(2).fill('PUT /api/posts/p1/like'))
})
