import { expect, it } from 'vitest'
import { capture } from '../fixtures/entry.fixture.js'
import { outbox, recover } from '../fixtures/outbox.fixture.js'
import { deactivate } from '../outbox/partition.js'
import { createSentMark } from './attempt.js'

/** An attempt that was claimed while its origin had just answered. */
async function claimed(server: 'idempotent' | 'plain') {
  const box = outbox()
  await box.activate()
  await box.accept([capture('a', { server })])
  const [entry] = await box.claim({ reachability: { isFresh: () => true } })
  if (entry === undefined) throw new Error('Nothing was claimed.')
  const reports: unknown[] = []
  const ports = { store: box.store, report: (error: unknown) => void reports.push(error) }
  const row = async () => (await box.contents()).entries[0]
  return { box, entry, row, ports, ...createSentMark(ports, entry) }
}

it('an attempt that has to wait after all has not left: the next executor sends it', async () => {
  const { box, row, hold } = await claimed('plain')

  hold?.()
  await recover(box.store, 'p', 7)

  expect(await row()).toMatchObject({ state: 'waiting', effect: 'none', attempts: 0 })
})

it('and has from the moment at which it may leave', async () => {
  const { box, row, hold, mayLeave } = await claimed('plain')

  hold?.()
  expect(await mayLeave?.(true)).toBe(true)
  await recover(box.store, 'p', 7)

  expect(await row()).toMatchObject({ state: 'inDoubt', trouble: { reason: 'interrupted' } })
})

it.each([
  ['what leaves at once', 'plain', false],
  ['what may be repeated', 'idempotent', true],
] as const)('nothing is written of %s', async (_what, server, waits) => {
  const { row, hold, mayLeave } = await claimed(server)
  const before = await row()

  if (waits) hold?.()
  expect(await mayLeave?.(waits)).toBe(true)

  expect(await row()).toEqual(before)
})

it.each(['plain', 'idempotent'] as const)(
  'P4 P6 what waited (%s) does not leave where another executor has it, or its user has signed out',
  async (server) => {
    const [lost, left] = [await claimed(server), await claimed(server)]
    for (const { hold } of [lost, left]) hold?.()
    await recover(lost.box.store, 'p', 7)
    await left.box.write((tx) => deactivate(tx, 'p', 0))

    expect(await lost.mayLeave?.(true)).toBe(false)
    expect(await left.mayLeave?.(true)).toBe(false)
  },
)
