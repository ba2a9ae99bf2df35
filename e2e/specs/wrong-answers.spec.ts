// A page in place of an answer is not success.
import { attemptsUnder, effectsOf, ledgerWith } from '../fixtures/ledger.js'
import { expect, test } from '../fixtures/test.js'

const path = '/api/posts/p05/claps'

test("a captive portal's page does not count as success, and the clap arrives once the portal is gone", async ({
  demo,
  server,
}) => {
  await server.faults([{ match: { path: '/api/' }, kind: 'html' }])
  await demo.post('p05').clap()
  await ledgerWith(server, (ledger) => attemptsUnder(ledger, path).length >= 1, true)
  await expect(demo.connectivity).not.toHaveText('online')
  await expect(demo.pendingCount).toHaveText('1')
  await expect(demo.post('p05').marks('accepted')).toHaveCount(1)
  expect((await server.ledger()).effects).toHaveLength(0)

  await server.faults([])
  await demo.page.evaluate(() => window.dispatchEvent(new Event('focus')))
  const ledger = await ledgerWith(server, (latest) => effectsOf(latest, 'clap', 'p05').length, 1)
  await expect(demo.pendingCount).toHaveText('0')
  expect(ledger.effects).toHaveLength(1)
})

test('a redirect to a login page asks the user to sign in, and the claps arrive once after the sign-in', async ({
  demo,
  server,
}) => {
  await server.faults([{ match: { path: '/api/' }, kind: 'login-redirect' }])
  await demo.post('p05').clap(2)
  await expect(demo.notice('sign-in-needed')).toBeVisible()
  await expect(demo.post('p05').marks('paused')).toHaveCount(2)
  await expect(demo.pendingCount).toHaveText('2')
  expect((await server.ledger()).effects).toHaveLength(0)

  await server.faults([])
  await demo.notice('sign-in-needed').getByRole('button').first().click()
  await ledgerWith(server, (latest) => effectsOf(latest, 'clap', 'p05').length, 2)
  await expect(demo.pendingCount).toHaveText('0')
  await expect(demo.notice('sign-in-needed')).toHaveCount(0)
  expect((await server.ledger()).effects).toHaveLength(2)
})

test('the end of a session pauses the outbox until the next sign-in', async ({ demo, server }) => {
  await server.faults([{ match: { path }, kind: 'expire-session', times: 1 }])
  await demo.post('p05').clap()
  await expect(demo.notice('sign-in-needed')).toBeVisible()
  await demo.notice('sign-in-needed').getByRole('button').first().click()
  const ledger = await ledgerWith(server, (latest) => effectsOf(latest, 'clap', 'p05').length, 1)
  await expect(demo.pendingCount).toHaveText('0')
  expect(new Set(attemptsUnder(ledger, path).map(({ key }) => key)).size).toBe(1)
})
