// Line 9 of the main job and line 8 of reads. No frame between a tap and its delivery takes the tap back, or shows it
// twice, whenever the feed is read.
import type { Page } from '@playwright/test'
import { DemoPage } from '../fixtures/demo-page.js'
import { attemptsUnder, effectsOf, ledgerWith } from '../fixtures/ledger.js'
import type { Ledger } from '../fixtures/servers/demo-server.js'
import { expect, test } from '../fixtures/test.js'
import { watch, watchFromStart } from '../fixtures/watch.js'

const liked = ['p03', 'p04', 'p05']

test('a refetch of the feed never shows a pending heart unfilled', async ({ demo, network, server }) => {
  await network.cut()
  for (const id of liked) await demo.post(id).like()
  await expect(demo.pendingCount).toHaveText('3')
  const watches = await Promise.all(
    liked.flatMap((id) => [watch(demo.post(id).likeButton, 'pressed'), watch(demo.post(id).likes, 'text')]),
  )
  // The feed is asked for while the likes wait, while they are in flight, and when they have arrived.
  await server.faults([
    { match: { path: '/api/posts/top' }, kind: 'delay', ms: 400 },
    { match: { method: 'PUT' }, kind: 'delay', ms: 300 },
  ])
  await demo.refresh()
  await network.restore()
  await demo.refresh()
  await ledgerWith(server, (ledger) => attemptsUnder(ledger, '/api/posts', 'PUT').length > 0, true)
  await demo.refresh()
  await ledgerWith(server, ({ effects }) => effects.length, 3)
  await expect(demo.pendingCount).toHaveText('0')
  await demo.refresh()
  // It may share a read that was already asked, if that was asked after the last like.
  await ledgerWith(server, readsAllLikes, true)
  await expect(demo.page.locator('.feed-status')).toHaveAttribute('data-shows', 'fresh')
  for (const shown of watches) expect(new Set(await shown.seen()).size).toBe(1)
})

/** Says whether the last read of the feed was asked after every like. */
function readsAllLikes(ledger: Ledger): boolean {
  const last = (path: string, method: string) => attemptsUnder(ledger, path, method).at(-1)?.seq ?? 0
  return last('/api/posts/top', 'GET') > last('/api/posts', 'PUT')
}

test('a reload never shows an outbox with entries as empty', async ({ demo, network }) => {
  await network.cut()
  await demo.post('p03').clap(3)
  await expect(demo.post('p03').marks('accepted')).toHaveCount(3)
  const count = await watchFromStart(demo.page, 'pending-count')
  await demo.page.reload()
  await expect(demo.pendingCount).toHaveText('3')
  const seen = await count.seen()
  expect(seen).toContain('3')
  expect(seen).not.toContain('0')
})

test('a feed that is read between two attempts of a clap never counts it twice', async ({ demo, server }) => {
  const clap = { method: 'POST', path: '/api/posts/p03/claps' }
  const claps = Number(await demo.post('p03').claps.textContent())
  await server.faults([
    { match: clap, kind: 'drop-after', times: 1 },
    // It is sent before the clap, and has it.
    { match: { path: '/api/posts/top' }, kind: 'hold', times: 1 },
  ])
  await demo.refresh()
  await ledgerWith(server, (ledger) => attemptsUnder(ledger, '/api/posts/top', 'GET').at(-1)?.status, null)
  await demo.post('p03').clap()
  const shown = await watch(demo.post('p03').claps, 'text')
  await ledgerWith(server, (ledger) => effectsOf(ledger, 'clap', 'p03').length, 1)
  await server.faults([])
  await demo.refresh()

  await ledgerWith(server, (ledger) => attemptsUnder(ledger, clap.path).map(({ status }) => status), [
    'dropped',
    200,
  ])
  await expect(demo.pendingCount).toHaveText('0')
  await expect(demo.page.locator('.feed-status')).toHaveAttribute('data-shows', 'fresh')
  expect(effectsOf(await server.ledger(), 'clap', 'p03')).toHaveLength(1)
  expect(await shown.seen()).toEqual([String(claps + 1)])
})

for (const from of ['before the like', 'after it'] as const)
  test(`an answer from ${from} that arrives after the like has settled changes neither heart nor number`, async ({
    context,
    server,
  }) => {
    // The page reads by itself, so that the answer can be held on its way to it.
    const demo = new DemoPage(await context.newPage(), server.url)
    await demo.openAs('Ada', { worker: false, search: '?sw=off' })
    const likes = Number(await demo.post('p04').likes.textContent())
    const held = await holdFeed(demo.page, from === 'before the like' ? 'answered' : 'asked')
    await demo.refresh()
    await held.begun

    await demo.post('p04').like()
    const watches = [
      await watch(demo.post('p04').likeButton, 'pressed'),
      await watch(demo.post('p04').likes, 'text'),
    ]
    await ledgerWith(server, (ledger) => effectsOf(ledger, 'like', 'p04').length, 1)
    await expect(demo.pendingCount).toHaveText('0')
    held.release()
    // It is not taken, since the feed is read again now that the like has settled.
    await demo.page.waitForResponse((answer) => answer.url().endsWith('/api/posts/top') && answer.ok())
    await demo.refresh()
    await expect(demo.page.locator('.feed-status')).toHaveAttribute('data-shows', 'fresh')

    expect(await Promise.all(watches.map(({ seen }) => seen()))).toEqual([['true'], [String(likes + 1)]])
  })

/** Holds the next read of the feed, before the server has it or when it has answered. */
async function holdFeed(page: Page, where: 'asked' | 'answered') {
  let release = () => {}
  let begin = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  await page.route(
    '**/api/posts/top',
    async (route) => {
      const early = where === 'answered' ? await route.fetch() : undefined
      begin()
      await released
      await route.fulfill({ response: early ?? (await route.fetch()) })
    },
    { times: 1 },
  )
  return { begun, release: () => release() }
}
