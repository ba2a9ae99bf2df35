// A phone whose clock is ahead gets the right time with its network.
import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { createTestWorld } from '../../testing/index.js'

const hour = 3_600_000

describe.each(['like', 'clap'] as const)(
  'a %s that was made offline with a clock ahead by an hour',
  (how) => {
    it.each(['at the online event', 'by resume()', 'after a reload'])(
      'is sent once the network and the right time are there: %s',
      async (by) => {
        const world = createTestWorld()
        const app = openApp(world)
        await world.settle()
        world.setOnline(false)
        app[how]('p1')
        await world.clock.advance(60_000)
        world.clock.jump(-hour)
        world.setOnline(true)
        await world.settle()
        if (by === 'by resume()') await app.broker.resume()
        if (by === 'after a reload') {
          app.tab.crash()
          openApp(world)
        }
        await world.clock.advance(120_000)
        expect(world.network.requests).toHaveLength(1)
      },
    )
  },
)

describe.each([1, 24])('the clock is set back by %i h', (hours) => {
  it('while an origin is away: what waits is sent when it is back', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    await world.settle()
    world.network.setReachable(false)
    app.like('p1')
    await world.clock.advance(60_000)
    world.clock.jump(-hours * hour)
    world.network.setReachable(true)
    await world.clock.advance(60_000)
    expect({ reports: world.reports, waiting: app.outbox().waiting }).toEqual({ reports: [], waiting: 0 })
  })
})
