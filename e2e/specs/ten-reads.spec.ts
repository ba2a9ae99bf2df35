// Ten asks are four requests, the most urgent first, and every asker has its answer.
import type { Locator } from '@playwright/test'
import type { DemoPage } from '../fixtures/demo-page.js'
import { attemptsAfter, lastSeq, ledgerWith } from '../fixtures/ledger.js'
import type { Attempt, DemoServer } from '../fixtures/servers/demo-server.js'
import { expect, test } from '../fixtures/test.js'

const inOrder = ['me', 'posts/top', 'notifs/count', 'me/groups']
/** Reads on their way stay there until the rules are replaced. */
const held = [{ match: { method: 'GET', path: '/api' }, kind: 'hold' }]

interface Lab {
  /** In the order in which they ask. */
  readonly rows: Locator
  /** Resolves when the first request is on its way, where it stays. */
  ask(): Promise<void>
  /** Lets it and all others be answered. */
  answer(): Promise<void>
  /** The part of it that reached the server. */
  wire(): Promise<readonly Attempt[]>
}

interface Setting {
  readonly limit: number
  readonly way?: 'through Redux' | 'through broker.fetch'
}

/** The card, once nothing else is being read. */
async function openLab(demo: DemoPage, server: DemoServer, { limit, way }: Setting): Promise<Lab> {
  const { page } = demo
  await expect(page.locator('.feed-status')).toHaveAttribute('data-shows', 'fresh')
  const opened = lastSeq(await server.ledger())
  await page.goto(new URL('/lab', page.url()).href)
  await ledgerWith(
    server,
    (ledger) =>
      attemptsAfter(ledger, opened).filter(({ path, status }) => path === '/api/me/groups' && status),
    [expect.anything()],
  )
  const rows = page.getByRole('list', { name: 'The ten asks' }).getByRole('listitem')
  await expect(rows.filter({ hasText: 'not asked' })).toHaveCount(10)
  await page.getByLabel('Connection limit').fill(String(limit))
  if (way !== undefined) await page.getByLabel('Way').selectOption(way)
  await server.faults(held)
  const before = lastSeq(await server.ledger())
  return {
    rows,
    async ask() {
      await page.getByRole('button', { name: 'Ask ten times' }).click()
      await expect(rows.filter({ hasText: 'sent in request 1' })).toHaveCount(4)
      await ledgerWith(server, (ledger) => attemptsAfter(ledger, before).length, limit === 1 ? 1 : 4)
    },
    answer: () => server.faults([]),
    wire: async () => attemptsAfter(await server.ledger(), before),
  }
}

const names = (attempts: readonly Attempt[]) => attempts.map(({ path }) => path.replace('/api/', ''))
const answered = (rows: Locator) => rows.filter({ hasText: 'answered' })

for (const limit of [1, 6])
  for (const way of ['through Redux', 'through broker.fetch'] as const)
    test(`ten asks ${way} with a limit of ${limit} are four requests in their order, and ten answers`, async ({
      demo,
      server,
    }) => {
      const lab = await openLab(demo, server, { limit, way })

      await lab.ask()
      await lab.answer()

      await expect(answered(lab.rows)).toHaveCount(10)
      const wire = await lab.wire()
      expect(wire).toHaveLength(4)
      // Six at once may overtake each other on their way. The scheduler's own record tells in which order they began.
      if (limit === 1) expect(names(wire)).toEqual(inOrder)
      else expect(new Set(names(wire))).toEqual(new Set(inOrder))
      for (const [place, name] of inOrder.entries())
        for (const row of await lab.rows.filter({ hasText: new RegExp(`^${name}Priority`) }).all())
          await expect(row).toContainText(`in request ${place + 1}`)
    })

test('a waiting read moves forward when one subscriber raises its priority', async ({ demo, server }) => {
  const lab = await openLab(demo, server, { limit: 1 })
  await lab.ask()

  await demo.page.getByLabel('Priority of me/groups').first().selectOption('1')
  await lab.answer()

  await expect(answered(lab.rows)).toHaveCount(10)
  expect(names(await lab.wire())).toEqual(['me', 'me/groups', 'posts/top', 'notifs/count'])
})

test('a waiting read stays in the queue until its last subscriber leaves', async ({ demo, server }) => {
  const lab = await openLab(demo, server, { limit: 1 })
  await lab.ask()

  await demo.page.getByRole('button', { name: 'Cancel posts/top' }).first().click()
  for (const cancel of await demo.page.getByRole('button', { name: 'Cancel notifs/count' }).all())
    await cancel.click()
  await lab.answer()

  await expect(answered(lab.rows)).toHaveCount(7)
  await expect(lab.rows.filter({ hasText: 'cancelled' })).toHaveCount(3)
  expect(names(await lab.wire())).toEqual(['me', 'posts/top', 'me/groups'])
})

test('a request in flight is aborted when its last subscriber leaves', async ({ demo, server }) => {
  const lab = await openLab(demo, server, { limit: 1 })
  await lab.ask()

  const cancels = await demo.page.getByRole('button', { name: 'Cancel me', exact: true }).all()
  for (const cancel of cancels.slice(1)) await cancel.click()
  await expect(lab.rows.filter({ hasText: 'sent in request 1' })).toHaveCount(1)
  expect(names(await lab.wire())).toEqual(['me'])
  await cancels[0]?.click()
  await ledgerWith(server, async () => (await lab.wire())[0]?.status, 'aborted')
  await lab.answer()

  await expect(lab.rows.filter({ hasText: 'cancelled' })).toHaveCount(4)
  await expect(answered(lab.rows)).toHaveCount(6)
  expect(names(await lab.wire())).toEqual(inOrder)
})
