// A server may answer 401 to one request of a good session, or to all while its probe calls the session good already.
import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { type RequestTemplate, write } from '../../index.js'
import { acknowledge, answer, createTestWorld, type SentRequest } from '../../testing/index.js'

type Options = Parameters<typeof openApp>[1]
const isProbe = ({ url }: SentRequest) => url.endsWith('/api/me')
const minute = 60_000

const cases: readonly (readonly [number, string, Options])[] = [
  [401, 'a plain server', { server: 'plain' }],
  [440, 'a plain server', { server: 'plain' }],
  [401, 'a server whose answer lacks the key', { server: 'idempotent' }],
  [498, 'a status that the app names', { session: { endedBy: [498] } }],
  [401, 'a status that the probe decides about', { session: { endedBy: [401], probeOn: [401] } }],
]

describe('a session that is half open, as before a second factor (P7)', () => {
  const setUp = (status = 401, options: Options = {}) => {
    let stage: 'over' | 'half' | 'in' = 'over'
    const world = createTestWorld({
      network: (request) => {
        if (isProbe(request)) return answer(stage === 'over' ? 401 : 200, {})
        if (stage === 'in' || request.url.includes('public')) return acknowledge(request, {})
        return answer(status, { title: stage })
      },
    })
    const app = openApp(world, { sessionProbe: '/api/me', ...options })
    const enter = (next: typeof stage) => {
      stage = next
    }
    const work = (n: number) => {
      for (let i = 0; i < n; i += 1) app.clap(`p${i}`)
    }
    return { world, app, enter, work }
  }

  it.each(cases)(
    'returns no entry at a second %i, of %s, and all arrive at its end',
    async (status, _of, options) => {
      const { world, app, enter, work } = setUp(status, options)
      work(30)
      await world.clock.advance(minute)
      enter('half')
      await world.clock.advance(90_000)
      expect(app.outbox()).toMatchObject({ waiting: 30, deadLetters: 0 })

      enter('in')
      await app.broker.resume()
      await world.clock.advance(3_000)

      expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0, deadLetters: 0 })
    },
  )

  it.each([
    ['a lone change', 1, 0],
    ['three, with a tap each 6 s', 3, 6_000],
    ['twelve, with a tap each 14 s', 12, 14_000],
  ])('of ten minutes returns none of %s, and resume() sends all at once', async (_what, n, gap) => {
    const { world, app, enter, work } = setUp()
    work(n)
    await world.settle()
    enter('half')
    for (let ms = 0; ms < 10 * minute; ms += gap || minute) {
      await world.clock.advance(gap || minute)
      if (gap > 0) app.like(`q${ms}`)
    }
    expect(app.outbox()).toMatchObject({ deadLetters: 0 })

    enter('in')
    await app.broker.resume()
    await world.clock.advance(3_000)

    expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0, deadLetters: 0 })
  })

  it('of ten minutes returns no entry if the server accepts other writes without a session', async () => {
    const { world, app, enter, work } = setUp()
    work(6)
    await world.settle()
    enter('half')
    for (let i = 0; i < 40; i += 1) {
      await world.clock.advance(15_000)
      app.like(`public${i}`)
    }
    expect(app.outbox()).toMatchObject({ deadLetters: 0 })

    enter('in')
    await world.clock.advance(2 * minute)

    expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0, deadLetters: 0 })
  })

  it('that ends unnoticed resumes within 16 s', async () => {
    const { world, app, enter, work } = setUp()
    work(12)
    await world.settle()
    enter('half')
    await world.clock.advance(5 * minute)
    enter('in')
    await world.clock.advance(16_000)

    expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0, deadLetters: 0 })
  })

  it('has a few requests sent each 15 s, however many lanes wait', async () => {
    const { world, enter, work } = setUp()
    work(100)
    await world.settle()
    enter('half')
    await world.clock.advance(20 * minute)
    const before = world.network.requests.length
    await world.clock.advance(10 * minute)

    expect(world.network.requests.length - before).toBeLessThan(40 * 14)
  })

  it('of one server does not count as valid because another server accepts writes', async () => {
    const world = createTestWorld()
    const sent = write(createAction<RequestTemplate>('sent'), { request: (template) => template })
    const app = openApp(world, { routes: [sent], origins: ['https://b.test'], sessionProbe: '/api/me' })
    world.network.always((request) =>
      request.url.startsWith('https://b.test') ? answer(401) : acknowledge(request, {}),
    )
    const there = app.store.dispatch(sent({ url: 'https://b.test/x', method: 'PUT' }))
    for (let i = 0; i < 30; i += 1) {
      await world.clock.advance(minute)
      app.store.dispatch(sent({ url: `/y${i}`, method: 'PUT' }))
    }

    expect(await Promise.race([there.settled, 'waits'])).toBe('waits')
    expect(app.outbox()).toMatchObject({ deadLetters: 0 })
  })
})

describe('one of several servers that accepts no session', () => {
  it.each([2, 3, 4, 8])(
    'returns no entry by %i answers, if the others accept the same session',
    async (bad) => {
      let left = bad
      const world = createTestWorld({
        network: (request) =>
          !isProbe(request) && left-- > 0 ? answer(401) : acknowledge(request, { id: 'ada' }),
      })
      const app = openApp(world, { sessionProbe: '/api/me' })
      const receipt = app.like('p1')
      for (let i = 2; i < 12; i += 1) {
        await world.clock.advance(1_200)
        app.like(`p${i}`)
      }
      await world.clock.advance(2 * minute)

      expect(await receipt.settled).toMatchObject({ status: 'delivered' })
      expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0, deadLetters: 0 })
    },
  )
})

describe('a status for the end of a session, in a valid session', () => {
  const named = { sessionProbe: '/api/me' }
  const setUp = (status: number, options: Options = named, isOver = () => false) => {
    const world = createTestWorld({
      network: (request) => {
        if (isProbe(request)) return answer(isOver() ? 401 : 200, {})
        return request.url.includes('p1') ? answer(status, { title: 'step up' }) : acknowledge(request, {})
      },
    })
    const app = openApp(world, options)
    const sends = () => world.network.requests.filter(({ url }) => url.includes('p1')).length
    return { world, app, sends }
  }

  it.each(cases)('holds up one lane by %i, of %s, and is returned', async (status, _of, options) => {
    const { world, app, sends } = setUp(status, { ...named, ...options })
    const receipt = app.like('p1')
    let held = 0
    for (let i = 0; i < 80; i += 1) {
      await world.clock.advance(10_000)
      if (app.outbox().paused !== undefined || app.outbox().waiting > 1) held += 1
      app.like(`q${i}`)
    }
    await world.clock.advance(5_000)

    expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'refused', httpStatus: status })
    expect(sends()).toBeLessThan(21)
    expect(held).toBeLessThan(3)
    expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0, deadLetters: 1 })
  })

  it('returns the entries of one lane one after the other', async () => {
    const { world, app } = setUp(401)
    for (let i = 0; i < 3; i += 1) app.clap('p1')
    for (let i = 0; i < 3 * 26; i += 1) {
      await world.clock.advance(minute / 2)
      app.like(`q${i}`)
    }
    await world.clock.advance(minute)

    expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0, deadLetters: 3 })
  })

  it('pauses again if the session has ended again meanwhile, and returns nothing', async () => {
    let isOver = false
    const { world, app } = setUp(401, named, () => isOver)
    app.like('p1')
    await world.settle()
    isOver = true
    await app.broker.resume()
    await world.clock.advance(minute)

    expect(app.outbox()).toMatchObject({ paused: 'auth', waiting: 1, deadLetters: 0 })
  })

  it('pauses each time without a probe, with one send for each resume', async () => {
    const { world, app, sends } = setUp(401, {})
    app.like('p1')
    await world.clock.advance(3_600_000)
    expect(sends()).toBe(1)
    await app.broker.resume()
    await world.clock.advance(3_600_000)

    expect(sends()).toBe(2)
    expect(app.outbox()).toMatchObject({ paused: 'auth', waiting: 1 })
  })
})
