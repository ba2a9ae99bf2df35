// A `sessionProbe` whose answers say nothing of the session. Work waits because of it, and the slice says so.
import { describe, expect, it } from 'vitest'
import { openApp, signedOut } from '../../../test/page-fixture.js'
import { cancel, discardAll } from '../../index.js'
import {
  acknowledge,
  answer,
  createTestWorld,
  noAnswer,
  redirect,
  type SentRequest,
} from '../../testing/index.js'

const own = 'https://app.test'
const login = 'https://login.test'
const html = { 'content-type': 'text/html; charset=utf-8' }
const isProbe = ({ url }: SentRequest) => url.endsWith('/me')
type Answered = ReturnType<typeof answer>

const silent: readonly (readonly [string, Answered, object])[] = [
  [
    'a path that does not exist',
    answer(404, { title: 'no such path' }),
    { httpStatus: 404, came: 'application/json' },
  ],
  ['a page for every path', answer(200, '<html>', html), { httpStatus: 200, came: 'text/html' }],
  ['a method that is not allowed', answer(405, ''), { httpStatus: 405 }],
  ['a server that fails for ever', answer(503, '<html>', html), { httpStatus: 503, came: 'text/html' }],
  ['a probe that asks for too much', answer(400, {}), { httpStatus: 400 }],
  ['an answer that CORS hides', noAnswer(), { httpStatus: undefined }],
]

/** A like of a server that answers `over`, and a probe that answers `probed`. */
function open(over: Answered, probed: Answered, more: Parameters<typeof openApp>[1] = {}) {
  let [reply, word] = [over as Answered | undefined, probed]
  const world = createTestWorld({
    network: (request) => (isProbe(request) ? word : (reply ?? acknowledge(request, { likes: 1 }))),
  })
  const app = openApp(world, { sessionProbe: '/api/me', ...more })
  const mend = (next: Answered) => {
    word = next
    reply = undefined
  }
  const probes = () => world.network.requests.filter(isProbe).length
  return { world, app, mend, probes }
}

describe('an ambiguous session probe', () => {
  it.each(silent)('is listed in the slice while the outbox is paused: %s', async (_what, probed, said) => {
    const { world, app } = open(answer(401), probed)
    app.like('p1')
    await world.clock.advance(40_000)

    expect(app.outbox()).toMatchObject({ paused: 'auth', waiting: 1 })
    expect(app.outbox().trouble).toMatchObject([{ origin: own, code: 'sessionUnknown', ...said }])
    expect(JSON.parse(JSON.stringify(app.outbox().trouble))).toMatchObject([{ code: 'sessionUnknown' }])
  })

  it.each(silent)('is listed with its own answer if a 403 waits for it: %s', async (_what, probed, said) => {
    const { world, app } = open(answer(403, {}), probed)
    const { id } = app.like('p1')
    await world.settle()

    expect(app.outbox().trouble).toMatchObject([{ origin: own, code: 'sessionUnknown', ...said }])
    expect(app.outbox().entries[id]).toMatchObject({ reason: 'sessionUnknown', httpStatus: 403 })
  })

  it('is listed if it should have judged a redirect', async () => {
    const { world, app } = open(redirect(), answer(404, {}))
    app.like('p1')
    await world.settle()

    expect(app.outbox().trouble).toMatchObject([{ code: 'sessionUnknown', httpStatus: 404 }])
  })

  it('is listed by the probe’s own origin', async () => {
    const more = { sessionProbe: `${login}/me`, origins: [login] }
    const { world, app } = open(answer(401), answer(404, {}), more)
    app.like('p1')
    await world.clock.advance(20_000)

    expect(app.outbox().trouble).toMatchObject([{ origin: login, code: 'sessionUnknown', httpStatus: 404 }])
  })

  it('is listed in every tab', async () => {
    const { world, app } = open(answer(401), answer(404, {}))
    const other = openApp(world, { sessionProbe: '/api/me' })
    await world.settle()
    app.like('p1')
    await world.clock.advance(40_000)

    expect(other.outbox()).toMatchObject({ paused: 'auth', trouble: [{ code: 'sessionUnknown' }] })
  })

  it('is not listed while the device is offline', async () => {
    const { world, app } = open(answer(401), answer(200, {}))
    app.like('p1')
    await world.settle()
    world.setOnline(false)
    await world.clock.advance(400_000)

    expect(app.outbox()).toMatchObject({ paused: 'auth', trouble: [] })
  })
})

describe('a session probe that is redirected', () => {
  it.each([
    ['after a 401', answer(401)],
    ['after a 403', answer(403, {})],
    ['after a redirect', redirect()],
  ])('is listed beside the pause: %s', async (_when, over) => {
    const { world, app } = open(over, redirect())
    app.like('p1')
    await world.clock.advance(20_000)

    expect(app.outbox()).toMatchObject({ paused: 'auth', waiting: 1 })
    expect(app.outbox().trouble).toMatchObject([{ origin: own, code: 'redirected' }])
  })
})

describe('trouble with a session probe', () => {
  const met = async (over: Answered, ms: number) => {
    const opened = open(over, answer(404, {}))
    const { id } = opened.app.like('p1')
    await opened.world.clock.advance(ms)
    expect(opened.app.outbox().trouble).toHaveLength(1)
    return { ...opened, id }
  }
  const inPause = () => met(answer(401), 20_000)
  const after403 = () => met(answer(403, {}), 10)
  type Met = Awaited<ReturnType<typeof met>>

  it.each([
    ['the probe answers well', inPause, ({ mend }: Met) => mend(answer(200, {}))],
    [
      'the user is signed in again',
      inPause,
      ({ app, mend }: Met) => {
        mend(noAnswer())
        return app.broker.resume()
      },
    ],
    ['its user signs out', inPause, ({ app }: Met) => void app.store.dispatch(signedOut())],
    ['the server answers', after403, ({ mend }: Met) => mend(answer(404, {}))],
    ['its entry is cancelled', after403, ({ app, id }: Met) => cancel(app.broker, id)],
    ['all is given up', after403, ({ app }: Met) => discardAll(app.broker)],
    ['its user signs out after a 403', after403, ({ app }: Met) => void app.store.dispatch(signedOut())],
  ])('ends if %s', async (_how, meet, end) => {
    const opened = await meet()
    const { world, app } = opened
    await end(opened)
    await world.clock.advance(20_000)
    expect(app.outbox().trouble).toEqual([])

    world.setOnline(false)
    app.like('p2')
    await world.settle()
    expect(app.outbox().trouble).toEqual([])
  })

  it.each([
    ['its entry is cancelled', ({ app, id }: Met) => cancel(app.broker, id)],
    ['all is given up', ({ app }: Met) => discardAll(app.broker)],
  ])('lasts as long as its pause if %s', async (_how, end) => {
    const opened = await inPause()
    const { world, app } = opened
    await end(opened)
    await world.clock.advance(20_000)
    expect(app.outbox()).toMatchObject({ paused: 'auth', waiting: 0, trouble: [{ httpStatus: 404 }] })

    await app.broker.resume()
    await world.settle()
    expect(app.outbox()).toMatchObject({ paused: undefined, trouble: [] })
  })

  it('ends when the probe says that the session is over', async () => {
    const { world, app, mend } = await inPause()
    mend(answer(401))
    await world.clock.advance(20_000)

    expect(app.outbox()).toMatchObject({ paused: 'auth', trouble: [] })
  })
})
