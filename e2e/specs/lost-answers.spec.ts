// A lost answer is asked for again, and the effect stays one.
import type { DemoPage } from '../fixtures/demo-page.js'
import { attemptsUnder, effectsOf, ledgerWith, sendsOfEachKey } from '../fixtures/ledger.js'
import type { DemoServer, Ledger } from '../fixtures/servers/demo-server.js'
import { expect, test } from '../fixtures/test.js'
import { watch } from '../fixtures/watch.js'

const path = '/api/posts/p03/claps'
const match = { method: 'POST', path }

/** Every clap of the outbox's own journal, with the number of its attempts. */
const sendsInOutbox = async (demo: DemoPage) =>
  (await demo.rows('journal')).filter(({ kind }) => kind === 'delivered').map(({ attempts }) => attempts)

const sendsInLedger = async (server: DemoServer) => sendsOfEachKey(attemptsUnder(await server.ledger(), path))

test('a clap whose answer is dropped or cut is sent twice under one key and counts once', async ({
  demo,
  server,
}) => {
  const post = demo.post('p03')
  const before = Number(await post.claps.textContent())
  const shown = await watch(post.claps, 'text')

  await server.faults([{ match, kind: 'drop-after', times: 1 }])
  await post.clap()
  await ledgerWith(server, (ledger) => attemptsUnder(ledger, path).length, 2)
  await expect(demo.pendingCount).toHaveText('0')

  await server.faults([{ match, kind: 'cut-body', times: 1 }])
  await post.clap()
  const ledger = await ledgerWith(server, (latest) => attemptsUnder(latest, path).length, 4)
  await expect(demo.pendingCount).toHaveText('0')

  expect(await sendsInLedger(server)).toEqual([2, 2])
  expect(await sendsInOutbox(demo)).toEqual([2, 2])
  expect(effectsOf(ledger, 'clap', 'p03')).toHaveLength(2)
  expect(await shown.seen()).toEqual([before, before + 1, before + 2].map(String))
})

test('a feed that is fetched between a lost answer and the next attempt never shows a wrong count', async ({
  demo,
  server,
}) => {
  const post = demo.post('p03')
  const before = Number(await post.claps.textContent())
  const shown = await watch(post.claps, 'text')
  await server.faults([
    { match, kind: 'drop-after', times: 1 },
    { match, kind: 'delay', ms: 1_500, times: 1 },
  ])
  await post.clap()
  await ledgerWith(server, ({ attempts }) => attempts.some(({ status }) => status === 'dropped'), true)
  const feeds = (ledger: Ledger) => attemptsUnder(ledger, '/api/posts/top', 'GET').length
  const fed = feeds(await server.ledger())
  await demo.refresh()
  const ledger = await ledgerWith(server, (latest) => feeds(latest) > fed, true)
  expect(effectsOf(ledger, 'clap', 'p03')).toHaveLength(1)
  await expect(demo.pendingCount).toHaveText('0')
  await expect(post.claps).toHaveText(String(before + 1))

  expect(await sendsInLedger(server)).toEqual([2])
  expect(await shown.seen()).toEqual([before, before + 1].map(String))
})
