// An entry is sent in the session of its own user, whatever becomes of sessions and users.
import { bringToFront, type DemoPage } from '../fixtures/demo-page.js'
import { attemptsUnder, effectsOf, ledgerWith } from '../fixtures/ledger.js'
import type { DemoServer, Ledger } from '../fixtures/servers/demo-server.js'
import { storeText } from '../fixtures/storage/store-text.js'
import { expect, type Network, test } from '../fixtures/test.js'

const words = 'Only I know this'
const posts = '/api/posts'
const usersOf = ({ effects }: Ledger) => effects.map(({ user }) => user)

/** Two claps and a new post of Ada's, safe on this device, shown, and in the memory of the page. */
async function leaveThree(demo: DemoPage, network: Network): Promise<void> {
  await network.cut()
  await demo.post('p01').clap(2)
  await demo.write(words)
  await expect(demo.page.locator('[data-state=accepted]')).toHaveCount(3)
  expect(await demo.page.content()).toContain(words)
  expect(await storeText(demo.page)).toContain(words)
}

const keysIn = async (demo: DemoPage) => (await demo.rows('entries')).map(({ key }) => key).sort()

/** Nothing of Ada's waits, is shown, or is in the memory of the page. */
async function expectNothingOfAda(tab: DemoPage): Promise<void> {
  await expect(tab.page.locator('[data-entry-id]')).toHaveCount(0)
  const text = (await tab.page.content()) + (await storeText(tab.page))
  expect(text).not.toContain(words)
}

/** A clap of Grace's arrives, and she hears of it. By then, all that would have been sent for Ada had been sent. */
async function clapAsGrace(tab: DemoPage, server: DemoServer): Promise<void> {
  await tab.signInAs('Grace')
  await expect(tab.pendingCount).toHaveText('0')
  await expectNothingOfAda(tab)
  await tab.post('p05').clap()
  await ledgerWith(server, (all) => effectsOf(all, 'clap', 'p05').map(({ user }) => user), ['grace'])
  await expect(tab.pendingCount).toHaveText('0')
}

const dialogOf = (demo: DemoPage) => demo.page.getByRole('dialog')
const choose = (demo: DemoPage, name: 'Send first' | 'Keep' | 'Discard') =>
  dialogOf(demo).getByRole('button', { name }).click()

async function signOut(demo: DemoPage): Promise<void> {
  await bringToFront(demo.page)
  await demo.page.getByRole('button', { name: 'Sign out' }).click()
}

test('no entry is lost when a session expires, and all arrive after the sign-in', async ({
  demo,
  network,
  server,
}) => {
  await leaveThree(demo, network)
  const claps = await demo.post('p01').claps.textContent()
  const keys = await keysIn(demo)
  await server.faults([{ match: { method: 'POST', path: posts }, kind: 'expire-session', times: 1 }])

  await network.restore()

  await expect(demo.notice('sign-in-needed')).toBeVisible()
  await expect(demo.post('p01').marks('paused')).toHaveCount(2)
  await expect(demo.post('p01').claps).toHaveText(claps ?? '')
  await expect(demo.pendingCount).toHaveText('3')
  expect((await server.ledger()).effects).toEqual([])

  await demo.signInAs('Ada')

  const { effects } = await ledgerWith(server, usersOf, ['ada', 'ada', 'ada'])
  expect(effects.map(({ key }) => key).sort()).toEqual(keys)
  await expect(demo.pendingCount).toHaveText('0')
  await expect(demo.post('p01').claps).toHaveText(claps ?? '')
})

test('another user neither sends nor sees the first user’s entries, which arrive when that user returns', async ({
  demo,
  openTab,
  network,
  server,
}) => {
  const other = await openTab()
  await leaveThree(demo, network)
  const keys = await keysIn(demo)
  await signOut(demo)
  await expect(dialogOf(demo).getByRole('heading')).toContainText('3 changes')
  await choose(demo, 'Keep')
  await expect(demo.currentUser).toHaveCount(0)
  await network.restore()
  for (const tab of [demo, other]) await expectNothingOfAda(tab)

  await clapAsGrace(demo, server)
  await expect(other.currentUser).toHaveText('grace')
  await expectNothingOfAda(other)
  expect(usersOf(await server.ledger())).toEqual(['grace'])
  // They lie on the disk all the same, in a partition that is not Grace's.
  expect(await keysIn(demo)).toEqual(keys)

  await signOut(demo)
  await demo.signInAs('Ada')

  const { effects } = await ledgerWith(server, usersOf, ['grace', 'ada', 'ada', 'ada'])
  expect(effects.flatMap(({ user, key }) => (user === 'ada' ? key : [])).sort()).toEqual(keys)
  await expect(demo.pendingCount).toHaveText('0')
})

test('a request whose session became another user’s has no effect, and its entry waits for its user', async ({
  demo,
  server,
}) => {
  await server.faults([
    {
      match: { method: 'POST', path: `${posts}/p01/claps` },
      kind: 'switch-session',
      user: 'grace',
      times: 1,
    },
  ])
  await demo.post('p01').clap()

  await expect(demo.notice('sign-in-needed')).toBeVisible()
  await expect(demo.post('p01').marks('paused')).toHaveCount(1)
  const refused = await server.ledger()
  expect(refused.effects).toEqual([])
  expect(attemptsUnder(refused, posts).map(({ status }) => status)).toEqual([403])

  await demo.signInAs('Ada')

  const { effects } = await ledgerWith(server, usersOf, ['ada'])
  expect(effects).toMatchObject([{ kind: 'clap', target: 'p01' }])
  await expect(demo.pendingCount).toHaveText('0')
})

test.describe('a user who signs out while entries wait', () => {
  test('is asked, and can have them sent first', async ({ demo, openTab, network, server }) => {
    const other = await openTab()
    await leaveThree(demo, network)
    await signOut(demo)
    await expect(dialogOf(demo).getByRole('heading')).toHaveText('3 changes have not reached the server')
    await choose(demo, 'Send first')
    await expect(dialogOf(demo)).toContainText('Waiting for the network')
    await expect(demo.currentUser).toHaveText('ada')

    await network.restore()

    await ledgerWith(server, usersOf, ['ada', 'ada', 'ada'])
    for (const tab of [demo, other]) {
      await expect(tab.currentUser).toHaveCount(0)
      await expectNothingOfAda(tab)
    }
  })

  test('can keep them, and no tab sends or shows them until the user returns', async ({
    demo,
    openTab,
    network,
    server,
  }) => {
    const other = await openTab()
    await leaveThree(demo, network)
    await signOut(demo)
    await choose(demo, 'Keep')
    for (const tab of [demo, other]) await expect(tab.currentUser).toHaveCount(0)
    await network.restore()
    for (const tab of [demo, other]) await expectNothingOfAda(tab)
    await clapAsGrace(other, server)
    expect(attemptsUnder(await server.ledger(), posts).map(({ user }) => user)).toEqual(['grace'])
  })

  test('can discard all of them in every tab, also those that may have arrived', async ({
    demo,
    openTab,
    network,
    server,
  }) => {
    const other = await openTab()
    // One whose answer is lost, and which therefore is tried again and again.
    await server.faults([
      { match: { method: 'POST', path: `${posts}/p03/claps` }, kind: 'drop-after', times: 1 },
      { match: { method: 'POST', path: `${posts}/p03/claps` }, kind: 'status', status: 502 },
    ])
    await demo.post('p03').clap()
    await ledgerWith(server, (all) => effectsOf(all, 'clap', 'p03').length, 1)
    await network.cut()
    await demo.post('p01').clap(2)
    await demo.write(words)
    await expect(demo.page.locator('[data-state=accepted]')).toHaveCount(4)
    await signOut(demo)
    await expect(dialogOf(demo).getByRole('heading')).toContainText('4 changes')
    await expect(dialogOf(demo).getByRole('button', { name: 'Discard' })).toHaveAccessibleDescription(
      // Where the network is cut in the wire, a try of another one left the device too.
      /^Gives up all of it, for good, .* \d (was|were) sent already and may have arrived/,
    )

    await choose(demo, 'Discard')

    for (const tab of [demo, other]) await expect(tab.currentUser).toHaveCount(0)
    await server.faults([])
    await network.restore()
    for (const tab of [demo, other]) await expectNothingOfAda(tab)
    await clapAsGrace(other, server)
    await signOut(other)
    await demo.signInAs('Ada')
    await expect(demo.pendingCount).toHaveText('0')
    await expect(demo.page.locator('[data-entry-id]')).toHaveCount(0)
    expect(await demo.rows('entries')).toEqual([])
    // The changes that had arrived have their effect, and no other ever does.
    expect((await server.ledger()).effects.map(({ user, target }) => `${user} ${target}`)).toEqual([
      'ada p03',
      'grace p05',
    ])
  })
})
