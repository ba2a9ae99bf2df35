import { describe, expect, it } from 'vitest'
import { openApp, signedIn } from '../../../test/page-fixture.js'
import { deadLetters, discardAll, outboxEntries } from '../../index.js'
import { answer, createTestWorld, held } from '../../testing/index.js'

const nothing = { waiting: 0, deadLetters: 0, entries: {} }

describe('discardAll', () => {
  it('removes waiting entries, those in flight and dead letters from the view of all tabs', async () => {
    const world = createTestWorld()
    const [here, there] = [openApp(world), openApp(world)]
    await world.settle()
    world.network.next(answer(422))
    here.like('p1')
    await world.settle()
    const { reply, release } = held()
    world.network.next(reply)
    const flying = there.clap('p2')
    await world.settle()
    world.setOnline(false)
    const waiting = [there.clap('p2'), here.clap('p3')]
    await world.settle()

    expect(await discardAll(here.broker)).toEqual({ cancelled: 2, uncertain: 1, letters: 1 })
    await world.settle()
    for (const tab of [here, there]) {
      expect(tab.outbox()).toEqual(expect.objectContaining(nothing))
      expect([tab.post('p2')?.claps, tab.post('p3')?.claps]).toEqual([0, 0])
    }
    for (const { settled } of [flying, ...waiting]) expect(await settled).toEqual({ status: 'cancelled' })
    expect(await deadLetters(there.broker)).toEqual([])
    expect(await outboxEntries(there.broker)).toEqual([])

    release(answer(200, {}))
    world.setOnline(true)
    await world.settle()

    expect(world.network.requests).toHaveLength(2)
    expect(here.types()).not.toContain('posts/clapped/delivered')
    expect(world.reports).toEqual([])
  })

  it('cancels captures that are not on disk yet, too', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    await world.settle()
    const receipts = [app.clap('p1'), app.like('p2')]

    expect(await discardAll(app.broker)).toEqual({ cancelled: 2, uncertain: 0, letters: 0 })
    await world.settle()

    for (const { settled } of receipts) expect(await settled).toEqual({ status: 'cancelled' })
    expect(app.outbox()).toEqual(expect.objectContaining(nothing))
    expect(world.network.requests).toHaveLength(0)
  })

  it('keeps entries that are captured after it', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const app = openApp(world)
    app.clap('p1')
    await world.settle()
    await discardAll(app.broker)
    const receipt = app.clap('p1')
    await world.settle()

    expect(app.outbox().waiting).toBe(1)
    expect(app.post('p1')?.claps).toBe(1)
    world.setOnline(true)
    await world.settle()
    expect((await receipt.settled).status).toBe('delivered')
  })

  it("P6 changes no other user's outbox, and discards nothing while nobody is signed in", async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const app = openApp(world)
    app.clap('p1')
    await world.settle()
    const none = { cancelled: 0, uncertain: 0, letters: 0 }

    app.store.dispatch(signedIn('bob'))
    expect(await discardAll(app.broker)).toEqual(none)
    expect(await discardAll(openApp(createTestWorld(), { who: undefined }).broker)).toEqual(none)
    app.store.dispatch(signedIn('ada'))
    await world.settle()

    expect(app.outbox().waiting).toBe(1)
  })
})
