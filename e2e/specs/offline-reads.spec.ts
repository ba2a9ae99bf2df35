// An answer that was read once is there offline, with its age, and for its own user only.
import type { DemoPage } from '../fixtures/demo-page.js'
import { dumpStores } from '../fixtures/storage/secrets.js'
import { storeText } from '../fixtures/storage/store-text.js'
import { expect, test } from '../fixtures/test.js'
import { watchCount } from '../fixtures/watch.js'

/** A group of Ada's, and not of Grace's. It stands in no other answer. */
const onlyAda = 'Sunday hikers'
const postsOfSeed = 12

const feedStatus = ({ page }: DemoPage) => page.locator('.feed-status')
const account = ({ page }: DemoPage) => page.getByRole('region', { name: 'You', exact: true })
const ages = ({ page }: DemoPage) => page.locator('[data-stale-since]')

/** All four reads of the feed are the server's. */
async function expectFresh(demo: DemoPage): Promise<void> {
  await expect(feedStatus(demo)).toHaveAttribute('data-shows', 'fresh')
  await expect(account(demo)).toContainText(onlyAda)
  await expect(account(demo)).toContainText('Ada')
  await expect(account(demo)).toContainText(/Notifications\s*\d/)
  await expect(ages(demo)).toHaveCount(0)
  await demo.feedIsKept()
}

test('after one visit, all reads of the feed answer offline with their age, and refresh without a flash', async ({
  demo,
  network,
}) => {
  await expectFresh(demo)
  const notifs = await demo.page.getByTestId('notifs-count').textContent()
  await network.cut()

  await demo.page.reload()

  await expect(demo.page.locator('article')).toHaveCount(postsOfSeed)
  await expect(feedStatus(demo)).toContainText(/Last copy from \d\d:\d\d/)
  for (const fact of ['Name', 'Notifications', 'Groups'])
    await expect(account(demo).locator('div', { hasText: fact })).toContainText(/copy from \d\d:\d\d/)
  await expect(demo.page.getByTestId('notifs-count')).toHaveText(notifs ?? '')

  const posts = await watchCount(demo.page, 'article')
  const facts = await watchCount(demo.page, '.account dd:not(:has(.soft))')
  const empty = await watchCount(demo.page, '.skeleton, .feed-message')
  await network.restore()

  await expectFresh(demo)
  expect(await posts.seen()).toEqual([String(postsOfSeed)])
  expect(await facts.seen()).toEqual(['3'])
  expect(await empty.seen()).toEqual(['0'])
})

test('another user finds none of the first user’s reads on the screen, in memory, Cache Storage or IndexedDB', async ({
  demo,
  network,
}) => {
  await expectFresh(demo)
  const everywhere = async () => ({
    shown: (await demo.page.content()).includes(onlyAda),
    inMemory: (await storeText(demo.page)).includes(onlyAda),
    onDisk: (await dumpStores(demo.page)).includes(onlyAda),
  })
  await expect.poll(everywhere).toEqual({ shown: true, inMemory: true, onDisk: true })

  await demo.page.getByRole('button', { name: 'Sign out' }).click()
  await expect.poll(everywhere).toEqual({ shown: false, inMemory: false, onDisk: false })
  await demo.signInAs('Grace')
  await expect(account(demo)).toContainText('Harbour sailors')
  expect(await everywhere()).toEqual({ shown: false, inMemory: false, onDisk: false })

  // Nor does it come back from where nobody can look, when the server cannot be asked.
  await demo.feedIsKept()
  await network.cut()
  await demo.page.reload()
  await expect(account(demo)).toContainText('Harbour sailors')
  expect(await everywhere()).toEqual({ shown: false, inMemory: false, onDisk: false })
})

test('a sign-out leaves no data for an offline start', async ({ demo, network }) => {
  await expectFresh(demo)
  await demo.page.getByRole('button', { name: 'Sign out' }).click()
  await expect(demo.currentUser).toHaveCount(0)
  // The server has heard of the sign-out. Before that a start offline shows the welcome page.
  await expect.poll(() => demo.page.evaluate(() => localStorage.getItem('sign-out-owed-by'))).toBeNull()
  await network.cut()

  await demo.page.reload()

  await expect(demo.page.getByRole('heading', { level: 1 })).toHaveText('The server cannot be reached')
  await expect(demo.page.locator('article')).toHaveCount(0)
})
