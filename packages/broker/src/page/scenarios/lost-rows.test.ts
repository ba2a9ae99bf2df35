// Rows of entries that something deleted while no page was open: the next page says how many.
import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { keySpan } from '../../core/rows/key-spans.js'
import { acknowledgeLoss } from '../../index.js'
import { createTestWorld } from '../../testing/index.js'

describe('entries whose rows were deleted', () => {
  it.each([
    [6, [1, 2, 3, 4, 5]],
    [6, [0, 1, 2, 3, 4, 5]],
    [4, [0]],
    [3, [2]],
  ])('are reported, and the rest of %i is delivered: places %j', async (count, places) => {
    const world = createTestWorld()
    world.setOnline(false)
    const before = openApp(world)
    for (let n = 0; n < count; n++) before.clap('p1')
    await world.settle()
    await before.broker.stop()
    await world.store.transact('readwrite', 'strict', async (tx) => {
      const rows = await tx.list(keySpan('entries', []), 10)
      for (const place of places) tx.delete('entries', [rows[place]?.partition ?? '', rows[place]?.seq ?? 0])
    })
    world.setOnline(true)
    const [app, other] = [openApp(world), openApp(world)]
    await world.clock.advance(60_000)

    for (const { outbox } of [app, other])
      expect(outbox()).toMatchObject({ waiting: 0, lost: { upTo: places.length, restored: 0 } })
    expect(world.network.requests).toHaveLength(count - places.length)
    await acknowledgeLoss(app.broker)
    await world.settle()
    expect(openApp(world).outbox().lost).toBeUndefined()
    expect(other.outbox().lost).toBeUndefined()
  })
})
