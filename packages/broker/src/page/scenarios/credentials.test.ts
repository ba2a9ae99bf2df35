import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { acknowledge, answer, createTestWorld, type SentRequest } from '../../testing/index.js'

const tokens = ({ requests }: { readonly requests: readonly SentRequest[] }) =>
  requests.map(({ method, headers }) => [method, headers['authorization']])

describe('credentials are added as a request leaves', () => {
  it('again for each attempt, so the next attempt has a renewed token', async () => {
    const world = createTestWorld()
    world.network.next(answer(503))
    let asked = 0
    const app = openApp(world, {
      prepareHeaders: (headers) => headers.set('authorization', `token ${++asked}`),
    })

    app.clap('p1')
    await world.settle()
    await world.clock.advance(5_000)

    expect(tokens(world.network)).toEqual([
      ['POST', 'token 1'],
      ['POST', 'token 2'],
    ])
  })

  it('to the session probe too, so a valid new token resumes a paused outbox (P7)', async () => {
    const good = 'token 1'
    const world = createTestWorld({
      network: (request) =>
        request.headers['authorization'] !== good
          ? answer(401)
          : request.method === 'GET'
            ? answer(200, { id: 'ada' })
            : acknowledge(request, {}),
    })
    let held = 'token 0'
    const app = openApp(world, {
      sessionProbe: '/api/me',
      prepareHeaders: (headers, { route }) => {
        // The probe is asked after a refusal: the token at hand is no good.
        if (route === undefined) held = good
        headers.set('authorization', held)
      },
    })
    app.clap('p1')
    await world.settle()
    expect(app.outbox().paused).toBe('auth')

    app.tab.host.focus()
    await world.settle()

    expect(tokens(world.network)).toEqual([
      ['POST', 'token 0'],
      ['GET', 'token 1'],
      ['POST', 'token 1'],
    ])
    expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0 })
  })

  it('with the URL and the route of the request', async () => {
    const world = createTestWorld()
    const seen: unknown[] = []
    const app = openApp(world, {
      prepareHeaders: (_headers, { url, route, getState }) => {
        seen.push([url, route, getState().session.userId])
      },
    })

    app.clap('p1')
    await world.settle()

    expect(seen).toEqual([['https://app.test/api/posts/p1/claps', 'posts/clapped', 'ada']])
  })

  it('or the request is sent without them if the app has none, and a 401 pauses the outbox', async () => {
    const world = createTestWorld({ network: answer(401) })
    const app = openApp(world, { prepareHeaders: () => {} })

    app.clap('p1')
    await world.settle()

    expect(tokens(world.network)).toEqual([['POST', undefined]])
    expect(app.outbox()).toMatchObject({ paused: 'auth', waiting: 1 })
  })

  it('and if the app cannot get them, nothing is sent, and the error is reported and tried again', async () => {
    const world = createTestWorld()
    const failure = new Error('the token endpoint does not answer')
    let works = false
    const app = openApp(world, {
      prepareHeaders: () => {
        if (!works) throw failure
      },
    })

    app.clap('p1')
    await world.settle()
    expect(world.network.requests).toEqual([])
    expect(world.reports).toEqual([
      expect.objectContaining({
        message: `redux-broker: \`prepareHeaders\` threw: ${failure}`,
        cause: failure,
      }),
    ])
    expect(app.outbox().trouble).toMatchObject([{ origin: 'https://app.test', code: 'headers' }])
    expect(app.outbox()).toMatchObject({ waiting: 1, deadLetters: 0 })

    works = true
    await world.clock.advance(60_000)
    expect(app.outbox()).toMatchObject({ waiting: 0 })
  })
})

describe('a release', () => {
  it('that begins to prepare headers does so for entries of an earlier release too', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const before = openApp(world)
    before.clap('p1')
    await world.settle()
    before.tab.crash()

    openApp(world, { prepareHeaders: (headers) => headers.set('authorization', 'token') })
    world.setOnline(true)
    await world.settle()

    expect(tokens(world.network)).toEqual([['POST', 'token']])
  })

  it('that no longer prepares headers keeps such entries, reports it once, and a later release delivers them', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const before = openApp(world, { prepareHeaders: (headers) => headers.set('authorization', 'token') })
    before.clap('p1')
    await world.settle()
    before.tab.crash()

    const without = openApp(world)
    world.setOnline(true)
    without.clap('p2')
    await world.clock.advance(600_000)

    expect(world.network.requests.map(({ url }) => url)).toEqual(['https://app.test/api/posts/p2/claps'])
    expect(without.outbox()).toMatchObject({ waiting: 1, deadLetters: 0 })
    expect(world.reports.map(String)).toEqual([expect.stringContaining('`prepareHeaders`')])

    without.tab.crash()
    openApp(world, { prepareHeaders: (headers) => headers.set('authorization', 'token') })
    await world.settle()
    expect(tokens(world.network).at(-1)).toEqual(['POST', 'token'])
  })
})
