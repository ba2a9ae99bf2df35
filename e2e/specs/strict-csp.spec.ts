// The policy that packages/broker/docs/security.md gives to copy lets the broker work in a page that has a worker.
import { readFileSync } from 'node:fs'
import { effectsOf, ledgerWith } from '../fixtures/ledger.js'
import { expect, test } from '../fixtures/test.js'
import { hearViolations } from '../fixtures/violations.js'

const guide = readFileSync(new URL('../../packages/broker/docs/security.md', import.meta.url), 'utf8')
const [, policy = ''] = /^Content-Security-Policy: (.+)$/m.exec(guide) ?? []

test('taps are delivered under the policy of the security page, at once and after a wait', async ({
  context,
  openTab,
  network,
  server,
}) => {
  expect(policy).toContain("default-src 'none'")
  const violations = await hearViolations(context)
  const demo = await openTab(async (page) => {
    await page.route(`${server.url}/`, async (route) => {
      const response = await route.fetch()
      const headers = { ...response.headers(), 'content-security-policy': policy }
      await route.fulfill({ response, headers })
    })
  })
  await demo.signInAs('Ada')

  await demo.post('p01').clap()
  await ledgerWith(server, (ledger) => effectsOf(ledger, 'clap', 'p01').length, 1)
  await network.cut()
  await demo.post('p02').clap()
  await expect(demo.pendingCount).toHaveText('1')
  await network.restore()
  await ledgerWith(server, (ledger) => effectsOf(ledger, 'clap', 'p02').length, 1)

  // The policy was in force, since it stops a request to an origin that it does not name.
  await demo.page.evaluate(() => fetch('https://elsewhere.example/').catch(() => {}))
  await expect.poll(() => violations).toEqual(['connect-src'])
})
