import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import type { Reply } from '../../core/network/network.js'
import { deadLetters, retry } from '../../index.js'
import { createTestWorld, noAnswer } from '../../testing/index.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

const invalid: Reply = { kind: 'invalid', message: "TypeError: 'x y' is no name of a header." }

describe('a request that cannot be built', () => {
  it('is returned at once with an explanation, and was never sent', async () => {
    const world = createTestWorld()
    world.network.next(invalid)
    const app = openApp(world)

    const receipt = app.clap('p1')
    await world.settle()

    expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'invalidRequest' })
    expect(await deadLetters(app.broker)).toMatchObject([
      { reason: 'invalidRequest', attempts: 0, problem: expect.stringContaining('no name of a header') },
    ])
    expect(app.post('p1')).toMatchObject({ claps: 0, problem: 'invalidRequest' })
  })

  it('says nothing about the network, so entries behind it and in other lanes go on', async () => {
    const world = createTestWorld()
    world.network.next(invalid, invalid, invalid)
    const app = openApp(world)

    for (const post of ['p1', 'p2', 'p3', 'p1', 'p2']) app.clap(post)
    await world.settle()

    expect(app.outbox()).toMatchObject({ connectivity: 'online', waiting: 0, deadLetters: 3 })
    expect(world.network.requests).toHaveLength(5)
  })

  it('does not make an unreachable origin look healthy', async () => {
    const world = createTestWorld()
    let user = 'ada'
    const app = openApp(world, { prepareHeaders: (headers) => headers.set('x-user', user) })
    world.network.setReachable(false)
    for (const post of ['p1', 'p2']) app.clap(post)
    await world.settle()
    expect(app.outbox().connectivity).toBe('offline')

    user = '李'
    app.tab.host.focus()
    await world.clock.advance(1_500)

    expect(app.outbox()).toMatchObject({ connectivity: 'offline', deadLetters: 1 })
  })

  it('is sent again by `retry` once the app can build it', async () => {
    const world = createTestWorld()
    let user = '李'
    const app = openApp(world, { prepareHeaders: (headers) => headers.set('x-user', user) })
    const receipt = app.clap('p1')
    await world.settle()
    expect((await receipt.settled).status).toBe('returned')

    user = 'li'
    await retry(app.broker, receipt.id)
    await world.settle()

    expect(world.network.requests.map(({ headers }) => headers['x-user'])).toEqual(['li'])
  })

  it('differs from a `prepareHeaders` that throws, after which the entry waits', async () => {
    const world = createTestWorld()
    let isOver = false
    const app = openApp(world, {
      async prepareHeaders() {
        if (!isOver) throw new TypeError('Failed to fetch')
      },
    })
    const receipt = app.clap('p1')
    await world.settle()
    await world.clock.advance(1_800_000)
    expect(app.outbox()).toMatchObject({ waiting: 1, deadLetters: 0 })

    isOver = true
    await world.clock.advance(300_000)

    expect((await receipt.settled).status).toBe('delivered')
  })

  it('keeps the effect of an earlier attempt, which was sent', async () => {
    const world = createTestWorld()
    world.network.next(noAnswer(), invalid)
    const app = openApp(world)
    app.clap('p1')
    await world.settle()
    await world.clock.advance(60_000)

    expect(await deadLetters(app.broker)).toMatchObject([{ reason: 'failuresMax', attempts: 1 }])
  })
})
