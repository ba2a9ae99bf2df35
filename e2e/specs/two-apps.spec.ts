// Several apps of one origin do not share a session or an outbox. The pages of one app share both, wherever a host lays
// them.
import { type BrowserContext, test as base, expect, type Page } from '@playwright/test'
import { waitForWorkers } from '../fixtures/patience.js'
import { startTwoApps, type TwoAppsServer } from '../fixtures/servers/two-apps-server.js'

const test = base.extend<{ readonly server: TwoAppsServer }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
  server: async ({}, use) => {
    const server = await startTwoApps()
    await use(server)
    await server.end()
  },
})

async function open(context: BrowserContext, url: string, given: Readonly<Record<string, string>>) {
  const page = await context.newPage()
  if (given['worker'] !== undefined) await page.addInitScript(waitForWorkers)
  await page.goto(`${url}?${new URLSearchParams(given)}`)
  await page.waitForFunction('"ready" in window')
  await page.evaluate('ready()')
  return page
}

const put = (page: Page, id: string) => page.evaluate(`put(${JSON.stringify(id)})`)
const seen = (page: Page) => page.evaluate('seen()')
const focus = (page: Page) => page.evaluate(() => window.dispatchEvent(new Event('focus')))
const expectSeen = (page: Page, part: Readonly<Record<string, unknown>>) =>
  expect.poll(() => seen(page)).toMatchObject(part)

for (const kind of ['module', 'classic'])
  for (const users of [
    ['ada', '7'],
    ['ada', 'ada'],
  ] as const)
    for (const worker of [{}, { worker: 'sw.js' }])
      test(`two apps with a ${kind} script, ${'worker' in worker ? 'a worker each' : 'no worker'}, users ${users.join(' and ')}, do not know of each other`, {
        ...('worker' in worker && { tag: '@only-chromium' }),
      }, async ({ context, server }) => {
        const folders = [`/${kind}-a/`, `/${kind}-b/`] as const
        const [a, b] = [
          await open(context, server.url + folders[0], { user: users[0], ...worker }),
          await open(context, server.url + folders[1], { user: users[1], ...worker }),
        ]
        const state = 'worker' in worker ? 'active' : 'none'
        for (const page of [a, b]) await expectSeen(page, { worker: state })

        server.api.answers = false
        await put(a, 'of-a')
        await put(b, 'of-b')
        await put(b, 'of-b-too')
        await expectSeen(a, { waiting: 1, paused: undefined })
        await expectSeen(b, { waiting: 2, paused: undefined })
        await b.close()
        server.api.answers = true
        await focus(a)
        await expectSeen(a, { waiting: 0, paused: undefined })
        const again = await open(context, server.url + folders[1], { user: users[1], ...worker })
        await expectSeen(again, { waiting: 0 })

        const effects = server.api.effects.map((effect) => effect.split(' '))
        expect(effects.map(([user, id]) => `${user} ${id}`).toSorted()).toEqual(
          [`${users[0]} of-a`, `${users[1]} of-b`, `${users[1]} of-b-too`].toSorted(),
        )
        // By its own worker, or by its page where that was first in line.
        for (const [, id, sender] of effects)
          expect(['page', ...('worker' in worker ? [folders[id === 'of-a' ? 0 : 1]] : [])]).toContain(sender)
      })

for (const [name, one, other] of [
  ['with a script at the root', '/posts/12', '/account/'],
  ['with scripts written into its pages', '/inline-posts/12', '/inline-account/'],
] as const)
  test(`one app ${name} has one session on all of its pages`, async ({ context, server }) => {
    server.api.answers = false
    const before = await open(context, server.url + one, { user: 'ada' })
    await put(before, 'of-ada')
    const after = await open(context, server.url + other, { user: 'bob' })
    await put(after, 'of-bob')
    await expectSeen(after, { waiting: 1 })
    await expectSeen(before, { paused: 'principal' })

    server.api.answers = true
    await focus(before)
    await focus(after)
    await expectSeen(after, { waiting: 0 })
    await before.close()
    await after.close()
    expect(server.api.effects).toEqual(['bob of-bob page'])

    const back = await open(context, server.url + other, { user: 'ada' })
    await expectSeen(back, { waiting: 0 })
    expect(server.api.effects).toEqual(['bob of-bob page', 'ada of-ada page'])
  })

for (const [one, other] of [
  ['/inline-shop/', '/inline-admin/'],
  ['/inline-shop', '/inline-admin'],
  ['/inline-shop/index.html', '/inline-shop/admin/'],
] as const)
  test(`two apps with scripts written into their pages learn of each other by name: ${one} and ${other}`, async ({
    context,
    server,
  }) => {
    const shop = await open(context, server.url + one, { user: 'ada' })
    await expectSeen(shop, { trouble: [] })
    const admin = await open(context, server.url + other, { user: 'bob' })

    await expectSeen(shop, { paused: 'principal', trouble: [{ code: 'sessionTaken', path: other }] })
    await expectSeen(admin, { paused: undefined, trouble: [] })
  })

test('an app delivers entries of a release that had one session for the whole origin', async ({
  context,
  server,
}) => {
  server.api.answers = false
  // By its name the database is the root's, as it was for every app then.
  const before = await open(context, `${server.url}/module-a/`, { user: 'ada', name: 'redux-broker' })
  await put(before, 'from-before')
  await before.close()

  server.api.answers = true
  const now = await open(context, `${server.url}/module-a/`, { user: 'ada' })
  await expectSeen(now, { waiting: 0 })
  expect(server.api.effects).toEqual(['ada from-before page'])
})

test.describe('a worker of the whole origin', { tag: '@only-chromium' }, () => {
  test('delivers for a single app, and leaves the work of two apps to their own pages', async ({
    context,
    server,
  }) => {
    const a = await open(context, `${server.url}/module-a/`, { user: 'ada', worker: '/sw.js' })
    await expectSeen(a, { worker: 'active' })
    // On a busy machine a page may be first in line.
    while (!server.api.effects.includes('ada alone /')) {
      await put(a, 'alone')
      await expectSeen(a, { waiting: 0 })
    }
    const before = server.api.effects.length

    const b = await open(context, `${server.url}/module-b/`, { user: '7', worker: '/sw.js' })
    await put(b, 'second')
    await put(a, 'first')
    await expectSeen(a, { waiting: 0, worker: 'silent' })
    await expectSeen(b, { waiting: 0, worker: 'silent' })
    expect(server.api.effects.slice(before).toSorted()).toEqual(['7 second page', 'ada first page'])
  })
})
