// Reads that found the session of their user over, and the user who signs in again.
import { describe, expect, it } from 'vitest'
import { clapped } from '../../../test/page-fixture.js'
import { loadMe, loadPost, openReads } from '../../../test/reads-fixture.js'
import { acknowledge, answer, createTestWorld, held } from '../../testing/index.js'

const ada = answer(200, { name: 'Ada' })
const ends = ({ types }: ReturnType<typeof openReads>) => types().filter((type) => type.includes('/load/'))

describe('a read on screen that found the session over', () => {
  it.each([401, 419, 440, 498])('with a %i is asked for again by broker.resume()', async (status) => {
    const world = createTestWorld({ network: ada })
    world.network.next(answer(status))
    const app = openReads(world, status === 498 ? { session: { endedBy: [498] } } : {})
    app.dispatch(loadMe())
    await world.settle()
    const before = ends(app)

    await app.broker.resume()
    await world.settle()
    await app.broker.resume()
    await world.settle()

    expect(before).toEqual(['me/load/returned'])
    expect(ends(app)).toEqual(['me/load/returned', 'me/load/delivered'])
    expect(app.store.getState().me.name).toBe('Ada')
  })

  it('is asked for again in all tabs if the session probe ends the pause of the outbox', async () => {
    let isOver = true
    const world = createTestWorld({
      network: (request) => (isOver ? answer(401) : acknowledge(request, { name: 'Ada' })),
    })
    const options = { routes: [loadMe, clapped], sessionProbe: '/api/session' }
    const apps = [openReads(world, options), openReads(world, options)]
    for (const app of apps) app.dispatch(loadMe())
    apps[0]?.dispatch(clapped({ postId: 'p1' }))
    await world.clock.advance(1_000)

    isOver = false
    await world.clock.advance(60_000)

    for (const app of apps) expect(ends(app)).toEqual(['me/load/returned', 'me/load/delivered'])
  })

  it('also where its request was on the wire as broker.resume() was called, and was refused after that', async () => {
    const world = createTestWorld({ network: ada })
    const late = held()
    world.network.next(late.reply)
    const app = openReads(world)
    app.dispatch(loadMe())
    await world.settle()
    await app.broker.resume()
    await world.settle()
    late.release(answer(401))
    await world.clock.advance(60_000)
    expect(ends(app)).toEqual(['me/load/returned', 'me/load/delivered'])
  })

  it('is asked for again ten times at most while the session stays half open', async () => {
    const world = createTestWorld({
      network: ({ url }) => (url.endsWith('/session') ? ada : answer(401)),
    })
    const app = openReads(world, { routes: [loadMe, clapped], sessionProbe: '/api/session' })
    app.dispatch(loadMe())
    app.dispatch(clapped({ postId: 'p1' }))
    await world.clock.advance(3_600_000)
    const wire = app.wire()
    const count = (name: string) => wire.filter((one) => one === name).length
    expect(count('me')).toBeLessThanOrEqual(11)
  })

  it('is not asked for again once its subscribers left', async () => {
    const world = createTestWorld({ network: answer(401) })
    const app = openReads(world)
    const receipt = app.dispatch(loadMe())
    await world.settle()
    await receipt.cancel()

    await app.broker.resume()
    await world.settle()

    expect(app.wire()).toEqual(['me'])
  })
})

it('a read that the server answered or refused otherwise is not asked for again by broker.resume()', async () => {
  const world = createTestWorld({ network: ({ url }) => (url.endsWith('me') ? ada : answer(404)) })
  const app = openReads(world)
  app.dispatch(loadMe())
  app.dispatch(loadPost({ id: 'p1' }))
  await world.settle()

  await app.broker.resume()
  await world.settle()

  expect(app.wire()).toEqual(['me', 'posts/p1'])
})
