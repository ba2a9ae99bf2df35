import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { createFakeDevice } from '../../core/fixtures/device.fixture.js'
import { offline, openOn } from '../fixtures/lost-work.fixture.js'

describe('a page that starts on a wiped database', () => {
  it('restores everything from the copy into its view, and delivers it once', async () => {
    const [device, world] = [createFakeDevice(), await offline()]
    const before = openOn(device, world)
    await before.broker.ready
    before.clap('p1')
    before.like('p2')
    await world.settle()
    before.tab.crash()

    device.wipe()
    const app = openOn(device, world)
    await app.broker.ready
    const shown = [app.post('p1')?.claps, app.post('p2')?.likedByMe]
    world.setOnline(true)
    await world.settle()

    expect(shown).toEqual([1, true])
    expect(world.network.requests).toHaveLength(2)
    expect(app.outbox()).toMatchObject({ waiting: 0, lost: { upTo: 0, restored: 2 } })
  })

  it('P6 finds the outbox of its user under the same name, and shows no other user’s', async () => {
    const [device, world] = [createFakeDevice(), await offline()]
    const ada = openOn(device, world)
    await ada.broker.ready
    ada.clap('p1')
    await world.settle()
    ada.tab.crash()
    device.wipe()

    const grace = openOn(device, world, { who: 'grace' })
    await grace.broker.ready
    const ofGrace = grace.outbox()
    grace.tab.crash()
    const again = openOn(device, world)
    await again.broker.ready

    expect(ofGrace).toMatchObject({ waiting: 0, lost: undefined })
    expect(again.outbox()).toMatchObject({ waiting: 1, lost: { upTo: 0, restored: 1 } })
  })
})

describe('a page that starts on a full disk', () => {
  it('shows and sends waiting entries, although nothing can be written at its sign-in', async () => {
    const [device, world] = [createFakeDevice(), await offline()]
    const before = openOn(device, world)
    await before.broker.ready
    before.clap('p1')
    await world.settle()
    before.tab.crash()
    const tab = world.tab()
    const realm = device.realm()
    let isFull = true
    const store: typeof realm = {
      ...realm,
      transact: (mode, durability, work) =>
        realm.transact(mode, durability, (tx) => work(isFull ? { ...tx, put: refuse } : tx)),
    }
    const refuse = () => {
      throw new DOMException('no room', 'QuotaExceededError')
    }

    const app = openApp(world, { server: 'idempotent', tab: { ...tab, ports: { ...tab.ports, store } } })
    await app.broker.ready
    const refused = await app.clap('p2').settled
    const { waiting } = app.outbox()
    isFull = false
    world.setOnline(true)
    await world.clock.advance(20_000)

    expect(refused).toEqual({ status: 'notAccepted', reason: 'storageFull' })
    expect([waiting, app.post('p2')?.claps]).toEqual([1, 0])
    expect(world.network.requests).toHaveLength(1)
    expect(app.outbox().waiting).toBe(0)
  })
})
