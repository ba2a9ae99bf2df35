// A user who signs out is out at once, whatever the network does, and never takes the next user's session along.
import { bringToFront, type DemoPage } from '../fixtures/demo-page.js'
import { attemptsUnder, effectsOf, ledgerWith } from '../fixtures/ledger.js'
import type { DemoServer, Ledger } from '../fixtures/servers/demo-server.js'
import { expect, type Network, test } from '../fixtures/test.js'

const signOut = { method: 'DELETE', path: '/api/session' }

const attemptsToSignOut = (ledger: Ledger) => attemptsUnder(ledger, signOut.path, 'DELETE')

for (const next of ['Grace', 'Ada'] as const)
  test(`every tab gives up an unsent sign-out when ${next} signs in`, async ({
    demo,
    openTab,
    network,
    server,
  }) => {
    const other = await openTab()
    await signOutUnheard(demo, other, network, server)
    await ledgerWith(server, (ledger) => attemptsToSignOut(ledger).length, 1)

    await other.signInAs(next)

    await ledgerWith(server, (ledger) => attemptsToSignOut(ledger).map(({ status }) => status), ['aborted'])
    await demo.post('p01').clap()
    await ledgerWith(server, (ledger) => effectsOf(ledger, 'clap').map(({ user }) => user), [
      next.toLowerCase(),
    ])
    await expect(demo.notice('sign-in-needed')).toHaveCount(0)
  })

test('a late sign-out ends no other user’s session, where tabs have no locks', async ({
  context,
  openTab,
  network,
  server,
}) => {
  await context.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }))
  const [demo, other] = [await openTab(), await openTab()]
  await demo.signInAs('Ada')
  // The patience of the other tab has no end while its clock stands still.
  await other.page.clock.install()
  await other.page.clock.pauseAt(Date.now() + 60_000)
  await signOutUnheard(demo, other, network, server)
  await ledgerWith(server, (ledger) => attemptsToSignOut(ledger).length, 2)

  await demo.signInAs('Grace')
  await server.faults([])

  await ledgerWith(server, (ledger) => attemptsToSignOut(ledger).some(({ status }) => status === 204), true)
  await demo.refresh()
  await demo.post('p01').clap()
  await ledgerWith(server, (ledger) => effectsOf(ledger, 'clap').map(({ user }) => user), ['grace'])
  await expect(demo.notice('sign-in-needed')).toHaveCount(0)
})

/** Signed out while offline, then back online, with a call that tells the server of it and is held there. */
async function signOutUnheard(
  demo: DemoPage,
  other: DemoPage,
  network: Network,
  server: DemoServer,
): Promise<void> {
  await expect(other.post('p01').root).toBeVisible()
  await network.cut()
  await bringToFront(demo.page)
  const unheard = demo.page.waitForEvent('requestfailed', (request) => request.method() === signOut.method)
  await demo.page.getByRole('button', { name: 'Sign out' }).click()
  // A tab that still tells the server of it does not begin again when the network is back.
  await unheard
  await expect(other.page.getByRole('heading', { level: 1 })).toHaveText('Taps that survive the tunnel')
  await server.faults([{ match: signOut, kind: 'hold' }])
  await network.restore()
}

test('a sign-out takes effect on this device although the server does not answer', async ({
  demo,
  server,
}) => {
  await server.faults([{ match: signOut, kind: 'stall' }])
  // No patience of the page with the server ends while its clock stands still.
  await demo.page.clock.install()
  await demo.page.clock.pauseAt(Date.now() + 60_000)

  await demo.page.getByRole('button', { name: 'Sign out' }).click()

  const heading = demo.page.getByRole('heading', { level: 1 })
  await expect(heading).toHaveText('Taps that survive the tunnel')
  await expect(heading).toBeFocused()
  await demo.page.clock.resume()
  await expect(demo.page.getByText('The server will be told as soon as it can be reached.')).toBeVisible()
  await demo.page.reload()
  await expect(heading).toHaveText('Taps that survive the tunnel')
})
