// Reads of several tabs are one line in the worker. Equal reads are one request, which ends with its last reader.
import type { Locator, Page } from '@playwright/test'
import type { DemoPage } from '../fixtures/demo-page.js'
import { attemptsAfter, lastSeq, ledgerWith } from '../fixtures/ledger.js'
import { waitForWorkers } from '../fixtures/patience.js'
import type { Attempt, DemoServer, FaultRule } from '../fixtures/servers/demo-server.js'
import { expect, test } from '../fixtures/test.js'

const inOrder = ['me', 'posts/top', 'notifs/count', 'me/groups']
/** Reads on their way stay there until the rules are replaced. */
const held: FaultRule = { match: { method: 'GET', path: '/api' }, kind: 'hold' }

interface Lab {
  readonly page: Page
  /** In the order in which they ask. */
  readonly rows: Locator
  ask(): Promise<void>
  /** Lets go of all that ask for this. */
  cancel(name: string): Promise<void>
}

/** The tab, in the lab, when all that it reads by itself has been read. */
async function openLab({ page }: DemoPage, server: DemoServer, limit: number): Promise<Lab> {
  await expect(page.locator('.feed-status')).toHaveAttribute('data-shows', 'fresh')
  const before = lastSeq(await server.ledger())
  await page.addInitScript(waitForWorkers)
  await page.goto(new URL('/lab', page.url()).href)
  await ledgerWith(server, (ledger) => namesOf(attemptsAfter(ledger, before)).includes('me/groups'), true)
  await expect.poll(() => page.evaluate(readersWaiting)).toBe(0)
  await page.getByLabel('Connection limit').fill(String(limit))
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  return {
    page,
    rows: page.getByRole('list', { name: 'The ten asks' }).getByRole('listitem'),
    // No real click: such a one waits 2 s for two frames of a tab that is behind another one.
    ask: () => button('Ask ten times').dispatchEvent('click'),
    async cancel(name) {
      for (const cancel of await button(`Cancel ${name}`).all()) await cancel.dispatchEvent('click')
    },
  }
}

/** In the page, the number of tabs that have reads in the worker. */
async function readersWaiting(): Promise<number> {
  const { held = [] } = await navigator.locks.query()
  return held.filter(({ name = '' }) => name.includes(':reader:')).length
}

const namesOf = (attempts: readonly Attempt[]) => attempts.map(({ path }) => path.replace('/api/', ''))
const rowsOf = ({ rows }: Lab, name: string) => rows.filter({ hasText: new RegExp(`^${name}Priority`) })
const answered = ({ rows }: Lab) => rows.filter({ hasText: 'answered' })

/** All ask before the first answer comes. A tab's reads of one turn go to the worker together. */
async function askAtOnce(labs: readonly Lab[]): Promise<void> {
  await Promise.all(labs.map((lab) => lab.ask()))
  for (const lab of labs) await expect(rowsOf(lab, 'me').first()).toContainText('in request 1')
}

/** The requests that reached the server since, as often as one asks. */
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
    await server.faults([held])
    const wire = await watchWire(server)

    await askAtOnce(labs)
    await server.faults([])

    for (const lab of labs) await expect(answered(lab)).toHaveCount(10)
    const attempts = await wire()
    expect(attempts).toHaveLength(4)
    // Requests that leave together may overtake each other on their way. The scheduler says in which order they left.
    if (limit === 1) expect(namesOf(attempts)).toEqual(inOrder)
    else expect(namesOf(attempts).toSorted()).toEqual(inOrder.toSorted())
    for (const lab of labs)
      for (const [at, name] of inOrder.entries())
        for (const row of await rowsOf(lab, name).all())
          await expect(row).toContainText(`in request ${at + 1}`)
  })

test.describe('a read that two tabs share', () => {
  let labs: [Lab, Lab]
  let wire: () => Promise<readonly Attempt[]>

  test.beforeEach(async ({ demo, openTab, server }) => {
    labs = [await openLab(demo, server, 1), await openLab(await openTab(), server, 1)]
    await server.faults([{ ...held, times: 1 }])
    wire = await watchWire(server)
    await askAtOnce(labs)
    await expect.poll(async () => namesOf(await wire())).toEqual(['me'])
  })

  const ends = async () => (await wire()).filter(({ path }) => path === '/api/me').map(({ status }) => status)

  test('goes on for one tab when the other cancels it', async ({ server }) => {
    const [here, there] = labs
    await here.cancel('me')

    await expect(rowsOf(here, 'me').filter({ hasText: 'cancelled' })).toHaveCount(4)
    await server.faults([])
    await expect(answered(there)).toHaveCount(10)
    expect(await ends()).toEqual([expect.any(Number)])
  })

  test('is ended when both tabs cancel it', async () => {
    for (const lab of labs) await lab.cancel('me')

    await expect.poll(ends).toEqual(['aborted'])
    for (const lab of labs) await expect(answered(lab)).toHaveCount(6)
  })

  test('goes on when one tab is closed, and ends with the last subscriber', async () => {
    const [here, there] = labs
    await here.page.close()
    await expect(rowsOf(there, 'me').first()).toContainText('sent')
    expect(await ends()).not.toContain('aborted')
    await there.cancel('me')

    await expect.poll(ends).toEqual(['aborted'])
  })

  test('is ended when one tab cancels it and the other is closed', async () => {
    const [here, there] = labs
    await here.cancel('me')
    await there.page.close()

    await expect.poll(ends).toEqual(['aborted'])
    await expect(answered(here)).toHaveCount(6)
  })
})

/** ROUNDS=12 is the run that a release wants. */
const rounds = Number(process.env['ROUNDS'] ?? 4)

test('every read of three tabs gets an answer when the worker is stopped in the middle', async ({
  demo,
  openTab,
  server,
  context,
}) => {
  test.setTimeout(300_000 + rounds * 10_000)
  const labs = [await openLab(demo, server, 6)]
  for (let tab = 2; tab <= 3; tab++) labs.push(await openLab(await openTab(), server, 6))
  const devtools = await context.newCDPSession(demo.page)
  await devtools.send('ServiceWorker.enable')
  const tookMs: number[] = []
  for (let round = 1; round <= rounds; round++) {
    await server.faults([held])
    const wire = await watchWire(server)
    await askAtOnce(labs)
    await expect.poll(async () => (await wire()).length).toBe(4)
    const before = await workerOfAll(labs)
    await devtools.send('ServiceWorker.stopAllWorkers')
    const stoppedAt = Date.now()
    await workerOfAll(labs, before)
    tookMs.push(Date.now() - stoppedAt)
    await server.faults([])
    for (const lab of labs) await expect(answered(lab)).toHaveCount(10)
    expect(namesOf(await wire()).toSorted()).toEqual([...inOrder, ...inOrder].toSorted())
  }
  const sorted = tookMs.toSorted((a, b) => a - b)
  const figures = `worker stopped with reads of three tabs in flight: ${rounds} rounds, a new one had all 30 readers after p50 ${sorted[Math.floor(rounds / 2)]} ms, max ${sorted.at(-1)} ms`
  console.log(figures)
  test.info().annotations.push({ type: 'figures', description: figures })
})

/** The lock of the one worker that has reads of all tabs, once there is one other than that of before. */
async function workerOfAll(labs: readonly Lab[], before?: string): Promise<string> {
  const found = async () => {
    const all = await labs[0]?.page.evaluate(watchedWorkers)
    return all?.find(({ name, tabs }) => name !== before && tabs === labs.length)?.name ?? ''
  }
  await expect.poll(found, { intervals: [20] }).not.toBe('')
  return found()
}

/** In the page, the number of tabs that wait for the end of each worker. */
async function watchedWorkers(): Promise<readonly { readonly name: string; readonly tabs: number }[]> {
  const { pending = [] } = await navigator.locks.query()
  const waits = pending.filter(({ name = '' }) => name.includes(':reads:'))
  return [...new Set(waits.map(({ name = '' }) => name))].map((name) => ({
    name,
    tabs: new Set(waits.filter((wait) => wait.name === name).map(({ clientId }) => clientId)).size,
  }))
}
