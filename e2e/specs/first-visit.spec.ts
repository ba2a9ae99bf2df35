// One lost answer does not spoil a first visit, of which no copy is there.
import { DemoPage } from '../fixtures/demo-page.js'
import { expect, test } from '../fixtures/test.js'
import { watchCount } from '../fixtures/watch.js'

const losses = [
  { kind: 'status', status: 503, retryAfter: 1 },
  { kind: 'drop-before' },
  { kind: 'cut-body' },
] as const

for (const loss of losses) {
  test(`a first visit recovers by itself when /api/me is lost once: ${loss.kind}`, async ({
    page,
    server,
  }) => {
    await server.faults([{ match: { path: '/api/me' }, ...loss, times: 1 }])

    await page.goto(server.url)

    await expect(page.getByRole('button', { name: 'Sign in as Ada' }).first()).toBeVisible()
    await expect(page.getByText('The server cannot be reached')).toHaveCount(0)
  })

  test(`a first visit shows its feed, and no failure, when the feed is lost once: ${loss.kind}`, async ({
    page,
    server,
  }) => {
    await page.goto(server.url)
    await page.getByRole('button', { name: 'Sign in as Ada' }).first().waitFor()
    await server.faults([{ match: { path: '/api/posts/top' }, ...loss, times: 1 }])
    const messages = await watchCount(page, '.feed-message')

    await new DemoPage(page, server.url).signInAs('Ada')

    expect(await messages.seen()).toEqual(['0'])
  })
}
