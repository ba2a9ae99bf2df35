import { describe, expect, it } from 'vitest'
import { clapped } from '../../../test/page-fixture.js'
import { loadMe, openReads } from '../../../test/reads-fixture.js'
import { acknowledge, answer, createTestWorld } from '../../testing/index.js'

const ada = answer(200, { name: 'Ada' })
const ends = ({ types }: ReturnType<typeof openReads>) => types().filter((type) => type.includes('/load/'))

describe('a read that meets a 401', () => {
  it('is not asked for in a storm by resume() in several tabs', async () => {
    const world = createTestWorld({ network: answer(401) })
    const apps = [openReads(world), openReads(world), openReads(world)]
    for (const app of apps) app.dispatch(loadMe())
    await world.settle()
    const before = world.network.requests.length
    await Promise.all(apps.map((app) => app.broker.resume()))
    await world.clock.advance(600_000)
    expect([before, world.network.requests.length]).toEqual([3, 6])
  })

  it('in another tab is asked for again too when one tab resumes', async () => {
    const world = createTestWorld({ network: ada })
    world.network.next(answer(401), answer(401))
    const apps = [openReads(world), openReads(world)]
    for (const app of apps) app.dispatch(loadMe())
    await world.settle()
    await apps[0]?.broker.resume()
    await world.clock.advance(1_000)
    for (const app of apps) expect(ends(app)).toEqual(['me/load/returned', 'me/load/delivered'])
  })

  it('ends with the pause that a page found at its start', async () => {
    let isOver = true
    const world = createTestWorld({
      network: (request) => (isOver ? answer(401) : acknowledge(request, { name: 'Ada' })),
    })
    const options = { routes: [loadMe, clapped], sessionProbe: '/api/session' }
    const first = openReads(world, options)
    first.dispatch(clapped({ postId: 'p1' }))
    await world.clock.advance(1_000)
    first.tab.crash()
    const app = openReads(world, options)
    app.dispatch(loadMe())
    await world.clock.advance(1_000)
    isOver = false
    await world.clock.advance(60_000)
    expect(ends(app)).toEqual(['me/load/returned', 'me/load/delivered'])
  })

  it.each([-86_400_000, 86_400_000])('the pause ends although the clock jumped by %i', async (jump) => {
    let isOver = true
    const world = createTestWorld({
      network: (request) => (isOver ? answer(401) : acknowledge(request, { name: 'Ada' })),
    })
    const app = openReads(world, { routes: [loadMe, clapped], sessionProbe: '/api/session' })
    app.dispatch(loadMe())
    app.dispatch(clapped({ postId: 'p1' }))
    await world.clock.advance(20_000)
    isOver = false
    world.clock.jump(jump)
    await world.clock.advance(60_000)
    expect(ends(app)).toEqual(['me/load/returned', 'me/load/delivered'])
    expect(app.store.getState().broker.waiting).toBe(0)
  })
})
