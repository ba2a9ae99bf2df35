// The session ends before the feed is read. The page says so, and offers a sign-in.
import type { BrowserContext } from '@playwright/test'
import { expect, test } from '../fixtures/test.js'

function gate() {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

/** The server has answered the first request when it gets the second. Its answer arrives when the result is called. */
async function overtake(context: BrowserContext, first: string, second: string): Promise<() => void> {
  const answered = gate()
  const arrives = gate()
  await context.route(first, async (route) => {
    const response = await route.fetch()
    answered.open()
    await arrives.opened
    await route.fulfill({ response })
  })
  await context.route(second, async (route) => {
    await answered.opened
    await route.continue()
  })
  return arrives.open
}

test('the feed says that the session has ended before its first read', async ({ demo, server }) => {
  // A sign-out leaves no copy that could be shown.
  await demo.page.getByRole('button', { name: 'Sign out' }).click()
  await expect(demo.currentUser).toHaveCount(0)
  await server.faults([{ match: { path: '/api/posts/top' }, kind: 'expire-session', times: 1 }])

  await demo.page.getByRole('button', { name: 'Sign in as Ada' }).first().click()

  await expect(demo.notice('sign-in-needed')).toBeVisible()
  await expect(demo.page.getByText('It is read when Ada is signed in again.')).toBeVisible()
  await expect(demo.page.getByText('The server did not answer')).toHaveCount(0)
  await demo.signInAs('Ada')
})

test('an answer from before the session ended does not take the notice back', async ({
  context,
  demo,
  server,
}) => {
  await demo.page.getByRole('button', { name: 'Sign out' }).click()
  await expect(demo.currentUser).toHaveCount(0)
  await server.faults([{ match: { path: '/api/posts/top' }, kind: 'expire-session', times: 1 }])
  const answered = await overtake(context, '**/api/me', '**/api/posts/top')

  await demo.page.getByRole('button', { name: 'Sign in as Ada' }).first().click()

  await expect(demo.notice('sign-in-needed')).toBeVisible()
  answered()
  await expect(demo.page.getByRole('definition').getByText('Ada', { exact: true })).toBeVisible()
  await expect(demo.notice('sign-in-needed')).toBeVisible()
})
