// An entry is taken back while its tab crashes, freezes or changes its user.
import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { openApp, signedIn, signedOut } from '../../../test/page-fixture.js'
import { cancel, discardAll, retry, write } from '../../index.js'
import { acknowledge, answer, createTestWorld, held } from '../../testing/index.js'

const pay = write(createAction<{ id: string }>('pay'), {
  request: ({ id }) => ({ url: `/api/pay/${id}`, body: {} }),
})

function openKnocking() {
  const world = createTestWorld({ network: () => answer(200, {}) })
  const knocks: ((status: number) => void)[] = []
  const open = (who?: string) => {
    const tab = world.tab()
    tab.ports.network.knock = () => new Promise((resolve) => void knocks.push(resolve))
    return openApp(world, { tab, routes: [pay], ...(who && { who }) })
  }
  return {
    world,
    knocks,
    open,
    letAll: () => {
      for (const f of knocks.splice(0)) f(200)
    },
  }
}

describe('a knock', () => {
  it('whose entry was cancelled by another tab, and whose tab crashes as it ends, sends nothing', async () => {
    const { world, open, letAll } = openKnocking()
    const here = open()
    await world.settle()
    const there = open()
    const receipt = here.store.dispatch(pay({ id: '1' }))
    await world.clock.advance(100)
    expect(await cancel(there.broker, receipt.id)).toBe('cancelled')
    letAll()
    here.tab.crash()
    await world.clock.advance(60_000)
    letAll()
    await world.clock.advance(60_000)
    expect(world.network.requests).toEqual([])
    expect(there.outbox()).toMatchObject({ waiting: 0, entries: {} })
  })

  it.each([0, 1, 2, 3, 5, 8, 12, 20])(
    'whose tab crashes %i turns after it ended: the entry has its effect once, or is in doubt',
    async (turns) => {
      const { world, open, letAll } = openKnocking()
      const here = open()
      await world.settle()
      const there = open()
      await world.settle()
      here.store.dispatch(pay({ id: '1' }))
      await world.clock.advance(100)
      letAll()
      for (let i = 0; i < turns; i++) await Promise.resolve()
      here.tab.crash()
      for (let i = 0; i < 10; i++) {
        await world.clock.advance(10_000)
        letAll()
      }
      await world.clock.advance(60_000)
      const states = Object.values(there.outbox().entries).map(({ state }) => state)
      expect(world.network.requests.length).toBeLessThanOrEqual(1)
      if (world.network.requests.length === 0) expect(states).toEqual(['inDoubt'])
    },
  )

  it('of a frozen tab: a cancel by another tab holds when it thaws', async () => {
    const { world, open, letAll } = openKnocking()
    const here = open()
    await world.settle()
    const there = open()
    const receipt = here.store.dispatch(pay({ id: '1' }))
    await world.clock.advance(100)
    here.tab.freeze()
    expect(await cancel(there.broker, receipt.id)).toBe('cancelled')
    letAll()
    await world.clock.advance(120_000)
    letAll()
    here.tab.thaw()
    await world.clock.advance(10_000)
    expect(world.network.requests).toEqual([])
    expect(await receipt.settled).toEqual({ status: 'cancelled' })
    expect(await receipt.cancel()).toBe('cancelled')
    expect(world.reports).toEqual([])
  })

  it('while its user signs out and in again: cancel tells the truth', async () => {
    const { world, open, letAll } = openKnocking()
    const here = open()
    await world.settle()
    const receipt = here.store.dispatch(pay({ id: '1' }))
    await world.clock.advance(100)
    here.store.dispatch(signedOut())
    here.store.dispatch(signedIn('ada'))
    const said = await cancel(here.broker, receipt.id)
    letAll()
    for (let i = 0; i < 5; i++) {
      await world.clock.advance(10_000)
      letAll()
    }
    expect([said, world.network.requests.length]).toEqual(['cancelled', 0])
    expect(world.reports).toEqual([])
  })
})

describe('cancel after a retry of a letter whose first request may have arrived', () => {
  it('is not called cancelled, since the effect may have happened', async () => {
    const world = createTestWorld({ network: () => answer(200, {}) })
    const app = openApp(world, { routes: [pay] })
    await world.settle()
    const first = held()
    world.network.next(first.reply)
    const receipt = app.store.dispatch(pay({ id: '1' }))
    await world.settle()
    first.release({ kind: 'cut', status: 200 })
    await world.clock.advance(1_000)
    const state = app.outbox().entries[receipt.id]?.state
    world.setOnline(false)
    await world.settle()
    await retry(app.broker, receipt.id)
    await world.settle()
    const said = await cancel(app.broker, receipt.id)
    expect([state, said]).toEqual(['inDoubt', 'tooLate'])
  })
})

describe('a receipt', () => {
  it('cancelled at the same time thrice and by discardAll says cancelled each time', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    await world.settle()
    world.setOnline(false)
    const receipt = app.clap('p1')
    const said = await Promise.all([
      receipt.cancel(),
      receipt.cancel(),
      discardAll(app.broker),
      receipt.cancel(),
    ])
    expect(said.filter((one) => typeof one === 'string')).toEqual(['cancelled', 'cancelled', 'cancelled'])
    const other = app.clap('p1')
    await world.clock.advance(1_000)
    expect(await Promise.all([other.cancel(), cancel(app.broker, other.id), other.cancel()])).toEqual([
      'cancelled',
      'notFound',
      'cancelled',
    ])
    expect(app.post('p1')?.claps).toBe(0)
  })

  it('of a user who left says tooLate and ends', async () => {
    const world = createTestWorld({ network: (r) => acknowledge(r, {}) })
    const app = openApp(world)
    await world.settle()
    world.setOnline(false)
    const receipt = app.clap('p1')
    await world.clock.advance(1_000)
    app.store.dispatch(signedOut())
    await world.settle()
    expect(await receipt.cancel()).toBe('tooLate')
    app.store.dispatch(signedIn('bob'))
    expect(await receipt.cancel()).toBe('tooLate')
    app.store.dispatch(signedIn('ada'))
    await world.settle()
    expect(await receipt.cancel()).toBe('cancelled')
  })
})

describe('the index', () => {
  it('after a turn of sign-outs and captures holds nothing of another user and nothing that ended', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    await world.settle()
    app.clap('p1')
    app.store.dispatch(signedOut())
    for (let i = 0; i < 30; i++) app.clap('p2')
    app.store.dispatch(signedIn('bob'))
    app.clap('p3')
    app.store.dispatch(signedOut())
    for (let i = 0; i < 30; i++) app.clap('p2')
    await world.clock.advance(1_000)
    expect(app.outbox().entries).toEqual({})
    app.store.dispatch(signedIn('bob'))
    await world.clock.advance(10_000)
    expect(app.outbox()).toMatchObject({ entries: {}, waiting: 0 })
  })
})
