// Line 9 of the main job: no frame between a tap and its delivery takes the tap back.
import { ledgerWith } from '../fixtures/ledger.js'
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
  // The feed is read while the likes wait, while they are in flight, and when they have arrived.
  await server.faults([
    { match: { path: '/api/posts/top' }, kind: 'delay', ms: 400 },
    { match: { method: 'PUT' }, kind: 'delay', ms: 300 },
  ])
  await demo.refresh()
  await network.restore()
  for (let i = 0; i < 4; i++) {
    const fed = demo.page.waitForResponse((answer) => answer.url().endsWith('/api/posts/top'))
    await demo.refresh()
    await fed
  }
  await ledgerWith(server, ({ effects }) => effects.length, 3)
  await expect(demo.pendingCount).toHaveText('0')
  for (const shown of watches) expect(new Set(await shown.seen()).size).toBe(1)
})

test('a reload never shows an outbox with entries as empty', async ({ demo, network }) => {
  await network.cut()
  await demo.post('p03').clap(3)
  await expect(demo.pendingCount).toHaveText('3')
  const count = await watchFromStart(demo.page, 'pending-count')
  await demo.page.reload()
  await expect(demo.pendingCount).toHaveText('3')
  const seen = await count.seen()
  expect(seen).toContain('3')
  expect(seen).not.toContain('0')
})
