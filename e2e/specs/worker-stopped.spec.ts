// The browser ends the sender in the middle of an attempt, and the next executor sends the entry again.
import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import { createChance } from '../fixtures/chance.js'
import type { DemoPage } from '../fixtures/demo-page.js'
import { attemptsUnder, effectsOf, ledgerWith, tally } from '../fixtures/ledger.js'
import type { DemoServer, Ledger } from '../fixtures/servers/demo-server.js'
import { expect, test } from '../fixtures/test.js'

const path = '/api/posts/p03/claps'
/** ROUNDS=12 is the run that a release wants. */
const rounds = Number(process.env['ROUNDS'] ?? 4)
/** A sender that waits for the lease of a dead one has waited so long. A lock that is freed tells at once. */
const leaseMs = 75_000
/** The end comes somewhere in the beginning of it. */
const beginningMs = 2_000

/** Has a clap of this tab reach the server, which holds it. */
async function beginAttempt(demo: DemoPage, server: DemoServer): Promise<void> {
  const before = attemptsUnder(await server.ledger(), path).length
  await server.faults([{ match: { path }, kind: 'hold', times: 1 }])
  await demo.post('p03').clap()
  await ledgerWith(server, (ledger) => attemptsUnder(ledger, path).length, before + 1)
}

/**
 * Waits until the attempt that was cut off has been made again, and gives how long that took. The first one then takes
 * effect after the second, as a straggler.
 */
async function nextAttempt(server: DemoServer, endedAt: number, claps: number): Promise<number> {
  const key = attemptsUnder(await server.ledger(), path).at(-1)?.key
  const sends = (ledger: Ledger) => attemptsUnder(ledger, path).filter((attempt) => attempt.key === key)
  const ledger = await ledgerWith(server, (latest) => sends(latest).length, 2)
  await server.faults([])
  await ledgerWith(server, (latest) => effectsOf(latest, 'clap', 'p03').length, claps)
  return (sends(ledger)[1]?.at ?? Number.POSITIVE_INFINITY) - endedAt
}

async function report(name: string, server: DemoServer, gaps: readonly number[]): Promise<void> {
  const ledger = await server.ledger()
  const keys = [...new Set(attemptsUnder(ledger, path).map(({ key }) => key ?? undefined))]
  const { accepted, effects, lost, doubled, sends } = tally(keys, ledger, 'clap')
  const sorted = gaps.toSorted((a, b) => a - b)
  const [p50, max] = [sorted[Math.floor(sorted.length / 2)] ?? 0, sorted.at(-1) ?? 0]
  const figures = `${name}: rounds ${gaps.length}, accepted ${accepted}, sends ${sends}, effects ${effects}, lost ${lost}, doubled ${doubled}, from the death to the next attempt p50 ${p50} ms, max ${max} ms`
  console.log(figures)
  test.info().annotations.push({ type: 'figures', description: figures })
  expect({ effects, lost, doubled }).toEqual({ effects: accepted, lost: 0, doubled: 0 })
  expect(max).toBeLessThan(leaseMs)
}

test('a clap whose worker is stopped during an attempt is sent again before its lease ends, and has its effect once', async ({
  demo,
  context,
  server,
}) => {
  test.setTimeout(300_000 + rounds * 10_000)
  const chance = createChance()
  console.log(`SEED=${chance.seed}`)
  const devtools = await context.newCDPSession(demo.page)
  await devtools.send('ServiceWorker.enable')
  const gaps: number[] = []
  for (let clap = 1; gaps.length < rounds; clap++) {
    await beginAttempt(demo, server)
    // Where the worker takes long to start the page sends by itself, and there is nothing to stop.
    if (await isSentByWorker(demo.page)) {
      await pause(chance.between(0, beginningMs))
      await devtools.send('ServiceWorker.stopAllWorkers')
      gaps.push(await nextAttempt(server, Date.now(), clap))
    } else await server.faults([])
    await expect(demo.pendingCount).toHaveText('0')
  }
  await report('worker stopped', server, gaps)
})

test.describe('without a worker', () => {
  test.use({ without: 'worker' })

  test('a clap whose tab is closed or crashes during an attempt is sent again by another tab at once', async ({
    demo,
    openTab,
    server,
  }) => {
    test.setTimeout(300_000 + rounds * 10_000)
    const gaps: number[] = []
    for (let round = 1; round <= rounds; round++) {
      const tab = await openTab()
      await beginAttempt(tab, server)
      await expect(demo.pendingCount).toHaveText('1')
      await (round % 2 === 0 ? tab.page.close() : crash(tab.page))
      gaps.push(await nextAttempt(server, Date.now(), round))
      await expect(demo.pendingCount).toHaveText('0')
    }
    await report('tab closed or crashed', server, gaps)
  })
})

/** Whether the lock of who sends is held by another than this page. */
const isSentByWorker = (page: Page): Promise<boolean> =>
  page.evaluate(async () => {
    const holderOf = async (lock: RegExp) =>
      (await navigator.locks.query()).held?.find(({ name = '' }) => lock.test(name))?.clientId
    const own = await navigator.locks.request('mine', () => holderOf(/^mine$/))
    const sender = await holderOf(/^redux-broker:redux-broker:[0-9a-f]{32}$/)
    return sender !== undefined && sender !== own
  })

async function crash(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  const crashed = page.waitForEvent('crash')
  // It never answers.
  devtools.send('Page.crash').catch(() => {})
  await crashed
  await page.close()
}
