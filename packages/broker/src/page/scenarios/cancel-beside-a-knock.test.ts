// A command meets the very moment at which a knock ends.
import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { type App, openApp } from '../../../test/page-fixture.js'
import { cancel, discardAll, type Receipt, write } from '../../index.js'
import { answer, createTestWorld } from '../../testing/index.js'

const pay = write(createAction<{ id: string }>('pay'), {
  request: ({ id }) => ({ url: `/api/pay/${id}`, body: {} }),
  lane: () => 'pay',
})

type Canceller = 'its receipt' | 'another tab' | 'discardAll'
type Wait = 'its knock' | 'its headers'

/** Cancels so many turns after the wait ends. Below zero the cancel comes first. */
async function race(turns: number, by: Canceller, wait: Wait, isOfOlderTab: boolean) {
  const world = createTestWorld({ network: () => answer(200, {}) })
  const waits: (() => void)[] = []
  const untilEnded = <T>(result: T) => new Promise<T>((resolve) => void waits.push(() => resolve(result)))
  const endWaits = () => {
    for (const end of waits.splice(0)) end()
  }
  const open = () => {
    const tab = world.tab()
    if (wait === 'its knock') tab.ports.network.knock = () => untilEnded(200)
    const prepareHeaders = () => untilEnded(undefined)
    return openApp(world, { tab, routes: [pay], ...(wait === 'its headers' && { prepareHeaders }) })
  }
  const older = open()
  await world.settle()
  const newer = open()
  await world.settle()
  const [one, other] = isOfOlderTab ? [older, newer] : [newer, older]
  const receipt = one.store.dispatch(pay({ id: 'p1' }))
  await world.clock.advance(100)

  const steps = [endWaits, () => cancelBy(by, receipt, other.broker)] as const
  const [first, last] = turns < 0 ? [steps[1], steps[0]] : steps
  const begun = first()
  for (let i = 0; i < Math.abs(turns); i++) await Promise.resolve()
  const ended = last()
  for (let i = 0; i < 6; i++) {
    await world.clock.advance(1_000)
    endWaits()
  }
  return {
    said: (await begun) ?? (await ended),
    sent: world.network.requests.length,
    reports: world.reports,
    waiting: one.outbox().waiting,
  }
}

async function cancelBy(by: Canceller, receipt: Receipt<unknown>, other: App['broker']): Promise<string> {
  if (by === 'its receipt') return receipt.cancel()
  if (by === 'another tab') return cancel(other, receipt.id)
  const { cancelled, uncertain } = await discardAll(other)
  if (cancelled === 1) return 'cancelled'
  return uncertain === 1 ? 'tooLate' : 'nothing'
}

describe.each(['its receipt', 'another tab', 'discardAll'] as const)('an entry cancelled by %s', (by) => {
  it.each<[Wait, string, boolean]>([
    ['its knock', 'older', true],
    ['its knock', 'newer', false],
    ['its headers', 'older', true],
    ['its headers', 'newer', false],
  ])(
    'as the wait for %s ends in the %s tab is told as cancelled exactly where nothing was sent',
    async (wait, _tab, isOfOlderTab) => {
      const seen = new Set<unknown>()
      for (let turns = -12; turns < 48; turns += 3) {
        const { said, ...rest } = await race(turns, by, wait, isOfOlderTab)
        seen.add(said)
        const sent = said === 'cancelled' ? 0 : 1
        expect({ turns, said, ...rest }).toEqual({ turns, said, sent, reports: [], waiting: 0 })
      }
      expect([...seen]).toEqual(expect.arrayContaining(['cancelled', 'tooLate']))
    },
  )
})
