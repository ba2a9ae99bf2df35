import { describe, expect, it } from 'vitest'
import { loadMe, loadPost, namesPath, openReads, tenCalls, withSignals } from '../../../test/reads-fixture.js'
import { watchReads } from '../../index.js'
import { answer, createTestWorld, held } from '../../testing/index.js'

const inOrder = ['me', 'posts/top', 'notifs/count', 'me/groups']

/** What the ten actions ask for, as a caller of `broker.fetch` would. */
const paths: Readonly<Record<string, readonly [string, number]>> = {
  'me/load': ['/api/me', 1],
  'posts/top': ['/api/posts/top', 2],
  'notifs/count': ['/api/notifs/count', 3],
  'me/groups': ['/api/me/groups', 4],
}

describe('the ten calls of a start', () => {
  it.each([1, 6])('make four requests in their order, with a limit of %i', async (readsMax) => {
    const world = createTestWorld({ network: namesPath })
    const app = openReads(world, { limits: { readsMax } })
    const orders: string[] = []
    watchReads(app.broker, ({ kind, order, url }) => kind === 'sent' && orders.push(`${order} ${url}`))

    const receipts = tenCalls.map((call) => app.dispatch(call))
    await world.settle()

    expect(app.wire()).toEqual(inOrder)
    expect(orders).toEqual(inOrder.map((name, i) => `${i + 1} https://app.test/api/${name}`))
    const settled = await Promise.all(receipts.map((receipt) => receipt.settled))
    expect(settled.map(({ status }) => status)).toEqual(tenCalls.map(() => 'delivered'))
    expect(app.types().filter((type) => type.endsWith('/delivered'))).toHaveLength(4)
    expect(app.store.getState().me.name).toBe('/api/me')
    expect(world.reports).toEqual([])
  })

  it.each([1, 6])('make four requests through broker.fetch, with a limit of %i', async (readsMax) => {
    const world = createTestWorld({ network: namesPath })
    const app = openReads(world, { limits: { readsMax } })
    await world.settle()

    const answers = tenCalls.map(async ({ type }) => {
      const [path = '', priority = 5] = paths[type as string] ?? []
      return (await app.broker.fetch(path, { priority })).json()
    })
    await world.settle()

    expect(app.wire()).toEqual(inOrder)
    expect(await Promise.all(answers)).toEqual(
      tenCalls.map(({ type }) => ({ name: paths[type as string]?.[0] })),
    )
  })

  it('are not shared with a read that accepts a 304 as an answer', async () => {
    const world = createTestWorld({
      network: ({ headers }) => answer(headers['if-none-match'] === undefined ? 200 : 304),
    })
    const app = openReads(world)
    const request = new Request('https://app.test/api/me', { headers: { 'if-none-match': '"1"' } })

    const responses = [app.broker.fetch(request), app.broker.fetch('/api/me')]
    await world.settle()

    expect((await Promise.all(responses)).map(({ status }) => status)).toEqual([304, 200])
  })

  it('all fail if no response can be made from an answer', async () => {
    const world = createTestWorld({ network: answer(999) })
    const app = openReads(world)

    const responses = [1, 2].map(() => app.broker.fetch('/api/me').catch(({ name }: Error) => name))
    await world.settle()

    expect(await Promise.all(responses)).toEqual(['RangeError', 'RangeError'])
  })

  it('are shared by dispatched reads and broker.fetch', async () => {
    const world = createTestWorld({ network: namesPath })
    const app = openReads(world)

    const receipt = app.dispatch(loadMe())
    const response = app.broker.fetch('/api/me#top')
    await world.settle()

    expect(app.wire()).toEqual(['me'])
    expect(await receipt.unwrap()).toEqual({ name: '/api/me' })
    expect(await (await response).json()).toEqual({ name: '/api/me' })
  })
})

describe('subscribers of one request', () => {
  it('that ask with a higher priority raise it', async () => {
    const world = createTestWorld({ network: namesPath })
    const app = openReads(world, { limits: { readsMax: 1 } })
    const fetch = (path: string, priority: number) => void app.broker.fetch(path, { priority })
    await world.settle()
    const { reply, release } = held()
    world.network.next(reply)

    fetch('/api/first', 5)
    await world.settle()
    for (const path of ['/api/a', '/api/b', '/api/c']) fetch(path, 5)
    await world.settle()
    fetch('/api/c', 1)
    fetch('/api/b', 9)
    release(answer(200, {}))
    await world.settle()

    expect(app.wire()).toEqual(['first', 'c', 'a', 'b'])
  })

  it('that ask in one turn have the priority of the most urgent one', async () => {
    const world = createTestWorld({ network: namesPath })
    const app = openReads(world, { limits: { readsMax: 1 } })
    await world.settle()

    for (const [path, priority] of [
      ['/api/a', 5],
      ['/api/b', 9],
      ['/api/b', 1],
      ['/api/b', 7],
    ] as const)
      void app.broker.fetch(path, { priority })
    await world.settle()

    expect(app.wire()).toEqual(['b', 'a'])
  })

  it('leave one by one: the request ends with the last one only', async () => {
    const signals: AbortSignal[] = []
    const world = createTestWorld({ network: held().reply })
    const tab = world.tab()
    const app = openReads(world, { tab: withSignals(tab, signals) })
    const [one, other] = [app.dispatch(loadMe()), app.dispatch(loadMe())]
    await world.settle()

    expect(await one.cancel()).toBe('cancelled')
    const afterOne = signals.map(({ aborted }) => aborted)
    expect(await other.cancel()).toBe('cancelled')

    expect(afterOne).toEqual([false])
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    expect(await one.settled).toEqual({ status: 'cancelled' })
    expect(await other.settled).toEqual({ status: 'cancelled' })
    expect(app.types()).toEqual(['me/load', 'me/load'])
  })

  it('that stay get their answer, even if another leaves twice', async () => {
    const { reply, release } = held()
    const world = createTestWorld({ network: reply })
    const app = openReads(world)
    const [one, other] = [app.dispatch(loadMe()), app.dispatch(loadMe())]
    await world.settle()

    await one.cancel()
    await one.cancel()
    release(answer(200, { name: 'Ada' }))
    await world.settle()

    expect(await other.settled).toMatchObject({ status: 'delivered', answer: { name: 'Ada' } })
    expect(app.store.getState().me.name).toBe('Ada')
  })

  it('that mount, leave and mount again in one turn make one request', async () => {
    const world = createTestWorld({ network: namesPath })
    const app = openReads(world)

    const first = app.dispatch(loadMe())
    void first.cancel()
    const second = app.dispatch(loadMe())
    await world.settle()

    expect(app.wire()).toEqual(['me'])
    expect((await first.settled).status).toBe('cancelled')
    expect((await second.settled).status).toBe('delivered')
  })

  it('that leave before it was sent remove it from the queue', async () => {
    const world = createTestWorld({ network: held().reply })
    const app = openReads(world, { limits: { readsMax: 1 } })
    app.dispatch(loadMe())
    await world.settle()

    const waiting = app.dispatch(loadPost({ id: 'p1' }))
    await world.settle()
    await waiting.cancel()
    await app.broker.fetch('/api/me', { signal: AbortSignal.abort() }).catch(() => {})
    await world.settle()

    expect((await waiting.settled).status).toBe('cancelled')
    expect(app.wire()).toEqual(['me'])
  })

  it('each get an answer of their own to read', async () => {
    const world = createTestWorld({ network: answer(200, { many: true }) })
    const app = openReads(world)
    await world.settle()

    const all = await Promise.all([1, 2, 3].map(() => app.broker.fetch('/api/me')))
    await world.settle()

    expect(await Promise.all(all.map((response) => response.json()))).toEqual(
      [1, 2, 3].map(() => ({ many: true })),
    )
  })
})
