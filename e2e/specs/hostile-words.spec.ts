// Words that are markup stay words in the feed, while they wait, and among the returned changes.
import { expect, test } from '../fixtures/test.js'

test('a comment with markup is shown as text everywhere, and runs nothing', async ({ demo, server }) => {
  const words = '<img src=x onerror=owned=1>'
  await server.faults([{ match: { path: '/api/posts/p01/comments' }, kind: 'status', status: 422 }])

  await demo.post('p01').comment(words)

  await expect(demo.post('p01').marks('returned')).toHaveCount(1)
  await expect(demo.deadLetters).toContainText(words)
  expect(await demo.page.locator('img[src="x"]').count()).toBe(0)
  expect(await demo.page.evaluate(() => Reflect.get(window, 'owned'))).toBeUndefined()
})
