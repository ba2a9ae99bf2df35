import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { openReads, signedIn } from '../../../test/reads-fixture.js'
import { type ReadOptions, read } from '../../index.js'
import { answer, createTestWorld, held } from '../../testing/index.js'

type Options = Partial<ReadOptions<never, unknown>>

/** An app whose requests say which team, or which language, is chosen. */
function open(name: string, more: Options = {}, options: Parameters<typeof openReads>[1] = {}) {
  let chosen = 'red'
  const world = createTestWorld({ network: ({ headers }) => answer(200, { of: headers[name] }) })
  const load = read(createAction('list/load'), { request: () => '/api/list', ...more })
  const app = openReads(world, {
    routes: [load],
    prepareHeaders: async (headers) => {
      headers.set(name, chosen)
      headers.set('authorization', `Bearer ${Math.floor(world.clock.now() / 1_000)}`)
      headers.set('x-request-id', String(world.clock.now()))
    },
    ...options,
  })
  const ask = () => {
    const receipt = app.dispatch(load())
    return receipt
  }
  const answered = async (receipt: ReturnType<typeof ask>) => {
    await world.clock.advance(5_000)
    return ((await receipt.settled) as { answer?: { of?: string } }).answer?.of
  }
  return { world, app, ask, answered, read: () => answered(ask()), choose: (to: string) => (chosen = to) }
}

describe.each(['x-team', 'accept-language', 'x-tenant'])('an answer that depends on %s', (name) => {
  it('is not shared with a request for another value while in flight', async () => {
    const { world, ask, answered, choose, app } = open(name)
    const { reply, release } = held()
    world.network.next(reply)
    const red = ask()
    await world.settle()

    choose('blue')
    expect(await answered(ask())).toBe('blue')
    release(answer(200, { of: 'red' }))

    expect(await answered(red)).toBe('red')
    expect(app.wire()).toEqual(['list', 'list'])
  })

  it('is not given for another value, fresh or offline', async () => {
    const { world, read: load, choose, app } = open(name, { freshForMs: 60_000 })
    expect(await load()).toBe('red')
    choose('blue')
    expect(await load()).toBe('blue')
    choose('red')
    expect(await load()).toBe('red')
    expect(app.wire()).toHaveLength(2)

    await world.clock.advance(120_000)
    world.setOnline(false)
    expect(await load()).toBe('red')
    choose('green')
    expect(await load()).toBeUndefined()
    choose('blue')
    expect(await load()).toBe('blue')
  })

  it('is for the value at the time of asking, although the request waits in the queue', async () => {
    const { world, app, ask, answered, choose } = open(name, {}, { limits: { readsMax: 1 } })
    const { reply, release } = held()
    world.network.next(reply)
    void app.broker.fetch('/api/slow')
    await world.settle()
    const red = ask()
    await world.settle()

    choose('blue')
    release(answer(200, {}))

    expect(await answered(red)).toBe('red')
  })
})

describe('an answer', () => {
  it('is shared and kept if only credentials and traces differ', async () => {
    const { world, app, ask, read: load } = open('x-team')
    const all = [ask(), ask(), ask()]
    await world.clock.advance(2_000)
    expect(app.wire()).toEqual(['list'])
    for (const { settled } of all) expect(await settled).toMatchObject({ status: 'delivered' })

    world.setOnline(false)
    expect(await load()).toBe('red')
  })

  it('is shared if only headers of `ignoreHeaders` differ', async () => {
    let nonce = 0
    const { world, app, ask } = open(
      'x-team',
      {},
      {
        how: { ignoreHeaders: ['X-Signature'] },
        prepareHeaders: (headers) => headers.set('x-signature', String(++nonce)),
      },
    )
    ask()
    ask()
    await world.settle()

    expect(app.wire()).toEqual(['list'])
  })

  it.each([
    ['throws', () => Promise.reject(new Error('no token'))],
    ['hangs', () => new Promise<never>(() => {})],
  ])('is given offline if it depends on no header and prepareHeaders %s', async (_name, broken) => {
    let prepare: () => Promise<void> = async () => {}
    const { world, read: load } = open('x-team', {}, { prepareHeaders: () => prepare() })
    expect(await load()).toBeUndefined()
    world.network.always(answer(200, { of: 'nobody' }))
    expect(await load()).toBe('nobody')

    prepare = broken
    world.setOnline(false)
    await world.clock.advance(1_000)
    const receipt = load()
    await world.clock.advance(5_000)

    expect(await receipt).toBe('nobody')
  })

  it('is not kept if its identifying headers are unknown', async () => {
    let isBroken = true
    const { world, read: load } = open(
      'x-team',
      {},
      {
        prepareHeaders: async (headers) => {
          headers.set('x-team', 'red')
          if (isBroken) {
            isBroken = false
            throw new Error('no token yet')
          }
        },
      },
    )
    expect(await load()).toBe('red')

    isBroken = true
    world.setOnline(false)
    expect(await load()).toBeUndefined()
  })

  it('is not given to a subscriber that left, or signed out, while headers were prepared', async () => {
    const world = createTestWorld()
    const load = read(createAction('list/load'), { request: () => '/api/list' })
    let go = () => {}
    const app = openReads(world, {
      routes: [load],
      prepareHeaders: () => new Promise<void>((resolve) => (go = resolve)),
    })
    const left = app.dispatch(load())
    await left.cancel()
    const cancelled = app.dispatch(load())
    const fetched = app.broker.fetch('/api/x').catch(({ name }: Error) => name)
    await world.settle()
    app.dispatch(signedIn('bob'))
    go()
    await world.clock.advance(5_000)

    expect([await left.settled, await cancelled.settled]).toEqual([
      { status: 'cancelled' },
      { status: 'cancelled' },
    ])
    expect(await fetched).toBe('AbortError')
    expect(app.wire()).toEqual([])
  })
})
