// Once a user has left, the disk and the page know the time that a server asked for, and nothing of the user.
import { type Action, createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { type App, clapped, openApp, signedIn, signedOut } from '../../../test/page-fixture.js'
import { keySpan } from '../../core/rows/key-spans.js'
import type { Store } from '../../core/rows/store-port.js'
import { cancel, deadLetters, discard, discardAll, write } from '../../index.js'
import { answer, held, noAnswer } from '../../testing/index.js'
import { clap, clapAndSettle, found, open } from '../fixtures/left-on-disk.fixture.js'

const api = 'https://api.test'
const saved = write(createAction<string>('saved'), {
  request: (path) => ({ url: `${api}/${path}`, method: 'PUT', body: {} }),
  lane: (path) => `lane of ${path}`,
})
const options = { routes: [saved, clapped], origins: [api] }

const originsOf = (store: Store) =>
  store.transact('readonly', 'relaxed', (tx) => tx.list(keySpan('origins', []), 9))
const firstOf = ({ outbox }: App) => Object.keys(outbox().entries)[0] ?? ''

type Box = ReturnType<typeof open>
const leave = async ({ world, app }: Box, next: Action) => {
  app.store.dispatch(next)
  await world.settle()
}

describe('a wait that a server asked for', () => {
  it.each<[string, number, Record<string, string>, (box: Box) => Promise<App>]>([
    [
      'discardAll',
      429,
      { 'retry-after': '600' },
      async ({ app }) => {
        await discardAll(app.broker)
        return app
      },
    ],
    [
      'discardAll, a sign-out and a sign-in',
      429,
      { 'retry-after': '600' },
      async (box) => {
        await discardAll(box.app.broker)
        await leave(box, signedOut())
        await leave(box, signedIn('ada'))
        return box.app
      },
    ],
    [
      'a sign-out with nothing waiting, and a reload',
      429,
      { 'retry-after': '601' },
      async (box) => {
        await cancel(box.app.broker, firstOf(box.app))
        await leave(box, signedOut())
        box.app.tab.crash()
        return openApp(box.world, options)
      },
    ],
    [
      'a change of the user with nothing waiting',
      429,
      { 'retry-after': 'Fri, 15 Jan 2027 08:10:00 GMT' },
      async (box) => {
        await cancel(box.app.broker, firstOf(box.app))
        await leave(box, signedIn('bob'))
        return box.app
      },
    ],
    [
      'a sign-out that another tab of the user has not heard of',
      429,
      { 'retry-after': '600' },
      async (box) => {
        openApp(box.world, options)
        await box.world.clock.advance(1)
        await cancel(box.app.broker, firstOf(box.app))
        await leave(box, signedOut())
        await box.world.clock.advance(5_000)
        await leave(box, signedIn('bob'))
        return box.app
      },
    ],
    [
      'a sign-out with work kept',
      429,
      { 'retry-after': '600' },
      async (box) => {
        await leave(box, signedOut())
        await leave(box, signedIn('bob'))
        return box.app
      },
    ],
  ])('is respected after %s', async (_, status, headers, go) => {
    const box = open(options)
    const { world, app, store } = box
    await world.settle()
    world.network.next(answer(status, {}, headers))
    app.store.dispatch(saved('secret'))
    await world.settle()
    expect(await originsOf(store)).toMatchObject([{ origin: api, rest: { kind: 'told' } }])

    const later = await go(box)
    await world.settle()
    expect(JSON.stringify(await originsOf(store))).not.toContain('secret')
    later.store.dispatch(saved('next'))
    await world.clock.advance(500_000)
    expect(world.network.requests).toHaveLength(1)

    await world.clock.advance(150_000)
    expect(world.network.requests.length).toBeGreaterThan(1)
  })

  it('is removed by the first sign-out or discardAll after its end', async () => {
    for (const next of [signedOut(), signedIn('bob'), 'discardAll'] as const) {
      const box = open(options)
      const { world, app, store } = box
      await world.settle()
      world.network.next(answer(429, {}, { 'retry-after': '60' }))
      app.store.dispatch(saved('secret'))
      await world.settle()
      await discardAll(app.broker)
      expect(await originsOf(store)).toHaveLength(1)

      await world.clock.advance(70_000)
      if (next === 'discardAll') await discardAll(app.broker)
      else await leave(box, next)
      expect(await found(store, [api, 'secret'])).toEqual([])
    }
  })
})

describe('an entry that is in flight in another tab at the sign-out', () => {
  const words = { sessionProbe: '/tenant/session', knock: '/tenant/health', statusQuery: '/tenant/keys/:key' }
  const traces = ['/tenant/', '/api/', 'post:', 'p1', '"ada"', 'https://app.test', 'clapped']

  async function leftInFlight() {
    const box = open(words)
    await box.world.settle()
    const { reply, release } = held()
    box.world.network.next(reply)
    const other = openApp(box.world, words)
    await box.world.settle()
    clap(other, 'p1')
    await box.world.settle()
    await leave(box, signedOut())
    expect(await found(box.store, ['p1', '/tenant/'])).toEqual(['p1', '/tenant/'])
    const end = async (status: number, body: unknown) => {
      const [request] = box.world.network.requests
      release(answer(status, body, { 'idempotency-key': `"${request?.key}"` }))
      await box.world.clock.advance(2_000)
    }
    return { ...box, other, end }
  }

  it.each([
    ['delivered', 200, { reply: 'secret' }],
    ['delivered with no answer', 204, undefined],
    ['delivered in an answer that is too long', 200, 'secret'.repeat(1_000_000)],
  ])('leaves nothing on the disk once it is %s', async (_, status, body) => {
    const { store, world, other, end } = await leftInFlight()
    await end(status, body)
    expect(await found(store, [...traces, 'secret'])).toEqual([])
    expect(other.outbox()).toMatchObject({ waiting: 0 })
    other.store.dispatch(signedOut())
    await world.clock.advance(100_000)
    expect(await found(store, [...traces, 'secret'])).toEqual([])
  })

  it('leaves nothing on the disk once it was returned and discarded there', async () => {
    const { store, world, other, end } = await leftInFlight()
    await end(422, { detail: 'secret' })
    expect(await found(store, ['p1', '/tenant/'])).toEqual(['p1', '/tenant/'])
    const [letter] = await deadLetters(other.broker)
    await discard(other.broker, letter?.id ?? '')
    await world.settle()

    expect(await found(store, [...traces, 'secret'])).toEqual([])
  })

  it('is reported in that tab, and arrives once if it has to be sent again', async () => {
    const { world, app, other, end } = await leftInFlight()
    await end(503, undefined)
    expect(other.outbox()).toMatchObject({ waiting: 1 })

    app.store.dispatch(signedIn('ada'))
    await world.clock.advance(10_000)
    expect(app.outbox()).toMatchObject({ waiting: 0, deadLetters: 0 })
    expect(world.network.requests).toHaveLength(2)
  })
})

describe('an origin that has answered', () => {
  it.each<[string, (box: Box) => Promise<unknown>]>([
    ['a sign-out and a sign-in', (box) => leave(box, signedOut()).then(() => leave(box, signedIn('ada')))],
    ['a change of the user', (box) => leave(box, signedIn('bob'))],
    ['discardAll', ({ app }) => discardAll(app.broker)],
  ])('is not reported as never answered after %s', async (_, go) => {
    const box = open(options)
    const { world, app } = box
    await clapAndSettle(box)
    app.store.dispatch(saved('one'))
    await world.settle()
    await go(box)
    await world.settle()

    world.network.always(noAnswer())
    app.store.dispatch(saved('two'))
    clap(app, 'p2')
    await world.clock.advance(20_000)
    const codes = app
      .outbox()
      .trouble.map(({ origin, code }) => [origin, /^(network|unreachable)$/.test(code)])
    expect(Object.fromEntries(codes)).toEqual({ [api]: true, 'https://app.test': true })
  })
})
