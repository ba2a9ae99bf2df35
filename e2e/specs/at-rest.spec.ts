// The table "At rest" of packages/broker/docs/security.md, measured: the words of a user lie in these places and in no other.
import type { DemoPage } from '../fixtures/demo-page.js'
import { effectsOf, ledgerWith } from '../fixtures/ledger.js'
import { dumpPlaces } from '../fixtures/storage/secrets.js'
import { expect, test } from '../fixtures/test.js'

const words = 'Between you and me: 4kdw'
const user = 'grace'

/** The places in which a text lies. */
const placesOf = async ({ page }: DemoPage, text: string) => [
  ...new Set((await dumpPlaces(page)).filter(([, part]) => part.includes(text)).map(([place]) => place)),
]
const expectPlaces = (demo: DemoPage, text: string, places: readonly string[]) =>
  expect.poll(() => placesOf(demo, text)).toEqual(places)

test('a user’s text is in the database and its mirror while it waits, then in the journal or the dead letters', async ({
  openTab,
  network,
  server,
}) => {
  const demo = await openTab()
  await demo.signInAs('Grace')
  await network.cut()
  await demo.post('p01').comment(words)
  await expect(demo.pendingCount).toHaveText('1')
  await expectPlaces(demo, words, ['database.entries', 'mirror.entries'])

  await network.restore()
  await ledgerWith(server, (ledger) => effectsOf(ledger, 'comment').length, 1)
  await expectPlaces(demo, words, ['database.journal'])

  await server.faults([{ match: { path: '/api/posts/p02/comments' }, kind: 'status', status: 422 }])
  await demo.post('p02').comment(words)
  await expect(demo.post('p02').marks('returned')).toHaveCount(1)
  await expectPlaces(demo, words, ['database.deadLetters', 'database.journal', 'mirror.deadLetters'])
  // `localStorage` is the demo's own, as the answers that name her.
  await expectPlaces(demo, user, ['localStorage', 'database.journal', 'database.settings', 'cache'])

  await demo.page.getByRole('button', { name: 'Sign out' }).click()

  await expectPlaces(demo, words, ['database.deadLetters', 'mirror.deadLetters'])
  await expectPlaces(demo, user, [])
})
