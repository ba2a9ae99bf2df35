import { describe, expect, it } from 'vitest'
import { loadMe, loadPost, namesPath, openReads } from '../../../test/reads-fixture.js'
import { limitReads, type ReadEvent, watchReads } from '../../index.js'
import { createTestWorld, held } from '../../testing/index.js'

describe('a watcher', () => {
  it('is told when each request waits, is sent and ends, with its subscribers', async () => {
    const world = createTestWorld()
    const app = openReads(world)
    const events: Omit<ReadEvent, 'at'>[] = []
    const stop = watchReads(app.broker, ({ at: _at, ...event }) => events.push(event))

    app.dispatch(loadMe())
    app.dispatch(loadMe())
    await world.settle()
    stop()
    app.dispatch(loadPost({ id: 'p1' }))
    await world.settle()

    const one = { id: 1, url: 'https://app.test/api/me', priority: 1 }
    expect(events).toEqual([
      { ...one, kind: 'waiting', readers: 1 },
      { ...one, kind: 'sent', readers: 2, order: 1 },
      { ...one, kind: 'ended', readers: 2 },
    ])
  })

  it('is told the last priority of a request that all subscribers have left', async () => {
    const world = createTestWorld({ network: held().reply })
    const app = openReads(world)
    const events: ReadEvent[] = []
    watchReads(app.broker, (event) => events.push(event))

    const receipt = app.dispatch(loadMe())
    await world.settle()
    await receipt.cancel()

    expect(events.at(-1)).toMatchObject({ kind: 'ended', priority: 1, readers: 0 })
  })

  it('that throws is reported, and stops nothing', async () => {
    const world = createTestWorld({ network: namesPath })
    const app = openReads(world)
    watchReads(app.broker, () => {
      throw new Error('no watcher')
    })

    const receipt = app.dispatch(loadMe())
    await world.settle()

    expect((await receipt.settled).status).toBe('delivered')
    expect(world.reports).toHaveLength(3)
  })

  it('may change the number of reads in flight', async () => {
    const world = createTestWorld({ network: held().reply })
    const app = openReads(world, { limits: { readsMax: 1 } })
    for (const id of ['1', '2', '3']) app.dispatch(loadPost({ id }))
    await world.settle()
    const before = app.wire()

    limitReads(app.broker, 3)
    await world.settle()

    expect(before).toEqual(['posts/1'])
    expect(app.wire()).toEqual(['posts/1', 'posts/2', 'posts/3'])
  })
})
