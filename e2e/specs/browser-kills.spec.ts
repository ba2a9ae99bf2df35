// A browser is killed at any moment, and each change that it had accepted takes effect once.
import { setTimeout as pause } from 'node:timers/promises'
import type { BrowserContext } from '@playwright/test'
import { lookForAll, noteAccepted, openAccount, verdictOf } from '../fixtures/account.js'
import { createChance } from '../fixtures/chance.js'
import { DemoPage } from '../fixtures/demo-page.js'
import type { LastingBrowser } from '../fixtures/lasting-browser.js'
import type { FaultRule } from '../fixtures/servers/demo-server.js'
import { expect, test } from '../fixtures/test.js'

/** KILLS=20 is the run that a release wants. */
const killsWanted = Number(process.env['KILLS'] ?? 8)
const posts = ['p01', 'p02', 'p03', 'p04', 'p05'] as const
const match = { method: 'POST', path: '/api/posts' }

/** The server's behaviour in one life of the browser, so that kills meet every phase of an attempt. */
const weathers: readonly [FaultRule[], ...FaultRule[][]] = [
  [],
  [{ match, kind: 'delay', ms: 50 }],
  [{ match, kind: 'delay', ms: 400 }],
  [{ match, kind: 'drop-after', times: 2 }],
  [{ match, kind: 'cut-body', times: 2 }],
  [{ match, kind: 'drop-before', times: 1 }],
  [{ match, kind: 'status', status: 503, times: 3 }],
]

// A trace of a browser that dies mid-sentence confuses its writer.
test.use({ trace: 'off' })

test(`claps that were accepted before any of ${killsWanted} kills of the browser take effect once`, async ({
  lasting,
  server,
}, testInfo) => {
  testInfo.setTimeout(300_000 + killsWanted * 10_000)
  const chance = createChance()
  console.log(`SEED=${chance.seed}`)
  const account = openAccount()
  const open = async (context: BrowserContext) => {
    await noteAccepted(context, account)
    const demo = new DemoPage(context.pages()[0] ?? (await context.newPage()), server.url)
    await demo.openAs('Ada', { worker: true })
    await lookForAll(account, demo, server)
    return demo
  }

  // Closed once in between. A cookie is on disk some 30 s after it came, and this test does not try the session.
  await open(await lasting.start())
  await lasting.close()
  for (let kills = 0; kills < killsWanted; kills++) {
    await server.faults(chance.oneOf(weathers))
    // Each other one dies by its age, which may be before its page is there. The speed of the machine decides.
    const age = { since: kills % 2 === 0 ? 'start' : 'opened', ms: chance.between(300, 3_000) } as const
    await liveAndDie(lasting, age, async (context, hasOpened) => {
      const demo = await open(context)
      hasOpened()
      for (;;) {
        const { clapButton } = demo.post(chance.oneOf(posts))
        const taps = chance.between(1, 6)
        account.clicks += taps
        await clapButton.evaluate((button: HTMLElement, times) => {
          for (let i = 0; i < times; i++) button.click()
        }, taps)
        await pause(chance.between(0, 100))
      }
    })
  }
  await server.faults([])
  const demo = await open(await lasting.start())
  await expect(demo.pendingCount).toHaveText('0')

  const verdict = verdictOf(account, await server.ledger())
  const figures = JSON.stringify({ kills: killsWanted, ...verdict, wipes: lasting.wipes() })
  console.log(figures)
  testInfo.annotations.push({ type: 'figures', description: `${figures}, SEED=${chance.seed}` })
  expect(verdict.accepted).toBeGreaterThan(0)
  expect([...account.missing]).toEqual([])
  expect(verdict).toMatchObject({ lost: 0, doubled: 0, phantom: 0 })
  await expect(demo.deadLetters.getByRole('listitem')).toHaveCount(0)
})

/** Lets a browser live until it is killed, which is no failure of what it was at. */
async function liveAndDie(
  lasting: LastingBrowser,
  age: { readonly since: 'start' | 'opened'; readonly ms: number },
  life: (context: BrowserContext, hasOpened: () => void) => Promise<void>,
): Promise<void> {
  const context = await lasting.start()
  let killed: Promise<void> | undefined
  let hasOpened = () => {}
  const opened = new Promise<void>((resolve) => {
    hasOpened = resolve
  })
  const living = life(context, hasOpened).catch((error) => {
    if (killed === undefined) throw error
  })
  if (age.since === 'opened') await Promise.race([opened, living])
  await Promise.race([pause(age.ms), living])
  killed = lasting.kill()
  await killed
  await living
}
