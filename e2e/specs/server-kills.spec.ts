// The server is killed, again and again, while it is at work. Each clap that the outbox took has one effect.
import { setTimeout as pause } from 'node:timers/promises'
import { createChance } from '../fixtures/chance.js'
import type { DemoPage } from '../fixtures/demo-page.js'
import { effectsOf, tally } from '../fixtures/ledger.js'
import type { DemoServer } from '../fixtures/servers/demo-server.js'
import { expect, test } from '../fixtures/test.js'

/** A release wants KILLS=20. */
const killsMax = Number(process.env['KILLS'] ?? 10)
const claps = 200

test('200 claps that drain while the server is killed again and again have one effect each', async ({
  demo,
  network,
  server,
}, testInfo) => {
  const chance = createChance()
  console.log(`SEED=${chance.seed}`)
  await expect(demo.post('p12').root).toBeVisible()
  const before = await clapsInFeed(demo, server)
  await network.cut()
  await clapInTurn(demo)
  await expect(demo.pendingCount).toHaveText(String(claps))
  await expect.poll(async () => (await demo.rows('entries')).length).toBe(claps)
  const keys = (await demo.rows('entries')).map(({ key }) => key)
  await network.restore()

  let kills = 0
  for (let applied = 0; kills < killsMax && applied < claps; applied = await effectsNow(server)) {
    // Of the rest, so much that enough is left for the kills to come. A busy machine may look too late for the last.
    const share = Math.floor((claps - applied) / (killsMax - kills + 1))
    const reached = applied + chance.between(0, share)
    await expect.poll(() => effectsNow(server), { intervals: [5] }).toBeGreaterThanOrEqual(reached)
    await pause(chance.between(0, 10))
    await server.kill()
    await server.restart()
    kills += 1
    await demo.comeBack()
  }

  await expect(demo.pendingCount).toHaveText('0')
  const { accepted, effects, lost, doubled, sends, answersLost } = tally(keys, await server.ledger(), 'clap')
  const figures = `kills ${kills}, accepted ${accepted}, effects ${effects}, lost ${lost}, doubled ${doubled}, sends ${sends}, answers lost ${answersLost}`
  console.log(figures)
  testInfo.annotations.push({ type: 'figures', description: `${figures}, SEED=${chance.seed}` })
  expect({ accepted, effects, lost, doubled }).toEqual({
    accepted: claps,
    effects: claps,
    lost: 0,
    doubled: 0,
  })
  expect(await clapsInFeed(demo, server)).toBe(before + claps)
})

const effectsNow = async (server: DemoServer) => effectsOf(await server.ledger(), 'clap').length

/** On each post of the feed in turn, faster than any finger, so that the drain is what takes time. */
async function clapInTurn({ page }: DemoPage): Promise<void> {
  await page.getByRole('button', { name: 'Clap' }).evaluateAll((buttons, times) => {
    for (let i = 0; i < times; i++) (buttons[i % buttons.length] as HTMLElement).click()
  }, claps)
}

async function clapsInFeed({ page }: DemoPage, { url }: DemoServer): Promise<number> {
  const posts = (await (await page.request.get(`${url}/api/posts/top`)).json()) as {
    readonly claps: number
  }[]
  return posts.reduce((sum, post) => sum + post.claps, 0)
}
