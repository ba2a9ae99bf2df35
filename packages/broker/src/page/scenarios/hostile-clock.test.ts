import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { createTestWorld } from '../../testing/index.js'

const hour = 3_600_000
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
