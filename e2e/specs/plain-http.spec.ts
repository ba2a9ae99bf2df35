// A page over plain http in a local network, as when a phone opens the development server. It is no secure context,
// so it has no crypto.subtle, Web Locks, worker, storage buckets or file system. The page that is open delivers
// (P13).
import type { BrowserContext } from '@playwright/test'
import { DemoPage } from '../fixtures/demo-page.js'
import { attemptsUnder, effectsOf, ledgerWith } from '../fixtures/ledger.js'
import { expect, test } from '../fixtures/test.js'

const host = 'app.lan'
/** Entries are tried so seldom that no backoff grows meanwhile. */
const overloaded = { kind: 'status', status: 503, retryAfter: 5 }
const inNetwork = (url: string) => url.replace(/localhost|127\.0\.0\.1/, host)

async function openTab(context: BrowserContext, url: string): Promise<DemoPage> {
  const tab = new DemoPage(await context.newPage(), inNetwork(url))
  await tab.open({ worker: false })
  return tab
}

test.describe('over plain http in a local network', () => {
  let context: BrowserContext
  test.beforeEach(async ({ lasting }) => {
    context = await lasting.start(`--host-resolver-rules=MAP ${host} 127.0.0.1`)
  })

  test('a tap is delivered although the browser lacks its secure APIs', async ({ server }) => {
    const demo = await openTab(context, server.url)
    const given = await demo.page.evaluate(() => ({
      secure: isSecureContext,
      subtle: 'subtle' in crypto && crypto.subtle !== undefined,
      locks: navigator.locks !== undefined,
      workers: navigator.serviceWorker !== undefined,
    }))
    expect(given).toEqual({ secure: false, subtle: false, locks: false, workers: false })

    await demo.signInAs('Ada')
    await demo.post('p01').clap()

    await ledgerWith(server, (ledger) => effectsOf(ledger, 'clap', 'p01').length, 1)
    await expect(demo.pendingCount).toHaveText('0')
  })

  test('a waiting entry survives a reload and is delivered once', async ({ server }) => {
    const demo = await openTab(context, server.url)
    await demo.signInAs('Ada')
    await server.faults([{ match: { path: '/api/posts/p02/claps' }, ...overloaded }])
    await demo.post('p02').clap(2)
    await expect(demo.pendingCount).toHaveText('2')
    // Without locks nobody learns that a sender is gone: a reload during an attempt costs the 75 s of its lease.
    await ledgerWith(server, (ledger) => attemptsUnder(ledger, '/api/posts/p02').at(-1)?.status, 503)
    const isSending = async () => (await demo.rows('entries')).some(({ state }) => state === 'sending')
    await expect.poll(isSending).toBe(false)
    await demo.page.reload()
    await expect(demo.pendingCount).toHaveText('2')

    await server.faults([])

    await ledgerWith(server, (ledger) => effectsOf(ledger, 'clap', 'p02').length, 2)
    await expect(demo.pendingCount).toHaveText('0')
  })

  test('each of two users has their own outbox', async ({ server }) => {
    const demo = await openTab(context, server.url)
    await demo.signInAs('Ada')
    await server.faults([{ match: { path: '/api/posts/p03/claps' }, ...overloaded }])
    await demo.post('p03').clap()
    await expect(demo.pendingCount).toHaveText('1')
    await demo.page.getByRole('button', { name: 'Sign out' }).click()
    await demo.page.getByRole('button', { name: /keep/i }).click()
    await server.faults([])

    await demo.signInAs('Grace')
    await demo.post('p04').clap()

    const { effects } = await ledgerWith(server, (ledger) => ledger.effects.length, 1)
    expect(effects.map(({ user, target }) => `${user} ${target}`)).toEqual(['grace p04'])
    await expect(demo.pendingCount).toHaveText('0')
  })

  test('two tabs send each tap once, although there are no Web Locks', async ({ server }) => {
    const first = await openTab(context, server.url)
    await first.signInAs('Ada')
    const second = await openTab(context, server.url)
    await expect(second.post('p01').root).toBeVisible()
    await Promise.all([first.post('p05').clap(3), second.post('p06').clap(3)])

    const ledger = await ledgerWith(server, (latest) => latest.effects.length, 6)
    expect(effectsOf(ledger, 'clap', 'p05')).toHaveLength(3)
    expect(effectsOf(ledger, 'clap', 'p06')).toHaveLength(3)
  })
})
