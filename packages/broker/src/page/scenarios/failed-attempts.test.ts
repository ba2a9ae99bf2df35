// The slice tells of attempts that came to nothing. It says why, with which origin, and when the next one comes.
import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { discardAll, retry } from '../../index.js'
import { answer, cut, noAnswer } from '../../testing/index.js'
import { options, setUp } from '../fixtures/failed-attempts.fixture.js'

describe('an entry whose attempt failed', () => {
  it.each([
    [
      'a refusal for now',
      answer(503, undefined, { 'retry-after': '7' }),
      { reason: 'http', httpStatus: 503 },
    ],
    ['an error of the server', answer(500), { reason: 'http', httpStatus: 500 }],
    [
      'a page where JSON was expected',
      answer(200, '<html>', { 'content-type': 'text/html' }),
      { httpStatus: 200 },
    ],
    ['an answer that broke off', cut(), { reason: 'cut' }],
  ])('shows why, how often it was sent and when it is sent again: %s', async (_what, reply, why) => {
    const { world, send, only } = setUp()
    world.network.next(reply)
    send('/a')
    await world.settle()

    expect(only()).toMatchObject({ state: 'accepted', attempts: 1, ...why })
    expect(only()?.nextTryAt).toBeGreaterThan(world.clock.now())
    expect(world.reports).toEqual([])
  })

  it('shows the same in an open tab and in one that is opened later', async () => {
    const { world, app, send, only } = setUp()
    const other = openApp(world, options)
    world.network.next(answer(503, undefined, { 'retry-after': '60' }))
    send('/a')
    await world.settle()
    const later = openApp(world, options)
    await world.settle()

    for (const tab of [app, other, later]) expect(Object.values(tab.outbox().entries)).toEqual([only()])
    expect(only()).toMatchObject({ reason: 'http', httpStatus: 503, attempts: 1 })
  })

  it('waits for the network, without a time, if nothing gets through', async () => {
    const { world, send, only } = setUp()
    // The start of a page is a reason of its own to look whether the network is there.
    await world.settle()
    world.network.setReachable(false)
    send('/a')
    await world.clock.advance(2_000)

    expect(only()).toMatchObject({ reason: 'network', attempts: 1 })
    expect(only()?.nextTryAt).toBeUndefined()
  })

  it('shows why it is in doubt until it is sent again', async () => {
    const { world, app, send, only } = setUp()
    world.network.next(noAnswer({ timedOut: true }))
    send('/a', 'POST')
    await world.settle()
    expect(only()).toMatchObject({ state: 'inDoubt', reason: 'timeout', attempts: 1 })

    world.setOnline(false)
    await retry(app.broker, only()?.id ?? '')
    await world.settle()
    expect(only()?.reason).not.toBe('timeout')
  })

  it('keeps its count of sends when it is returned', async () => {
    const { world, send, only } = setUp()
    world.network.next(answer(503), answer(422))
    send('/a')
    await world.clock.advance(10_000)

    expect(only()).toMatchObject({ state: 'returned', reason: 'refused', httpStatus: 422, attempts: 2 })
  })

  it('leaves no failure counts after discardAll', async () => {
    const { world, app, send } = setUp()
    world.network.always(answer(500))
    for (let i = 0; i < 30; i += 1) send(`/${i}`)
    await world.clock.advance(1_000)
    await discardAll(app.broker)
    await world.settle()

    const rows = await world.store.transact('readonly', 'relaxed', (tx) =>
      tx.list({ store: 'partitions', from: [], to: [[]] }, 9),
    )
    expect(rows.map(({ tried = [] }) => tried)).toEqual([[]])
  })
})

describe('after an outage of ten minutes', () => {
  const outages = [502, 503, 504, 511, false] as const
  const firsts = [answer(503), answer(500), answer(429), noAnswer(), answer(502)]

  it.each(outages.flatMap((outage) => firsts.map((first) => [outage, first] as const)))(
    'all entries are delivered within seconds, also those behind in a lane: %s, and first %o',
    async (outage, first) => {
      const { world, app, send } = setUp()
      await world.settle()
      world.network.setReachable(outage)
      send('/a')
      await world.clock.advance(600_000)

      world.network.setReachable(true)
      world.network.next(first)
      send('/a')
      await world.clock.advance(30_000)

      expect(app.outbox()).toMatchObject({ waiting: 0, deadLetters: 0 })
    },
  )
})

describe('a network that requires a sign-in (511)', () => {
  it.each(['plain', 'idempotent'] as const)(
    'answers 511 in front of a %s server, and the entry shows it',
    async (server) => {
      const { world, app, send, only } = setUp({ server })
      world.network.always(answer(511, 'sign in', { 'content-type': 'text/html' }))
      send('/a')
      await world.clock.advance(180_000)

      expect(only()).toMatchObject({ reason: 'http', httpStatus: 511 })
      expect(app.outbox().trouble).toMatchObject([{ code: 'http', httpStatus: 511 }])
    },
  )

  it.each(['PUT', 'POST'] as const)(
    'causes a %s no failure for hours, and its end is noticed at once',
    async (method) => {
      const { world, app, send, only } = setUp()
      await world.settle()
      world.network.setReachable(511)
      send('/a', method)
      await world.clock.advance(4 * 3_600_000)
      expect(only()).toMatchObject({ state: 'accepted', httpStatus: 511 })
      expect(only()?.attempts).toBeLessThanOrEqual(1)
      expect(app.outbox().connectivity).toBe('offline')

      world.network.setReachable(true)
      await world.clock.advance(16_000)
      expect(app.outbox()).toMatchObject({ waiting: 0, deadLetters: 0 })
    },
  )

  it.each([0, 1, 9, 20])(
    'does not count toward the eight sends of an unacknowledged success: after %i 511s',
    async (n) => {
      const { world, send, only } = setUp()
      world.network.next(...Array(n).fill(answer(511, 'sign in', { 'content-type': 'text/html' })))
      world.network.always(answer(200, '<html>', { 'content-type': 'text/html' }))
      send('/a')
      await world.clock.advance(3 * 3_600_000)

      expect(only()).toMatchObject({ state: 'returned', reason: 'notAcknowledged', attempts: n + 8 })
    },
  )
})
