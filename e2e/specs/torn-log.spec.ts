// A log that a kill has torn costs no entry, although Chromium empties the origin for it.
import type { BrowserContext } from '@playwright/test'
import { type Account, lookForAll, noteAccepted, openAccount, verdictOf } from '../fixtures/account.js'
import { DemoPage } from '../fixtures/demo-page.js'
import type { DemoServer } from '../fixtures/servers/demo-server.js'
import { countRows, openBarePage, removeFolder, tearLog, writeRow } from '../fixtures/storage/lost-storage.js'
import { expect, test } from '../fixtures/test.js'

/** A release wants ROUNDS=12. */
const cycles = Number(process.env['ROUNDS'] ?? 2)
/** As long as it lasts entries wait. They are tried so seldom that no backoff grows meanwhile. */
const overloaded = [
  { match: { method: 'POST', path: '/api/posts' }, kind: 'status', status: 503, retryAfter: 5 },
]

test.use({ trace: 'off' })

async function pageOf(context: BrowserContext, server: DemoServer, account: Account): Promise<DemoPage> {
  await noteAccepted(context, account)
  return new DemoPage(context.pages()[0] ?? (await context.newPage()), server.url)
}

async function open(context: BrowserContext, server: DemoServer, account: Account): Promise<DemoPage> {
  const demo = await pageOf(context, server, account)
  await demo.openAs('Ada', { worker: true })
  await lookForAll(account, demo, server)
  return demo
}

/** Claps without a network, and waits until each is safe. Being offline costs an entry no attempt, and so no backoff. */
async function clapOffline(
  demo: DemoPage,
  server: DemoServer,
  account: Account,
  times: number,
): Promise<void> {
  server.gate.close()
  account.clicks += times
  await demo.post('p01').clap(times)
  await expect(demo.pendingCount).toHaveText(String(times))
  await expect(demo.post('p01').marks('capturing')).toHaveCount(0)
}

test('a torn log empties every database if the page does not renew the log', async ({ lasting, server }) => {
  const first = await openBarePage(await lasting.start(), server)
  await writeRow(first, 1_000)
  await lasting.close()
  await tearLog(lasting)

  const second = await openBarePage(await lasting.start(), server)
  const kept = await countRows(second)
  await writeRow(second, 1_000)
  await lasting.close()
  const third = await openBarePage(await lasting.start(), server)

  expect(kept).toBe(1)
  expect(await countRows(third)).toBe(0)
  expect(lasting.wipes()).toBe(1)
})

test(`no entry is lost when the log is torn at each of ${cycles} starts, since it is renewed before the first write`, async ({
  lasting,
  server,
}, testInfo) => {
  testInfo.setTimeout(300_000 + cycles * 30_000)
  const account = openAccount()
  await open(await lasting.start(), server, account)
  await lasting.close()
  for (let cycle = 0; cycle < cycles; cycle++) {
    const demo = await open(await lasting.start(), server, account)
    await clapOffline(demo, server, account, 5)
    await lasting.kill()
    await tearLog(lasting)
    server.gate.open()
    const torn = await open(await lasting.start(), server, account)
    await expect(torn.pendingCount).toHaveText('0')
    await lasting.close()
  }
  const demo = await open(await lasting.start(), server, account)

  const verdict = verdictOf(account, await server.ledger())
  const figures = JSON.stringify({ cycles, ...verdict, wipes: lasting.wipes() })
  console.log(figures)
  testInfo.annotations.push({ type: 'figures', description: figures })
  expect([...account.missing]).toEqual([])
  expect(verdict).toMatchObject({ accepted: cycles * 5, lost: 0, doubled: 0, phantom: 0 })
  expect(lasting.wipes()).toBe(0)
  await expect(demo.notice('storage-lost')).toHaveCount(0)
})

test('a second crash before the log is renewed loses the database, and the copy restores it', async ({
  lasting,
  server,
}, testInfo) => {
  const account = openAccount()
  await open(await lasting.start(), server, account)
  await lasting.close()
  const before = await open(await lasting.start(), server, account)
  await clapOffline(before, server, account, 4)
  await lasting.kill()
  await tearLog(lasting)
  server.gate.open()
  // Another script of the origin writes behind the tear, and nothing of the app gets to run. No worker may either,
  // which the browser would wake for waiting entries.
  await removeFolder(lasting, 'Service Worker')
  const bare = await openBarePage(await lasting.start(), server)
  await writeRow(bare, 1_000)
  await lasting.kill()

  await server.faults(overloaded)
  const demo = await pageOf(await lasting.start(), server, account)
  await demo.open({ worker: true })
  await expect(demo.notice('storage-lost')).toContainText('4 changes were brought back')
  await expect(demo.pendingCount).toHaveText('4')
  await lookForAll(account, demo, server)
  await server.faults([])
  await expect(demo.pendingCount).toHaveText('0')

  const verdict = verdictOf(account, await server.ledger())
  const figures = JSON.stringify({ cycles: 1, ...verdict, wipes: lasting.wipes() })
  console.log(figures)
  testInfo.annotations.push({ type: 'figures', description: figures })
  expect(lasting.wipes()).toBe(1)
  expect([...account.missing]).toEqual([])
  expect(verdict).toMatchObject({ accepted: 4, lost: 0, doubled: 0, phantom: 0 })
  await demo.notice('storage-lost').getByRole('button', { name: 'All right' }).click()
  await expect(demo.notice('storage-lost')).toHaveCount(0)
})
