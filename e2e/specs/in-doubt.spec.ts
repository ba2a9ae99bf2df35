// A change that may have been done, by a server that may have forgotten it, is never sent again blindly.
import type { DemoPage } from '../fixtures/demo-page.js'
import { attemptsUnder, effectsOf, ledgerWith } from '../fixtures/ledger.js'
import { expect, test } from '../fixtures/test.js'

const path = '/api/posts/p01/claps'
const clap = { method: 'POST', path }
const dayMs = 86_400_000

/** A clap took effect, unheard, and its repeat reached a server that had forgotten the key by then. */
const forgotten = [
  { match: clap, kind: 'drop-after', times: 1 },
  { match: clap, kind: 'forget-keys', times: 1 },
]

const choice = (demo: DemoPage, name: 'It happened' | 'Send again') =>
  demo.deadLetters.getByRole('button', { name })

async function clapsOf(demo: DemoPage): Promise<number> {
  return Number(await demo.post('p01').claps.textContent())
}

test.describe('a clap whose answer was lost, at a server that has forgotten its key', () => {
  test.beforeEach(async ({ demo, server }) => {
    await server.faults(forgotten)
    await demo.post('p01').clap()
    await expect(demo.post('p01').marks('inDoubt')).toHaveCount(1)
  })

  test('is not sent again, is shown, and holds back later entries of its lane', async ({
    demo,
    openTab,
    server,
  }) => {
    const other = await openTab()
    await demo.post('p01').clap()
    await demo.post('p02').clap()

    const ledger = await ledgerWith(server, (all) => effectsOf(all, 'clap', 'p02').length, 1)
    expect(effectsOf(ledger, 'clap', 'p01')).toHaveLength(1)
    expect(attemptsUnder(ledger, path).map(({ status }) => status)).toEqual(['dropped', 410])
    for (const tab of [demo, other]) {
      await expect(tab.deadLetters).toContainText('Your clap on')
      for (const name of ['It happened', 'Send again'] as const)
        await expect(choice(tab, name)).toHaveCount(1)
    }
    await expect(demo.post('p01').marks('accepted')).toHaveCount(1)
  })

  test('is counted once when the user says that it happened, and its lane goes on', async ({
    demo,
    server,
  }) => {
    const claps = await clapsOf(demo)
    await choice(demo, 'It happened').click()

    await expect(demo.pendingCount).toHaveText('0')
    await expect(demo.post('p01').marks()).toHaveCount(0)
    expect(await clapsOf(demo)).toBe(claps)
    await demo.post('p01').clap()
    await ledgerWith(server, (all) => effectsOf(all, 'clap', 'p01').length, 2)
    await expect(demo.post('p01').claps).toHaveText(String(claps + 1))
    await demo.page.reload()
    await expect(demo.post('p01').claps).toHaveText(String(claps + 1))
  })

  test('cannot be sent first at a sign-out, nor can the entries behind it, and the dialog says so', async ({
    demo,
  }) => {
    await demo.post('p01').clap()
    await expect(demo.post('p01').marks('accepted')).toHaveCount(1)
    await demo.page.getByRole('button', { name: 'Sign out' }).click()
    await demo.page.getByRole('dialog').getByRole('button', { name: 'Send first' }).click()

    await expect(demo.page.getByRole('dialog')).toContainText('cannot be sent without you')
    await expect(demo.currentUser).toHaveText('ada')
  })

  test('is sent again under a new key when the user says so', async ({ demo, server }) => {
    const claps = await clapsOf(demo)
    await choice(demo, 'Send again').click()

    const { effects } = await ledgerWith(server, (all) => effectsOf(all, 'clap', 'p01').length, 2)
    expect(new Set(effects.map(({ key }) => key)).size).toBe(2)
    await expect(demo.pendingCount).toHaveText('0')
    // The first one had happened after all.
    await demo.refresh()
    await expect(demo.post('p01').claps).toHaveText(String(claps + 1))
  })
})

test.describe('after a long time', () => {
  // The page sends by itself, so that it is its clock that says how long it was.
  test.use({ without: 'worker' })

  test('a clap of unknown effect is asked about at the server, and is not sent again', async ({
    demo,
    openTab,
    server,
  }) => {
    const claps = await clapsOf(demo)
    await server.faults([
      { match: clap, kind: 'drop-after', times: 1 },
      { match: clap, kind: 'status', status: 502 },
    ])
    await demo.post('p01').clap()
    await ledgerWith(server, (all) => effectsOf(all, 'clap', 'p01').length, 1)
    await demo.page.close()
    await server.faults([])
    const before = attemptsUnder(await server.ledger(), path).length

    const later = await openTab((page) => page.clock.setSystemTime(Date.now() + 2 * dayMs))

    await ledgerWith(
      server,
      (all) => attemptsUnder(all, '/api/idempotency/', 'GET').map(({ status }) => status),
      [200],
    )
    await expect(later.pendingCount).toHaveText('0')
    await expect(later.post('p01').claps).toHaveText(String(claps + 1))
    await expect(later.post('p01').marks()).toHaveCount(0)
    const ledger = await server.ledger()
    expect(attemptsUnder(ledger, path)).toHaveLength(before)
    expect(effectsOf(ledger, 'clap', 'p01')).toHaveLength(1)
  })

  test('a clap that was never sent is sent at any age', async ({ demo, openTab, network, server }) => {
    await network.cut()
    await demo.post('p01').clap()
    // A page that is closed in the middle of an attempt leaves it open whether it was sent.
    await expect
      .poll(() => demo.rows('entries'))
      .toMatchObject([{ state: 'waiting', trouble: { reason: 'offline' } }])
    await demo.page.close()
    await network.restore()

    const later = await openTab((page) => page.clock.setSystemTime(Date.now() + 400 * dayMs))

    await ledgerWith(server, (all) => effectsOf(all, 'clap', 'p01').length, 1)
    await expect(later.pendingCount).toHaveText('0')
  })
})
