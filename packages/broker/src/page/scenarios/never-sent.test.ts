// A page that is closed while a POST is on its way to the network: what had not left is sent by the next page.
import { type ActionCreatorWithPayload, createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { type AppOptions, openApp } from '../../../test/page-fixture.js'
import { type RequestTemplate, type WriteOptions, write } from '../../index.js'
import { answer, createTestWorld, held, type TestTab, type TestWorld } from '../../testing/index.js'

type Pay = { readonly id: string }
type Route = Partial<WriteOptions<ActionCreatorWithPayload<Pay>, unknown>>

function openPay(world: TestWorld, more: AppOptions = {}, route: Route = {}) {
  const pay = write(createAction<Pay>('pay'), {
    request: ({ id }): RequestTemplate => ({ url: `/api/pay/${id}`, body: {} }),
    ...route,
  })
  const app = openApp(world, { routes: [pay], ...more })
  const states = () => Object.values(app.outbox().entries).map(({ state }) => state)
  return { ...app, states, pay: (id: string) => app.store.dispatch(pay({ id })) }
}

const ok = () => answer(200, {})
const urlsOf = ({ network }: TestWorld) =>
  network.requests.map(({ url }) => url.replace('https://app.test/api/pay/', ''))

/** From now on the tab's knocks get no answer, as on a line that hangs. */
function hangKnocks({ ports }: TestTab) {
  ports.network.knock = () => new Promise(() => {})
}

describe('a POST to a plain server whose page is closed', () => {
  it.each([
    ['while prepareHeaders renews a token, and the origin has just answered', 'broker', 'fresh'],
    ['while prepareHeaders renews a token, and nothing has answered lately', 'broker', 'stale'],
    ['while the headers of its route are awaited, and the origin has just answered', 'route', 'fresh'],
  ])('%s, is sent by the next page', async (_when, whose, how) => {
    const world = createTestWorld({ network: ok })
    let isSlow = false
    const wait = () => (isSlow ? new Promise<undefined>(() => {}) : undefined)
    const options = whose === 'broker' ? { prepareHeaders: wait } : {}
    const route = whose === 'route' ? { headers: async () => (await wait()) ?? {} } : {}
    const first = openPay(world, options, route)
    await world.settle()
    first.pay('before')
    await world.clock.advance(how === 'fresh' ? 0 : 10_000)
    isSlow = true
    first.pay('p1')
    await world.clock.advance(2_000)
    first.tab.crash()
    isSlow = false
    const next = openPay(world, options, route)
    await world.clock.advance(60_000)

    expect(urlsOf(world)).toEqual(['before', 'p1'])
    expect(next.states()).toEqual([])
  })

  it.each([
    ['its headers took longer than an answer vouches for', 6_000],
    ['and its headers came at once', 0],
  ])('while it knocks, %s, is sent by the next page', async (_why, headersMs) => {
    const world = createTestWorld({ network: ok })
    const tab = world.tab()
    let isSlow = false
    const prepareHeaders = () =>
      isSlow
        ? new Promise<undefined>((done) => void world.clock.after(headersMs, () => done(undefined)))
        : undefined
    const first = openPay(world, { tab, prepareHeaders })
    await world.settle()
    first.pay('before')
    await world.clock.advance(headersMs === 0 ? 6_000 : 0)
    isSlow = true
    hangKnocks(tab)
    first.pay('p1')
    await world.clock.advance(8_000)
    expect(urlsOf(world)).toEqual(['before'])
    tab.crash()
    isSlow = false
    const next = openPay(world, { prepareHeaders })
    await world.clock.advance(60_000)

    expect(urlsOf(world)).toEqual(['before', 'p1'])
    expect(next.states()).toEqual([])
  })

  it.each(['no headers', 'headers'])(
    'after it was sent, with %s to prepare, is in doubt as before',
    async (which) => {
      const world = createTestWorld({ network: ok })
      const options = which === 'headers' ? { prepareHeaders: () => undefined } : {}
      const first = openPay(world, options)
      await world.settle()
      world.network.next(held().reply)
      first.pay('p1')
      await world.settle()
      first.tab.crash()
      const next = openPay(world, options)
      await world.clock.advance(60_000)

      expect(urlsOf(world)).toEqual(['p1'])
      expect(next.states()).toEqual(['inDoubt'])
    },
  )
})

describe('a POST whose origin has just answered', () => {
  /** How often a tap waits for the disk before its request leaves. */
  async function strictWrites(options: AppOptions) {
    const world = createTestWorld({ network: ok })
    const tab = world.tab()
    const { transact } = tab.ports.store
    let writes = 0
    const app = openPay(world, { ...options, tab })
    await world.settle()
    app.pay('first')
    await world.settle()
    tab.ports.store.transact = (mode, durability, work) => {
      if (world.network.requests.length === 1 && durability === 'strict') writes += 1
      return transact(mode, durability, work)
    }
    app.pay('next')
    await world.settle()
    expect(urlsOf(world)).toEqual(['first', 'next'])
    return writes
  }

  it('waits for two writes only, its capture and its claim, if no headers are prepared', async () => {
    expect(await strictWrites({})).toBe(2)
  })

  it('waits for a third write if headers are prepared: the sent mark', async () => {
    expect(await strictWrites({ prepareHeaders: () => undefined })).toBe(3)
  })
})
