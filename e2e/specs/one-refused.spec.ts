// One change is refused, and only that one is taken back.
import { effectsOf, ledgerWith } from '../fixtures/ledger.js'
import { expect, test } from '../fixtures/test.js'

const refuse = { match: { method: 'POST', path: '/api/posts/p04/comments' }, kind: 'status', status: 422 }

test('only the refused one of three pending changes is rolled back, and it can be sent again', async ({
  demo,
  network,
  server,
}) => {
  const post = demo.post('p04')
  const [claps, comments] = await Promise.all(
    [post.claps, post.comments].map(async (count) => Number(await count.textContent())),
  )
  await server.faults([refuse])
  await network.cut()
  await post.like()
  await post.comment('A comment that is refused')
  await post.clap()
  await expect(demo.pendingCount).toHaveText('3')
  await expect(post.comments).toHaveText(String((comments ?? 0) + 1))

  await network.restore()
  await ledgerWith(server, ({ effects }) => effects.map(({ kind }) => kind).sort(), ['clap', 'like'])
  await expect(demo.pendingCount).toHaveText('0')
  await expect(post.likeButton).toHaveAttribute('aria-pressed', 'true')
  await expect(post.claps).toHaveText(String((claps ?? 0) + 1))
  await expect(post.comments).toHaveText(String(comments))
  await expect(post.marks('returned')).toHaveCount(1)
  await expect(demo.deadLetters).toContainText('A comment that is refused')
  await expect(demo.deadLetters).toContainText('422')

  await server.faults([])
  await demo.deadLetters.getByRole('button', { name: 'Retry' }).click()
  const ledger = await ledgerWith(server, ({ effects }) => effects.length, 3)
  expect(effectsOf(ledger, 'comment', 'p04')).toHaveLength(1)
  await expect(post.comments).toHaveText(String((comments ?? 0) + 1))
  await expect(post.marks('returned')).toHaveCount(0)
  await expect(demo.pendingCount).toHaveText('0')
  await expect(demo.deadLetters.getByRole('button', { name: 'Retry' })).toHaveCount(0)
})

test('a refused change that is discarded is gone, here and in the other tab, also after a reload', async ({
  demo,
  openTab,
  server,
}) => {
  const other = await openTab()
  await server.faults([refuse])
  await demo.post('p04').comment('Not this one')
  for (const tab of [demo, other]) await expect(tab.deadLetters).toContainText('Not this one')

  await demo.deadLetters.getByRole('button', { name: 'Discard' }).click()
  for (const tab of [demo, other]) {
    await expect(tab.deadLetters.getByRole('button', { name: 'Discard' })).toHaveCount(0)
    await expect(tab.post('p04').marks('returned')).toHaveCount(0)
  }
  await demo.page.reload()
  await expect(demo.post('p04').root).toBeVisible()
  await expect(demo.deadLetters.getByRole('button', { name: 'Discard' })).toHaveCount(0)
  expect((await server.ledger()).effects).toHaveLength(0)
})
