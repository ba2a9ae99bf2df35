// A server that bounds sign-ins asks for patience. Its page says so, and does not say that the server is away.
import { expect, test } from '../fixtures/test.js'

for (const [retryAfter, when] of [
  [12, 'in 12 s'],
  [undefined, 'a little later'],
] as const)
  test(`a user who signed in too often is told to try again ${when}, and then can`, async ({
    openTab,
    server,
  }) => {
    const demo = await openTab()
    const match = { method: 'POST', path: '/api/session' }
    await server.faults([
      { match, kind: 'status', status: 429, times: 1, ...(retryAfter !== undefined && { retryAfter }) },
    ])
    await demo.page.getByRole('button', { name: 'Sign in as Ada' }).first().click()

    await expect(demo.page.getByRole('alert')).toHaveText(
      `Too many sign-ins came from here. Try again ${when}.`,
    )
    await demo.signInAs('Ada')
  })
