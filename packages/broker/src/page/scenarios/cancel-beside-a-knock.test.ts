// A command meets the very moment at which a knock ends.
import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { cancel, discardAll, write } from '../../index.js'
import { answer, createTestWorld } from '../../testing/index.js'

const pay = write(createAction<{ id: string }>('pay'), {
  request: ({ id }) => ({ url: `/api/pay/${id}`, body: {} }),
  lane: () => 'pay',
})

async function race(
  turns: number,
  by: 'receipt' | 'otherTab' | 'discardAll',
  prepare: boolean,
  senderFirst: boolean,
) {
  const world = createTestWorld({ network: () => answer(200, {}) })
  const knocks: ((status: number) => void)[] = []
  const heads: (() => void)[] = []
  const open = () => {
    const tab = world.tab()
    tab.ports.network.knock = () => new Promise((resolve) => void knocks.push(resolve))
    return openApp(world, {
      tab,
      routes: [pay],
      ...(prepare && {
        prepareHeaders: () => new Promise((resolve) => heads.push(() => resolve({ a: 'b' }))),
      }),
    } as never)
  }
  const here = open()
  await world.settle()
  const there = open()
  await world.settle()
  const [one, other] = senderFirst ? [here, there] : [there, here]
  const receipt = one.store.dispatch(pay({ id: 'p1' }))
  await world.clock.advance(100)
  const go = () => {
    if (prepare) for (const f of heads.splice(0)) f()
    else for (const f of knocks.splice(0)) f(200)
  }
  const command = () =>
    by === 'receipt'
      ? receipt.cancel()
      : by === 'otherTab'
        ? cancel(other.broker, receipt.id)
        : discardAll(other.broker).then(({ cancelled, uncertain }) =>
            cancelled === 1 ? 'cancelled' : uncertain === 1 ? 'tooLate' : 'none',
          )
  let said: Promise<string>
  if (turns >= 0) {
    go()
    for (let i = 0; i < turns; i++) await Promise.resolve()
    said = command()
  } else {
    said = command()
    for (let i = 0; i > turns; i--) await Promise.resolve()
    go()
  }
  for (let i = 0; i < 6; i++) {
    await world.clock.advance(1_000)
    for (const f of heads.splice(0)) f()
    for (const f of knocks.splice(0)) f(200)
  }
  return {
    said: await said,
    sent: world.network.requests.length,
    reports: world.reports,
    waiting: one.outbox().waiting,
  }
}

describe.each(['receipt', 'otherTab', 'discardAll'] as const)('by %s', (by) => {
  describe.each([true, false])('headers prepared: %s', (prepare) => {
    it.each([true, false])(
      'cancelled exactly where nothing was sent; dispatched in the older tab: %s',
      async (first) => {
        const seen = new Set<string>()
        for (let turns = -12; turns < 48; turns += 3) {
          const { said, sent, reports, waiting } = await race(turns, by, prepare, first)
          seen.add(`${said} ${sent}`)
          expect({ turns, said, sent, reports, waiting }).toEqual({
            turns,
            said,
            sent: said === 'cancelled' ? 0 : 1,
            reports: [],
            waiting: 0,
          })
        }
        expect(seen.size).toBeGreaterThan(0)
      },
      120_000,
    )
  })
})
