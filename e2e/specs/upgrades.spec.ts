// A release delivers the entries of an older one, and leaves the rows of a newer one alone. An update in the middle of
// the work drops nothing.

import { attemptsUnder, effectsOf, ledgerWith, sendsOfEachKey } from '../fixtures/ledger.js'
import { findRelease } from '../fixtures/releases.js'
import {
  changeEntry,
  databaseVersion,
  raiseVersion,
  readDump,
  writeDump,
} from '../fixtures/storage/database.js'
import { expect, test } from '../fixtures/test.js'

const path = '/api/posts/p03/claps'

test('an update while one clap is in flight and another waits delivers each once', async ({
  demo,
  server,
}) => {
  await server.faults([{ match: { path }, kind: 'delay', ms: 8_000, times: 1 }])
  await demo.post('p03').clap(2)
  await ledgerWith(server, (ledger) => attemptsUnder(ledger, path).length, 1)
  await server.deploy()
  await findRelease(demo.page)
  await expect(demo.notice('update-ready')).toBeVisible()
  await demo.takeUpdate()

  const ledger = await ledgerWith(server, (latest) => effectsOf(latest, 'clap', 'p03').length, 2)
  await expect(demo.pendingCount).toHaveText('0')
  expect(sendsOfEachKey(attemptsUnder(ledger, path)).length).toBe(2)
})

test('a database of the previous schema version is migrated with every row, and all of it is delivered once', async ({
  context,
  openTab,
  server,
}) => {
  const dump = await readDump(server.url)
  const before = await context.newPage()
  await before.goto(`${server.url}/icon.svg`)
  await writeDump(before, dump)
  await before.close()

  const demo = await openTab()
  await demo.signInAs('Ada')
  // The entry in doubt too. The server is asked, and says that it has never heard of it.
  await ledgerWith(server, ({ effects }) => effects.filter(({ user }) => user === 'ada').length, 11)
  await expect(demo.pendingCount).toHaveText('0')
  expect(await databaseVersion(demo.page)).toBeGreaterThan(dump.version)
  await expect(demo.deadLetters).toContainText('An old comment that came back')
  await demo.deadLetters.getByRole('button', { name: 'Retry' }).click()
  await ledgerWith(server, (ledger) => effectsOf(ledger, 'comment', 'p04').length, 1)
  await expect(demo.pendingCount).toHaveText('0')

  await demo.page.getByRole('button', { name: 'Sign out' }).click()
  await demo.signInAs('Grace')
  const { effects } = await ledgerWith(server, (latest) => latest.effects.length, 14)
  const told = effects.map(({ user, kind, target }) => `${user} ${kind} ${target}`).toSorted()
  expect(told).toEqual([
    'ada clap p01',
    'ada clap p02',
    'ada clap p03',
    'ada clap p06',
    'ada clap p07',
    'ada clap p08',
    'ada clap p09',
    'ada clap p10',
    'ada comment p01',
    'ada comment p04',
    'ada like p03',
    'ada unlike p02',
    'grace comment p02',
    'grace like p02',
  ])
  await expect(demo.pendingCount).toHaveText('0')
})

test('a row of a newer release is kept and shown, and only its lane waits until that release is back (P11)', async ({
  demo,
  network,
  server,
}) => {
  await network.cut()
  await demo.post('p05').clap()
  await demo.post('p06').clap()
  await expect(demo.pendingCount).toHaveText('2')
  await expect(demo.post('p06').marks('accepted')).toHaveCount(1)
  await changeEntry(demo.page, 'post:p05', { version: 99, novelty: 'unheard of' })
  await network.restore()
  await demo.page.reload()

  await ledgerWith(server, (ledger) => effectsOf(ledger, 'clap', 'p06').length, 1)
  await expect(demo.notice('quarantined')).toContainText('1 change')
  await expect(demo.pendingCount).toHaveText('1')
  await demo.post('p05').clap()
  await demo.post('p07').clap()
  const ledger = await ledgerWith(server, (latest) => effectsOf(latest, 'clap', 'p07').length, 1)
  expect(attemptsUnder(ledger, '/api/posts/p05/claps')).toEqual([])
  await expect(demo.pendingCount).toHaveText('2')

  await changeEntry(demo.page, 'post:p05', { version: 1 })
  await demo.notice('quarantined').getByRole('button', { name: 'Load anew' }).click()
  await ledgerWith(server, (latest) => effectsOf(latest, 'clap', 'p05').length, 2)
  await expect(demo.pendingCount).toHaveText('0')
  await expect(demo.notice('quarantined')).toHaveCount(0)
})

test('a damaged row is shown, and its lane waits until the user discards the row', async ({
  demo,
  network,
  server,
}) => {
  await network.cut()
  await demo.post('p05').clap()
  await demo.post('p06').clap()
  await expect(demo.post('p06').marks('accepted')).toHaveCount(1)
  await changeEntry(demo.page, 'post:p05', { attempts: 'many' })
  await network.restore()
  await demo.page.reload()

  await ledgerWith(server, (ledger) => effectsOf(ledger, 'clap', 'p06').length, 1)
  await expect(demo.notice('damaged')).toContainText('1 change')
  await demo.post('p05').clap()
  await expect(demo.pendingCount).toHaveText('2')
  await demo.notice('damaged').getByRole('button', { name: 'Give up' }).click()
  await ledgerWith(server, (latest) => effectsOf(latest, 'clap', 'p05').length, 1)
  await expect(demo.pendingCount).toHaveText('0')
  await expect(demo.notice('damaged')).toHaveCount(0)
})

test('an older release does not block a newer one in another tab, and goes on beside it', async ({
  demo,
  openTab,
  network,
  server,
}) => {
  const other = await openTab()
  await network.cut()
  await demo.post('p05').clap()
  await expect(demo.post('p05').marks('accepted')).toHaveCount(1)

  await raiseVersion(other.page, 99)
  await demo.post('p06').clap()
  await expect(demo.post('p06').marks('accepted')).toHaveCount(1)
  await network.restore()

  await ledgerWith(server, ({ effects }) => effects.map(({ target }) => target).toSorted(), ['p05', 'p06'])
  for (const tab of [demo, other]) await expect(tab.pendingCount).toHaveText('0')
  await demo.page.reload()
  await demo.post('p07').clap()
  await ledgerWith(server, (ledger) => effectsOf(ledger, 'clap', 'p07').length, 1)
  expect(await databaseVersion(demo.page)).toBe(99)
})
