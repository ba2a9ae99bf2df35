import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { acknowledge, answer, createTestWorld, noAnswer, type SentRequest } from '../../testing/index.js'

const isProbe = ({ url }: SentRequest) => url.endsWith('/api/me')
const html = { 'content-type': 'text/html; charset=utf-8' }

/** Nineteen claps and a like, captured offline; then the device is online. */
async function queued(
  network: (request: SentRequest) => ReturnType<typeof answer>,
  options: Parameters<typeof openApp>[1] = {},
) {
  const world = createTestWorld({ network })
  world.setOnline(false)
  const app = openApp(world, { sessionProbe: '/api/me', ...options })
  for (let i = 0; i < 19; i++) app.clap(`p${i}`)
  app.like('p1')
  await world.settle()
  world.setOnline(true)
  await world.clock.advance(5_000)
  return { world, app }
}

describe('a session that ends (P7)', () => {
  const frameworks: readonly (readonly [string, ReturnType<typeof answer>, ReturnType<typeof answer>])[] = [
    [
      'by 403, as Django REST framework says it',
      answer(403, { detail: 'Log in' }),
      answer(403, { detail: 'Log in' }),
    ],
    ['by 419, as Laravel says it', answer(419, '<html>', html), answer(401, { message: 'Unauthenticated.' })],
    ['by 440', answer(440, '', html), answer(440, '', html)],
    ['by a 403 page, where the probe says 401', answer(403, 'Forbidden', html), answer(401)],
  ]

  it.each(frameworks)(
    '%s pauses all waiting entries, which arrive after the sign-in',
    async (_how, over, probed) => {
      let isOver = true
      const { world, app } = await queued((request) => {
        if (!isOver) return acknowledge(request, { likes: 1 })
        return isProbe(request) ? probed : over
      })
      await world.clock.advance(10_000)
      expect(app.outbox()).toMatchObject({ paused: 'auth', waiting: 20, deadLetters: 0 })
      expect(app.post('p1')).toMatchObject({ claps: 1, likes: 1 })

      isOver = false
      await app.broker.resume()
      await world.clock.advance(20_000)

      expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0, deadLetters: 0 })
      expect(world.reports).toEqual([])
    },
  )

  it('resumes by itself once the probe succeeds', async () => {
    let isOver = true
    const { world, app } = await queued((request) => (isOver ? answer(403) : acknowledge(request, {})))
    expect(app.outbox().paused).toBe('auth')

    isOver = false
    await world.clock.advance(60_000)

    expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0 })
  })

  it('is no end if the probe succeeds: a 403 is the application’s refusal', async () => {
    const { app, world } = await queued((request) =>
      isProbe(request) ? answer(200, { id: 'ada' }) : acknowledge(request, { title: 'not yours' }, 403),
    )

    expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0, deadLetters: 20 })
    expect(app.post('p1')).toMatchObject({ claps: 0, likes: 0, problem: 'refused' })
    expect(world.reports).toEqual([])
  })

  it('is no end if the probe is ambiguous: the entry is tried again, and returned after `failuresMax`', async () => {
    const world = createTestWorld({ network: (request) => (isProbe(request) ? noAnswer() : answer(403)) })
    const app = openApp(world, { sessionProbe: '/api/me', limits: { failuresMax: 4 } })
    app.like('p1')
    await world.settle()
    expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 1 })

    await world.clock.advance(60_000)

    expect(world.network.requests.filter((request) => !isProbe(request))).toHaveLength(4)
    expect(app.post('p1')).toMatchObject({ likes: 0, problem: 'failuresMax' })
  })

  it('is known to a worker without a page, by the rows', async () => {
    const world = createTestWorld()
    const app = openApp(world, { session: { endedBy: [401, 498] } })
    await world.settle()

    const rows = await world.store.transact('readonly', 'relaxed', (tx) =>
      tx.list({ store: 'partitions', from: [], to: [[]] as never }, 9),
    )

    expect(rows).toMatchObject([{ sessionRules: { endedBy: [401, 498] } }])
    await app.broker.stop()
  })
})

describe('an old CSRF token', () => {
  const marks = [
    ['419', {}, answer(419, { message: 'CSRF token mismatch.' })],
    [
      'a 403 with a header',
      { csrf: [{ header: 'x-csrf-error' }] },
      answer(403, {}, { 'x-csrf-error': 'old' }),
    ],
    [
      'a 403 with a code',
      { csrf: [{ status: 403, path: '/code', value: 'EBADCSRFTOKEN' }] },
      answer(403, { code: 'EBADCSRFTOKEN' }),
    ],
    [
      'a 403 with a text',
      { csrf: [{ status: 403, text: 'CSRF' }] },
      answer(403, '<h1>CSRF verification failed</h1>', html),
    ],
  ] as const

  it.each(marks)(
    'reported by %s causes new headers, and the entry is delivered',
    async (_how, session, refusal) => {
      let token = 0
      const world = createTestWorld({
        network: (request) => (request.headers['x-token'] === '1' ? refusal : acknowledge(request, {})),
      })
      const app = openApp(world, {
        session,
        prepareHeaders: (headers) => headers.set('x-token', `${++token}`),
      })

      const receipt = app.like('p1')
      await world.clock.advance(5_000)

      expect(await receipt.settled).toMatchObject({ status: 'delivered' })
      expect(world.network.requests.map(({ headers }) => headers['x-token'])).toEqual(['1', '2'])
    },
  )

  it.each(marks)(
    'reported by %s again returns the entry if the session is valid',
    async (_how, session, refusal) => {
      const world = createTestWorld({
        network: (request) => (isProbe(request) ? answer(200, {}) : refusal),
      })
      const app = openApp(world, { session, sessionProbe: '/api/me' })

      app.like('p1')
      await world.clock.advance(5_000)

      expect(app.outbox()).toMatchObject({ waiting: 0, deadLetters: 1, paused: undefined })
    },
  )
})
