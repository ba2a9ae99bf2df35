// A user reloads, comes and goes, and the network does so too, while an outbox drains.
import { setTimeout as pause } from 'node:timers/promises'
import { createChance } from '../fixtures/chance.js'
import { DemoPage } from '../fixtures/demo-page.js'
import { attemptsUnder, effectsOf, ledgerWith } from '../fixtures/ledger.js'
import type { Attempt, DemoServer } from '../fixtures/servers/demo-server.js'
import { expect, test } from '../fixtures/test.js'

const path = '/api/posts'

/** Each attempt takes at least this long, so that two at once would be seen. */
const attemptMs = 250
const slowly = [{ match: { method: 'POST', path }, kind: 'delay', ms: attemptMs }]

for (const search of ['', '?sw=off'])
  test(`100 claps that drain while the page is reloaded ten times arrive once${search && ', without a worker'}`, async ({
    context,
    network,
    server,
  }) => {
    const chance = createChance()
    console.log(`SEED=${chance.seed}`)
    const demo = new DemoPage(await context.newPage(), server.url)
    await demo.openAs('Ada', { worker: search === '', search })
    await server.faults(slowly)
    await network.cut()
    await clapAround(demo, 100)
    await network.restore()
    for (let reloads = 0; reloads < 10; reloads++) {
      await pause(chance.between(0, 500))
      // No `reload`, since Chromium refuses one while the page before is still being replaced.
      await demo.page.goto(demo.page.url(), { waitUntil: 'commit' })
    }
    await expectEachOnce(demo, server, 100)
  })

test('50 waiting claps arrive once after the network changed 100 times, ten times a second', async ({
  demo,
  network,
  server,
}) => {
  await server.faults(slowly)
  await network.cut()
  await clapAround(demo, 50)
  const begun = Date.now()
  for (let times = 1; times <= 100; times++) {
    await network.restore()
    await pause(begun + times * 100 - 50 - Date.now())
    await network.cut()
    await pause(begun + times * 100 - Date.now())
  }
  await network.restore()
  await expectEachOnce(demo, server, 50)
})

test('a page that was sending goes on when it comes back from the back/forward cache', async ({
  lasting,
  server,
}) => {
  const context = await lasting.start()
  const demo = new DemoPage(await context.newPage(), server.url)
  await demo.openAs('Ada', { worker: false, search: '?sw=off' })
  await server.faults(slowly)
  let claps = 0
  for (let isKept = false; !isKept; ) {
    const before = attemptsUnder(await server.ledger(), path).length
    claps += 24
    await clapAround(demo, 24)
    await ledgerWith(server, (ledger) => attemptsUnder(ledger, path).length > before, true)
    expect((await demo.rows('entries')).filter(({ state }) => state === 'sending')).not.toHaveLength(0)

    await leave(demo)
    isKept = await comeBack(demo)
    await expectEachOnce(demo, server, claps)
  }
})

test('a page stays in the back/forward cache while another tab sends, and shows the outcome when it is back', async ({
  lasting,
  server,
}) => {
  const context = await lasting.start()
  const demo = new DemoPage(await context.newPage(), server.url)
  await demo.openAs('Ada', { worker: false, search: '?sw=off' })
  let claps = Number(await demo.post('p01').claps.textContent())
  const other = new DemoPage(await context.newPage(), server.url)
  await other.openAs('Ada', { worker: false, search: '?sw=off' })

  for (let rounds = 1, isKept = false; !isKept; rounds++) {
    await leave(demo)
    await other.post('p01').clap(2)
    claps += 2
    await ledgerWith(server, (ledger) => effectsOf(ledger, 'clap').length, 2 * rounds)
    await expect(other.pendingCount).toHaveText('0')
    isKept = await comeBack(demo)

    await expect(demo.post('p01').claps).toHaveText(String(claps))
  }
})

/** By a link to a page of the site that has no broker. */
async function leave({ page }: DemoPage): Promise<void> {
  await page.evaluate(() => {
    Object.assign(window, { isTheSame: true })
    const link = document.body.appendChild(document.createElement('a'))
    link.href = '/api/me'
    link.click()
  })
  await page.waitForURL('**/api/me')
}

/** Gives whether the page had been kept. Chromium loads it anew where a busy machine took too long to put it away. */
async function comeBack({ page, pendingCount }: DemoPage): Promise<boolean> {
  await page.evaluate(() => history.back())
  await pendingCount.waitFor()
  return page.evaluate(() => 'isTheSame' in window)
}

/**
 * On three posts in turn, until all of it is safe. The browser has six connections to the server. With as many lanes
 * a second executor would have to wait for one, and not be seen.
 */
async function clapAround({ page, pendingCount }: DemoPage, claps: number): Promise<void> {
  await page.getByRole('button', { name: 'Clap' }).evaluateAll((buttons, times) => {
    for (let i = 0; i < times; i++) (buttons[i % 3] as HTMLElement).click()
  }, claps)
  await expect(pendingCount).toHaveText(String(claps))
  await expect(page.locator('[data-state=capturing]')).toHaveCount(0)
}

async function expectEachOnce(demo: DemoPage, server: DemoServer, claps: number): Promise<void> {
  const ledger = await ledgerWith(server, (latest) => effectsOf(latest, 'clap').length, claps)
  await expect(demo.pendingCount).toHaveText('0')
  const sends = attemptsUnder(ledger, path)
  const journal = (await demo.rows('journal')).filter(({ kind }) => kind === 'delivered')
  expect(new Set(effectsOf(ledger, 'clap').map(({ key }) => key)).size).toBe(claps)
  expect(overlaps(sends)).toEqual([])
  // The outbox counted every send, and some that the browser or a reload kept back.
  expect(journal).toHaveLength(claps)
  for (const { entryId, attempts } of journal)
    expect(sends.filter(({ key }) => key === entryId).length).toBeLessThanOrEqual(attempts)
}

/** Attempts that began in a lane while another one was still being answered there. */
function overlaps(sends: readonly Attempt[]): readonly Attempt[] {
  const answered = sends.filter(({ status }) => status === 200)
  return sends.filter(({ path, seq, at }) =>
    answered.some((other) => other.path === path && other.seq < seq && at < other.at + attemptMs),
  )
}
