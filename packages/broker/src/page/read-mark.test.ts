import { describe, expect, it } from 'vitest'
import { makeBroker, openApp } from '../../test/page-fixture.js'
import { markRead } from '../index.js'
import { acknowledge, answer, createTestWorld, held, noAnswer } from '../testing/index.js'

/** A read may be believed only where nothing that touches it was uncertain while it ran (P8). */
describe('markRead', () => {
  const start = async () => {
    const world = createTestWorld()
    const app = openApp(world)
    await world.settle()
    return { world, app }
  }

  it('trusts a read if nothing happened meanwhile', async () => {
    const { world, app } = await start()

    const mark = await markRead(app.broker)

    expect(mark.readAt).toBe(world.clock.now())
    expect([...(await mark.touchedLanes())]).toEqual([])
  })

  it('trusts a read while an entry waits that was never sent', async () => {
    const { world, app } = await start()
    world.setOnline(false)
    app.clap('p1')
    await world.settle()

    const mark = await markRead(app.broker)

    expect([...(await mark.touchedLanes())]).toEqual([])
  })

  it('names a lane whose entry was in flight when the read began and has settled since', async () => {
    const { world, app } = await start()
    const { reply, release } = held()
    world.network.next(reply)
    app.clap('p1')
    await world.settle()

    const mark = await markRead(app.broker)
    release(answer(422))
    await world.settle()

    expect([...(await mark.touchedLanes())]).toEqual(['post:p1'])
  })

  it('names a lane whose entry was sent and settled while the read ran', async () => {
    const { world, app } = await start()

    const mark = await markRead(app.broker)
    app.clap('p1')
    await world.settle()

    expect(app.outbox().waiting).toBe(0)
    expect([...(await mark.touchedLanes())]).toEqual(['post:p1'])
  })

  it('names a lane whose entry was claimed while the read ran and is still on its way', async () => {
    const { world, app } = await start()
    world.network.next(held().reply)

    const mark = await markRead(app.broker)
    app.clap('p1')
    await world.settle()

    expect([...(await mark.touchedLanes())]).toEqual(['post:p1'])
  })

  it('names a lane with an attempt of unknown effect', async () => {
    const { world, app } = await start()
    world.network.next(noAnswer({ timedOut: true }))
    app.clap('p1')
    await world.settle()

    const mark = await markRead(app.broker)

    expect([...(await mark.touchedLanes())]).toEqual(['post:p1'])
  })

  it('names a lane that settled before the read while the view still showed its entry as pending', async () => {
    const { world, app } = await start()
    const frames: (() => void)[] = []
    Object.assign(app.tab.host, { frame: (callback: () => void) => frames.push(callback) })
    app.clap('p1')
    await world.settle()

    const mark = await markRead(app.broker)
    const shownWaiting = app.outbox().waiting
    for (const paint of frames) paint()
    await world.settle()

    expect(shownWaiting).toBe(1)
    expect(app.outbox().waiting).toBe(0)
    expect([...(await mark.touchedLanes())]).toEqual(['post:p1'])
  })

  it('trusts a read that began after all entries had settled', async () => {
    const { world, app } = await start()
    app.clap('p1')
    await world.settle()

    const mark = await markRead(app.broker)

    expect([...(await mark.touchedLanes())]).toEqual([])
  })

  it('sees entries of other tabs', async () => {
    const { world, app } = await start()
    const other = openApp(world)
    await world.settle()

    const mark = await markRead(app.broker)
    other.clap('p2')
    await world.settle()

    expect([...(await mark.touchedLanes())]).toEqual(['post:p2'])
  })

  it('trusts every read while nobody is signed in, and without a store', async () => {
    const world = createTestWorld({ network: (request) => acknowledge(request, {}) })
    const app = openApp(world, { who: undefined })

    for (const broker of [app.broker, makeBroker(undefined)]) {
      const mark = await markRead(broker)
      expect([...(await mark.touchedLanes())]).toEqual([])
    }
  })
})
