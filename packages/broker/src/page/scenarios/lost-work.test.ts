// A page whose browser loses its database, at the start of the page and under it.
import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { createFakeDevice } from '../../core/fixtures/device.fixture.js'
import { keySpan } from '../../core/rows/key-spans.js'
import { acknowledgeLoss } from '../../index.js'
import { createTestWorld } from '../../testing/index.js'
import { offline, openOn } from '../fixtures/lost-work.fixture.js'

describe('a page whose database was wiped while it was open', () => {
  it('goes on from a full copy, with the same view and a receipt that settles', async () => {
    const [device, world] = [createFakeDevice(), await offline()]
    const app = openOn(device, world)
    await app.broker.ready
    const receipt = app.clap('p1')
    await world.settle()

    device.wipe()
    app.focus()
    await world.settle()
    const { lost, waiting } = app.outbox()
    const shown = app.post('p1')?.claps
    world.setOnline(true)
    await world.settle()

    expect(lost).toMatchObject({ upTo: 0, restored: 1 })
    expect([waiting, shown]).toEqual([1, 1])
    expect(await receipt.settled).toMatchObject({ status: 'delivered' })
    expect(world.network.requests).toHaveLength(1)
    expect(app.post('p1')?.claps).toBe(1)
    expect(world.reports).toEqual([])
  })

  it('removes changes that are lost for good, says why, and never looks as if all had been delivered', async () => {
    const [device, world] = [createFakeDevice({ hasCopy: false }), await offline()]
    const app = openOn(device, world)
    await app.broker.ready
    const receipt = app.clap('p1')
    await world.settle()

    device.wipe()
    app.focus()
    await world.settle()

    expect(await receipt.settled).toEqual({
      status: 'returned',
      reason: 'storageLost',
      httpStatus: undefined,
    })
    expect(app.post('p1')).toMatchObject({ claps: 0, problem: 'storageLost' })
    expect(app.outbox()).toMatchObject({ waiting: 0, lost: { upTo: 1, restored: 0 } })
    expect(app.outbox().entries[receipt.id]).toMatchObject({ state: 'returned', reason: 'storageLost' })
  })

  it.each([
    ['a copy', {}],
    ['a note', { hasCopy: false }],
    ['no backup at all', { hasCopy: false, hasNote: false }],
  ])('accepts and delivers later captures, with %s', async (_, has) => {
    const [device, world] = [createFakeDevice(has), createTestWorld()]
    const app = openOn(device, world)
    await app.broker.ready
    for (let i = 0; i < 3; i++) {
      app.clap('p1')
      await world.settle()
    }

    device.wipe()
    const first = app.clap('p1')
    const second = app.clap('p2')
    await world.clock.advance(20_000)

    expect((await first.settled).status).toBe('delivered')
    expect((await second.settled).status).toBe('delivered')
    expect([app.post('p1')?.claps, app.post('p2')?.claps]).toEqual([4, 1])
    expect(app.outbox()).toMatchObject({ waiting: 0, lost: undefined })
  })

  it.each([1, 3, 5])(
    'reports the number of lost entries that it knows, %i of 5, if another realm found the loss first with fewer',
    async (known) => {
      const [device, world] = [createFakeDevice({ hasCopy: false, hasNote: false }), await offline()]
      const worker = device.realm()
      const app = openOn(device, world)
      await app.broker.ready
      for (let i = 1; i <= 5; i++) {
        app.clap('p1')
        await world.settle()
        // The worker has looked at the rows then, and has tried them often.
        if (i === known)
          await worker.transact('readwrite', 'relaxed', async (tx) => {
            for (const row of await tx.list(keySpan('partitions', []), 9))
              tx.put('partitions', { ...row, claims: (row.claims ?? 0) + 100 })
          })
      }

      device.wipe()
      await worker.transact('readonly', 'relaxed', async () => {})
      app.focus()
      await world.settle()

      expect(app.outbox()).toMatchObject({ waiting: 0, lost: { upTo: 5, restored: 0 } })
      expect(app.post('p1')?.claps).toBe(0)
      await acknowledgeLoss(app.broker)
      app.focus()
      await world.settle()
      expect(app.outbox().lost).toBeUndefined()
    },
  )

  it('shows a loss in every tab until one of them acknowledges it', async () => {
    const [device, world] = [createFakeDevice({ hasCopy: false }), await offline()]
    const one = openOn(device, world)
    const other = openOn(device, world)
    await Promise.all([one.broker.ready, other.broker.ready])
    one.clap('p1')
    await world.settle()

    device.wipe()
    one.focus()
    other.focus()
    await world.settle()
    const found = [one.outbox().lost?.upTo, other.outbox().lost?.upTo]
    await acknowledgeLoss(other.broker)
    await world.settle()

    expect(found).toEqual([1, 1])
    expect([one.outbox().lost, other.outbox().lost]).toEqual([undefined, undefined])
    expect(one.post('p1')?.claps).toBe(0)
    expect(other.post('p1')?.claps).toBe(0)
  })
})

describe('an entry of a page', () => {
  it('counts as accepted when its copy is stored too, if there is a second bucket', async () => {
    const world = await offline()
    const tab = world.tab()
    const copied: (() => void)[] = []
    const backup = {
      kind: () => 'mirror' as const,
      copied: () => new Promise<void>((resolve) => void copied.push(resolve)),
    }
    const app = openApp(world, { tab: { ...tab, ports: { ...tab.ports, backup } } })
    await app.broker.ready
    const { id } = app.clap('p1')
    await world.settle()
    world.tab().ports.bus.post('changed')
    await world.settle()
    const { waiting, entries } = app.outbox()
    const before = entries[id]?.state
    expect(waiting).toBe(1)

    copied[0]?.()
    await world.settle()

    expect([before, app.outbox().entries[id]?.state]).toEqual(['capturing', 'accepted'])
  })
})
