import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { loadMe, openReads, signedIn } from '../../../test/reads-fixture.js'
import { read, write } from '../../index.js'
import {
  acknowledge,
  answer,
  createTestWorld,
  cut,
  noAnswer,
  redirect,
  type Script,
} from '../../testing/index.js'

const me = answer(200, { name: 'Ada' })
const page = answer(200, '<html>', { 'content-type': 'text/html' })
/** Lets half a minute pass. */
const soon = (world: ReturnType<typeof createTestWorld>) => world.clock.advance(30_000)

function open(network: Script | readonly Script[], options: Parameters<typeof openReads>[1] = {}) {
  const world = createTestWorld({ network })
  // As an app that says nothing of repeats.
  const app = openReads(world, { how: {}, ...options })
  return { world, app }
}

describe('a read that loses one answer', () => {
  it.each([
    ['nothing', noAnswer()],
    ['a cut body', cut()],
    ['503 and Retry-After: 1', answer(503, {}, { 'retry-after': '1' })],
    ['502 with a page', answer(502, '<html>', { 'content-type': 'text/html' })],
    ['429', answer(429)],
    ['a portal’s page', page],
  ])('is answered a moment later, without a reported failure: %s', async (_name, lost) => {
    const { world, app } = open([lost, me])
    const [one, other] = [app.dispatch(loadMe()), app.dispatch(loadMe())]

    await world.clock.advance(3_000)

    expect([await one.settled, await other.settled]).toEqual([
      expect.objectContaining({ status: 'delivered', answer: { name: 'Ada' } }),
      expect.objectContaining({ status: 'delivered', answer: { name: 'Ada' } }),
    ])
    expect(app.wire()).toEqual(['me', 'me'])
    expect(app.types()).toEqual(['me/load', 'me/load', 'me/load/delivered'])
  })

  it.each([
    ['nothing', noAnswer()],
    ['a cut body', cut()],
    ['a 503', answer(503)],
    ['a page where JSON was asked for', page],
  ])('through broker.fetch too: %s', async (_name, lost) => {
    const { world, app } = open([lost, me])
    await world.settle()
    const request = new Request('https://app.test/api/me', { headers: { accept: 'application/json' } })

    const response = app.broker.fetch(request)
    await world.clock.advance(3_000)

    expect(await (await response).json()).toEqual({ name: 'Ada' })
  })

  it('is repeated as often as its route, its caller or the app allows', async () => {
    const impatient = read(createAction('impatient'), { request: () => '/api/route', retries: 0 })
    const { world, app } = open(noAnswer(), { routes: [impatient, loadMe], how: { retries: 1 } })
    app.dispatch(impatient())
    app.dispatch(loadMe())
    void app.broker.fetch('/api/fetch', { retries: 3 }).catch(() => {})
    await world.clock.advance(4_900)

    const count = (path: string) => app.wire().filter((one) => one === path).length
    expect([count('route'), count('me')]).toEqual([1, 2])
    await soon(world)
    expect(count('fetch')).toBe(4)
  })

  it.each([400, 401, 404, 409, 422])('is not repeated after a refusal: %i', async (status) => {
    const { world, app } = open(answer(status))
    const receipt = app.dispatch(loadMe())
    await soon(world)

    expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'refused' })
    expect(app.wire()).toEqual(['me'])
  })

  it('fails after its last attempt, or gives the last good answer', async () => {
    const { world, app } = open(me)
    app.dispatch(loadMe())
    await world.settle()
    world.network.always(answer(503))

    const receipt = app.dispatch(loadMe())
    await world.clock.advance(2_900)
    const before = app.types().filter((type) => type.includes('/'))
    await world.clock.advance(2_000)

    expect(before.at(-1)).not.toBe('me/load/returned')
    expect(await receipt.settled).toMatchObject({ status: 'delivered', stale: true })
  })

  it('is not repeated for a subscriber that left, or for the previous user', async () => {
    const { world, app } = open(answer(503))
    const left = app.dispatch(loadMe())
    await world.settle()
    await left.cancel()
    await soon(world)
    expect(app.wire()).toEqual(['me'])

    app.dispatch(loadMe())
    await world.settle()
    app.dispatch(signedIn('bob'))
    await soon(world)
    expect(app.wire()).toEqual(['me', 'me'])
  })

  it('has its headers prepared again for each attempt', async () => {
    let token = 0
    const { world, app } = open([answer(503), me], {
      prepareHeaders: (headers) => headers.set('authorization', `token ${++token}`),
    })
    app.dispatch(loadMe())
    await world.clock.advance(3_000)

    const sent = world.network.requests.map(({ headers }) => headers['authorization'])
    expect(sent).toHaveLength(2)
    expect(sent[0]).not.toBe(sent[1])
  })

  it('asks for JSON, unless its route names another type', async () => {
    const csv = read(createAction('csv'), {
      request: () => ({ url: '/api/csv', headers: { accept: 'text/csv' } }),
    })
    const { world, app } = open(me, { routes: [loadMe, csv] })
    app.dispatch(loadMe())
    app.dispatch(csv())
    await world.settle()

    expect(world.network.requests.map(({ headers }) => headers['accept']).toSorted()).toEqual([
      'application/json',
      'text/csv',
    ])
  })
})

describe('a read that stays on screen and fails', () => {
  const report = read(createAction('report'), { request: () => '/api/report' })
  it.each([
    ['a 503 that names half an hour', answer(503, {}, { 'retry-after': '1800' })],
    ['a 429', answer(429, {}, { 'retry-after': '60' })],
    ['a 500', answer(500)],
    ['a page', page],
    ['a redirect', redirect()],
    ['nothing', noAnswer()],
  ])('is repeated less and less often, and not for ever: %s', async (_name, reply) => {
    const { world, app } = open(reply, { routes: [report] })
    app.dispatch(report())
    await world.clock.advance(600_000)
    const inTenMinutes = app.wire().length
    await world.clock.advance(3_000_000)
    const inAnHour = app.wire().length
    await world.clock.advance(8 * 3_600_000)

    expect(inTenMinutes).toBeLessThanOrEqual(12)
    expect(inAnHour).toBeLessThanOrEqual(14)
    expect(app.wire().length).toBeLessThanOrEqual(14)
    expect(app.types().filter((type) => type === 'report/returned').length).toBeLessThanOrEqual(12)
  })

  it('is answered within seconds after a short failure', async () => {
    const { world, app } = open([answer(500), answer(500), answer(500), me], { routes: [report] })
    app.dispatch(report())

    await world.clock.advance(12_000)

    expect(app.types().at(-1)).toBe('report/delivered')
  })

  it.each([1, 2])(
    'reports an answer that is too large once, and is not repeated: %i readers',
    async (readers) => {
      const world = createTestWorld()
      const tab = world.tab()
      let sent = 0
      const network = {
        ...tab.ports.network,
        fetch: async () => {
          sent++
          return { kind: 'answer', status: 200, headers: [], body: undefined } as const
        },
      }
      const app = openReads(world, { tab: { ...tab, ports: { ...tab.ports, network } } })
      const receipts = Array.from({ length: readers }, () => app.dispatch(loadMe()))
      await world.clock.advance(600_000)

      for (const { settled } of receipts)
        expect(await settled).toMatchObject({ status: 'returned', reason: 'answerTooLarge' })
      expect(sent).toBe(1)
      expect(app.types().filter((type) => type === 'me/load/returned')).toHaveLength(1)
    },
  )

  it.each([101, 130, 160])(
    'is one of all reads that a write has invalidated: %i on screen',
    async (count) => {
      const row = read(createAction<number>('row'), {
        request: (id) => `/api/rows/${id}`,
        tags: (id) => [{ type: 'row', id }],
      })
      const price = write(createAction('price'), {
        request: () => ({ url: '/api/prices', method: 'PUT' }),
        invalidates: ['row'],
      })
      const { world, app } = open((request) => (request.method === 'PUT' ? acknowledge(request, {}) : me), {
        routes: [row, price],
      })
      for (let id = 0; id < count; id++) app.dispatch(row(id))
      await world.settle()
      const before = app.wire().length

      app.dispatch(price())
      await world.clock.advance(60_000)

      expect(app.wire().length - before).toBe(count + 1)
    },
  )
})
