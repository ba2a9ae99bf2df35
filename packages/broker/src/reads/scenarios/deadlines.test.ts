import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { loadMe, openReads, signedIn } from '../../../test/reads-fixture.js'
import { read } from '../../index.js'
import { answer, createTestWorld, held } from '../../testing/index.js'
import { liked, loadFeed, routes } from '../fixtures/feed.fixture.js'

const impatient = (options: { readonly queueTimeoutMs?: number; readonly requestTimeoutMs?: number }) =>
  read(createAction('impatient'), { request: () => '/api/me', ...options })

describe('a read with a time limit', () => {
  it('in the queue ends if it was not sent by then, and not afterwards', async () => {
    const world = createTestWorld({ network: held().reply })
    const route = impatient({ queueTimeoutMs: 1_000 })
    const app = openReads(world, { routes: [route, loadMe], limits: { readsMax: 1 } })
    const sent = app.dispatch(route())
    await world.settle()
    const waiting = app.broker.fetch('/api/other', { queueTimeoutMs: 1_000 }).catch((error: unknown) => error)

    await world.clock.advance(1_000)

    expect(await waiting).toMatchObject({ name: 'TimeoutError' })
    expect(app.wire()).toEqual(['me'])
    expect(await Promise.race([sent.settled, 'open'])).toBe('open')
  })

  it('in the queue ends also if it joins a request that is to be sent once more', async () => {
    const like = held()
    const feed = held()
    const world = createTestWorld({ network: like.reply })
    const app = openReads(world, { routes })
    world.network.next(feed.reply)
    app.dispatch(loadFeed())
    await world.settle()
    app.dispatch(liked({ id: 1 }))
    await world.settle()
    feed.release(answer(200, {}))
    await world.settle()

    const joined = app.broker.fetch('/api/feed', { queueTimeoutMs: 1_000 }).catch((error: unknown) => error)
    await world.clock.advance(1_000)

    expect(app.wire()).toEqual(['feed', 'posts/1/like'])
    expect(await Promise.race([joined, 'open'])).toMatchObject({ name: 'TimeoutError' })
  })

  it('on the wire ends if its answer takes longer, without the time in the queue', async () => {
    const world = createTestWorld()
    const first = held()
    world.network.next(first.reply, held().reply)
    const route = impatient({ requestTimeoutMs: 1_000 })
    const app = openReads(world, { routes: [route, loadMe], limits: { readsMax: 1 } })
    void app.broker.fetch('/api/first')
    await world.settle()

    const receipt = app.dispatch(route())
    await world.clock.advance(5_000)
    first.release(answer(200, {}))
    await world.clock.advance(999)
    const before = await Promise.race([receipt.settled, 'open'])
    await world.clock.advance(1)

    expect(before).toBe('open')
    expect(await receipt.settled).toEqual({ status: 'returned', reason: 'timeout', httpStatus: undefined })
    expect(app.types().at(-1)).toBe('impatient/returned')
  })

  it('does not affect other subscribers, and the store gets no failure', async () => {
    const { reply, release } = held()
    const world = createTestWorld({ network: reply })
    const route = impatient({ requestTimeoutMs: 1_000 })
    const app = openReads(world, { routes: [route] })
    const early = app.dispatch(route())
    await world.clock.advance(500)
    const late = app.dispatch(route())

    await world.clock.advance(600)
    const typesThen = app.types()
    release(answer(200, {}))
    await world.settle()

    expect(await early.settled).toMatchObject({ status: 'returned', reason: 'timeout' })
    expect(typesThen).toEqual(['impatient', 'impatient'])
    expect((await late.settled).status).toBe('delivered')
  })

  it('that joins a request in flight has its whole time from then', async () => {
    const world = createTestWorld({ network: held().reply })
    const route = impatient({ requestTimeoutMs: 1_000 })
    const app = openReads(world, { routes: [route] })
    void app.broker.fetch('/api/me')
    await world.clock.advance(700)
    const receipt = app.dispatch(route())

    await world.clock.advance(999)
    const before = await Promise.race([receipt.settled, 'open'])
    await world.clock.advance(1)

    expect(before).toBe('open')
    expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'timeout' })
  })

  it('ends after limits.attemptMs on the wire in any case', async () => {
    const world = createTestWorld({ network: held().reply })
    const app = openReads(world, { limits: { attemptMs: 2_000 } })
    const receipt = app.dispatch(loadMe())

    await world.clock.advance(2_000)

    expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'timeout' })
  })

  it('is combined with the caller’s signal: the first abort is the reason', async () => {
    const world = createTestWorld({ network: held().reply })
    const app = openReads(world)
    const caller = new AbortController()
    await world.settle()
    const request = new Request('https://app.test/api/me', { signal: caller.signal })
    const both = [
      app.broker.fetch(request, { requestTimeoutMs: 1_000 }),
      app.broker.fetch('/api/other', { requestTimeoutMs: 1_000, signal: caller.signal }),
      app.broker.fetch('/api/slow', { requestTimeoutMs: 500, signal: caller.signal }),
    ].map((promise) => promise.catch((error: unknown) => error))

    await world.clock.advance(700)
    caller.abort(new Error('left the screen'))

    const [one, other, slow] = await Promise.all(both)
    expect(one).toEqual(new Error('left the screen'))
    expect(other).toEqual(new Error('left the screen'))
    expect(slow).toMatchObject({ name: 'TimeoutError' })
  })
})

describe('all subscribers leave', () => {
  it.each([
    ['the user changes', (app: ReturnType<typeof openReads>) => void app.dispatch(signedIn('bob'))],
    ['the user leaves', (app: ReturnType<typeof openReads>) => void app.dispatch(signedIn(undefined))],
    ['the page is put away', (app: ReturnType<typeof openReads>) => app.tab.host.hidePage()],
    ['the broker is stopped', (app: ReturnType<typeof openReads>) => void app.broker.stop()],
  ])('when %s: in the queue, on the wire, and with unmet conditions', async (_name, leave) => {
    const world = createTestWorld({ network: held().reply })
    const route = read(createAction('at/night'), {
      request: () => '/api/night',
      when: { between: { from: '01:00', to: '01:01' } },
    })
    const app = openReads(world, { routes: [loadMe, route], limits: { readsMax: 1 } })
    const receipts = [app.dispatch(loadMe()), app.dispatch(route())]
    await world.settle()
    const fetched = app.broker.fetch('/api/waits').catch((error: unknown) => error)
    await world.settle()

    leave(app)
    await world.settle()

    for (const { settled } of receipts) expect(await settled).toEqual({ status: 'cancelled' })
    expect(await fetched).toMatchObject({ name: 'AbortError' })
    expect(app.types().filter((type) => type.includes('/returned'))).toEqual([])
    expect(app.wire()).toEqual(['me'])
    expect(world.reports).toEqual([])
  })

  it('when the user changes while headers are prepared, and nothing is sent', async () => {
    const world = createTestWorld()
    let go = () => {}
    const app = openReads(world, {
      prepareHeaders: (headers) =>
        new Promise((resolve) => {
          go = () => resolve(headers)
        }),
    })
    const receipt = app.dispatch(loadMe())
    await world.settle()

    app.dispatch(signedIn('bob'))
    go()
    await world.settle()

    expect((await receipt.settled).status).toBe('cancelled')
    expect(app.wire()).toEqual([])
  })

  it('and a late answer reaches none of them, while the next user’s read gets its own', async () => {
    const world = createTestWorld()
    const adas = held()
    world.network.next(adas.reply, answer(200, { name: 'Bob' }))
    const app = openReads(world)
    app.dispatch(loadMe())
    await world.settle()

    app.dispatch(signedIn('bob'))
    const receipt = app.dispatch(loadMe())
    adas.release(answer(200, { name: 'Ada' }))
    await world.settle()

    expect(await receipt.unwrap()).toEqual({ name: 'Bob' })
    expect(app.store.getState().me.name).toBe('Bob')
    expect(app.types().filter((type) => type === 'me/load/delivered')).toHaveLength(1)
  })
})
