// On a shared device nobody finds anything of a user after a sign-out with nothing waiting, or after all was given
// up. The disk is read as a script of the same origin reads it, through databases of both buckets, caches, files and
// storages. The browser's own files may hold deleted bytes until it presses them together.
import type { DemoPage } from '../fixtures/demo-page.js'
import { effectsOf, ledgerWith } from '../fixtures/ledger.js'
import { dumpStores } from '../fixtures/storage/secrets.js'
import { expect, test } from '../fixtures/test.js'

const words = 'Between you and me: 7ghq'
/** Grace's id, and not Ada's, which may be part of a hash. */
const traces = ['grace', words, '/api/posts/p0', 'post:p0']
const found = async ({ page }: DemoPage, wanted: readonly string[] = traces) => {
  const text = await dumpStores(page)
  return wanted.filter((trace) => text.includes(trace))
}
const signOut = ({ page }: DemoPage) => page.getByRole('button', { name: 'Sign out' }).click()

test('a sign-out with nothing waiting removes the user’s text from the disk', async ({ openTab, server }) => {
  const [demo, other] = [await openTab(), await openTab()]
  await demo.signInAs('Grace')
  await demo.post('p01').comment(words)
  await demo.post('p02').like()
  await demo.post('p03').clap(3)
  await ledgerWith(server, ({ effects }) => effects.length, 5)
  await expect(demo.pendingCount).toHaveText('0')
  // The text that the spec looks for is found in its place before. The URL went with the entry.
  expect(await found(demo)).toEqual(['grace', words, 'post:p0'])

  await signOut(demo)

  await expect.poll(() => found(demo)).toEqual([])
  await expect(other.currentUser).toHaveCount(0)
  await demo.signInAs('Linus')
  await demo.post('p04').clap()
  await ledgerWith(server, (ledger) => effectsOf(ledger, 'clap', 'p04').length, 1)
  // The feed that Linus reads names its authors, so Grace's id is there by right.
  expect(await found(demo, [words])).toEqual([])
})

for (const when of ['refused', 'offline'] as const)
  test(`discarding everything at a sign-out leaves neither delivered writes on the disk nor one that was ${when}`, async ({
    openTab,
    network,
    server,
  }) => {
    const demo = await openTab()
    await demo.signInAs('Grace')
    await demo.post('p01').comment(words)
    await ledgerWith(server, (ledger) => effectsOf(ledger, 'comment').length, 1)
    await expect(demo.pendingCount).toHaveText('0')
    if (when === 'offline') await network.cut()
    else await server.faults([{ match: { path: '/api/posts/p02/comments' }, kind: 'status', status: 503 }])
    await demo.post('p02').comment(`${words} again`)
    await expect(demo.pendingCount).toHaveText('1')
    await expect.poll(() => found(demo)).toEqual(traces)

    await signOut(demo)
    await demo.page.getByRole('button', { name: 'Discard' }).click()
    await expect(demo.currentUser).toHaveCount(0)
    await server.faults([])
    await network.restore()

    await expect.poll(() => found(demo)).toEqual([])
  })
