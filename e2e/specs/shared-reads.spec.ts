// Reads of several tabs are one line in the worker: what they ask alike is one request, which ends with its last reader.
import type { Locator, Page } from '@playwright/test'
import type { DemoPage } from '../fixtures/demo-page.js'
import type { Attempt, DemoServer, FaultRule } from '../fixtures/demo-server.js'
import { attemptsAfter, lastSeq, ledgerWith } from '../fixtures/ledger.js'
import { expect, test } from '../fixtures/test.js'

const inOrder = ['me', 'posts/top', 'notifs/count', 'me/groups']
const readsTake = (ms: number): FaultRule => ({ match: { method: 'GET', path: '/api' }, kind: 'delay', ms })

interface Lab {
  readonly page: Page
  /** In the order in which they ask. */
  readonly rows: Locator
  /** `at`: in epoch milliseconds, so that several do it at once. */
  ask(at?: number): Promise<void>
  /** Lets go of all that ask for this. */
  cancel(name: string): Promise<void>
}

/** The tab, in the lab, when all that it reads by itself has been read. */
async function openLab({ page }: DemoPage, server: DemoServer, limit: number): Promise<Lab> {
  await expect(page.locator('.feed-status')).toHaveAttribute('data-shows', 'fresh')
  const before = lastSeq(await server.ledger())
  await page.goto(new URL('/lab', page.url()).href)
  await ledgerWith(server, (ledger) => namesOf(attemptsAfter(ledger, before)).includes('me/groups'), true)
  await expect.poll(() => page.evaluate(readersWaiting)).toBe(0)
  await page.getByLabel('Connection limit').fill(String(limit))
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  return {
    page,
    rows: page.getByRole('list', { name: 'The ten asks' }).getByRole('listitem'),
    ask: (at = Date.now()) =>
      button('Ask ten times').evaluate(
        (ask: HTMLElement, moment) =>
          new Promise<void>((resolve) => {
            setTimeout(() => {
              ask.click()
              resolve()
            }, moment - Date.now())
          }),
        at,
      ),
    async cancel(name) {
      for (const cancel of await button(`Cancel ${name}`).all()) await cancel.click()
    },
  }
}

/** In the page: how many tabs have reads in the worker. */
async function readersWaiting(): Promise<number> {
  const { held = [] } = await navigator.locks.query()
  return held.filter(({ name = '' }) => name.includes(':reader:')).length
}

const namesOf = (attempts: readonly Attempt[]) => attempts.map(({ path }) => path.replace('/api/', ''))
const rowsOf = ({ rows }: Lab, name: string) => rows.filter({ hasText: new RegExp(`^${name}Priority`) })
const answered = ({ rows }: Lab) => rows.filter({ hasText: 'answered' })

/** In half a second, so that no tab is late. */
const askAtOnce = async (labs: readonly Lab[]) => {
  const at = Date.now() + 500
  await Promise.all(labs.map((lab) => lab.ask(at)))
}

/** What reached the server since, as often as one asks. */
async function watchWire(server: DemoServer): Promise<() => Promise<readonly Attempt[]>> {
  const before = lastSeq(await server.ledger())
  return async () => attemptsAfter(await server.ledger(), before)
}

for (const limit of [1, 6])
  test(`ten asks in each of three tabs at once, with a limit of ${limit}, are four requests in their order`, async ({
    demo,
    openTab,
    server,
  }) => {
    const labs = [await openLab(demo, server, limit)]
    for (let tab = 2; tab <= 3; tab++) labs.push(await openLab(await openTab(), server, limit))
    await server.faults([readsTake(500)])
    const wire = await watchWire(server)

    await askAtOnce(labs)

    for (const lab of labs) await expect(answered(lab)).toHaveCount(10)
    const attempts = await wire()
    expect(attempts).toHaveLength(4)
    // Those that leave together may overtake each other on their way; in which order they left the scheduler says.
    if (limit === 1) expect(namesOf(attempts)).toEqual(inOrder)
    else expect(namesOf(attempts).toSorted()).toEqual(inOrder.toSorted())
    for (const lab of labs)
      for (const [at, name] of inOrder.entries())
        for (const row of await rowsOf(lab, name).all())
          await expect(row).toContainText(`in request ${at + 1}`)
  })

test.describe('a read that two tabs want', () => {
  let labs: [Lab, Lab]
  let wire: () => Promise<readonly Attempt[]>

  test.beforeEach(async ({ demo, openTab, server }) => {
    labs = [await openLab(demo, server, 1), await openLab(await openTab(), server, 1)]
    await server.faults([{ ...readsTake(3_000), times: 1 }])
    wire = await watchWire(server)
    await askAtOnce(labs)
    for (const lab of labs) await expect(rowsOf(lab, 'me').first()).toContainText('in request 1')
  })

  const ends = async () => (await wire()).filter(({ path }) => path === '/api/me').map(({ status }) => status)

  test('goes on for the one when the other lets it go', async () => {
    const [here, there] = labs
    await here.cancel('me')

    await expect(rowsOf(here, 'me').filter({ hasText: 'cancelled' })).toHaveCount(4)
    await expect(answered(there)).toHaveCount(10)
    expect(await ends()).toEqual([expect.any(Number)])
  })

  test('is ended when both let it go', async () => {
    for (const lab of labs) await lab.cancel('me')

    await expect.poll(ends).toEqual(['aborted'])
    for (const lab of labs) await expect(answered(lab)).toHaveCount(6)
  })

  test('goes on when one tab is closed, and is ended with the last one’s reader', async () => {
    const [here, there] = labs
    await here.page.close()
    await expect(rowsOf(there, 'me').first()).toContainText('sent')
    expect(await ends()).not.toContain('aborted')
    await there.cancel('me')

    await expect.poll(ends).toEqual(['aborted'])
  })

  test('is ended when one lets it go and the other is closed', async () => {
    const [here, there] = labs
    await here.cancel('me')
    await there.page.close()

    await expect.poll(ends).toEqual(['aborted'])
    await expect(answered(here)).toHaveCount(6)
  })
})

const rounds = 12

test('a worker that is stopped with reads of three tabs in flight leaves no reader without an answer for 5 s', async ({
  demo,
  openTab,
  server,
  context,
}) => {
  test.setTimeout(120_000)
  const labs = [await openLab(demo, server, 6)]
  for (let tab = 2; tab <= 3; tab++) labs.push(await openLab(await openTab(), server, 6))
  const devtools = await context.newCDPSession(demo.page)
  await devtools.send('ServiceWorker.enable')
  const tookMs: number[] = []
  for (let round = 1; round <= rounds; round++) {
    await server.faults([readsTake(500)])
    const wire = await watchWire(server)
    await askAtOnce(labs)
    await expect.poll(async () => (await wire()).length).toBe(4)
    await devtools.send('ServiceWorker.stopAllWorkers')
    const stoppedAt = Date.now()
    await Promise.all(labs.map((lab) => expect(answered(lab)).toHaveCount(10)))
    tookMs.push(Date.now() - stoppedAt)
    expect(namesOf(await wire()).toSorted()).toEqual([...inOrder, ...inOrder].toSorted())
  }
  const sorted = tookMs.toSorted((a, b) => a - b)
  const figures = `worker stopped with reads of three tabs in flight, 500 ms of server delay: ${rounds} rounds, all 30 readers answered after p50 ${sorted[rounds / 2]} ms, max ${sorted.at(-1)} ms`
  console.log(figures)
  test.info().annotations.push({ type: 'figures', description: figures })
  expect(sorted.at(-1)).toBeLessThan(5_000)
})
