import { describe, expect, it, vi } from 'vitest'
import { acknowledge, answer, createTestWorld } from '../../testing/index.js'
import { type AnswerOptions, appWith } from '../fixtures/answers.fixture.js'

/** Values that an app may throw and that `String()` refuses. */
const unprintable: readonly (readonly [string, unknown])[] = [
  ['an object without a prototype', Object.create(null)],
  [
    'an object whose text throws',
    {
      toString() {
        throw new Error('no')
      },
    },
  ],
  ['an object whose text is an object', { toString: () => ({}), valueOf: () => ({}) }],
]

describe('an `answer` that throws', () => {
  const parsers: readonly (readonly [string, (body: unknown) => unknown, string])[] = [
    [
      'for errors in it',
      (body) => {
        throw new TypeError(`got ${JSON.stringify(body)}`)
      },
      'TypeError: got {"errors":1}',
    ],
    ['as a schema does', (body) => (body as { a: { b: 1 } }).a.b, 'TypeError'],
    [
      'with what is no error',
      () => {
        throw 'no'
      },
      'no',
    ],
    ...unprintable.map(
      ([what, thrown]) =>
        [
          `with ${what}`,
          () => {
            throw thrown
          },
          'a value without a text',
        ] as const,
    ),
  ]

  it.each(parsers)(
    '%s ends the entry as deliveredWithoutAnswer, without the body',
    async (_how, parse, problem) => {
      const world = createTestWorld({ network: answer(200, { errors: 1 }) })
      const { app, told, dispatch } = appWith(world, { answer: parse })

      const receipt = dispatch()
      await world.settle()

      const error = { reason: 'answerInvalid', problem: expect.stringContaining(problem) }
      expect(await receipt.settled).toEqual({ status: 'deliveredWithoutAnswer', ...error })
      expect(told()).toMatchObject([{ type: 'deliveredWithoutAnswer', payload: undefined, error }])
      expect(app.post('p1')?.claps).toBe(1)
      expect(app.outbox()).toEqual(expect.objectContaining({ waiting: 0, deadLetters: 0, entries: {} }))
      expect(world.reports).toHaveLength(1)
      await expect(receipt.unwrap()).rejects.toThrow('deliveredWithoutAnswer: answerInvalid')
    },
  )

  it.each([
    ['that resolves', async (body: unknown) => body],
    ['that rejects', () => Promise.reject(new Error('late'))],
    ['that never ends', () => new Promise(() => {})],
    // biome-ignore lint/suspicious/noThenProperty: as some libraries' promises are
    ['of another library', () => ({ then: (_good: unknown, bad: (e: unknown) => void) => bad('late') })],
  ])(
    'may return a promise %s, which no reducer gets and which causes no unhandled rejection',
    async (_how, parse) => {
      const unheard = vi.fn()
      process.on('unhandledRejection', unheard)
      const world = createTestWorld({ network: answer(200, { n: 1 }) })
      const { app, told, dispatch } = appWith(world, { answer: parse })

      const receipt = dispatch()
      await world.settle()
      await new Promise((resolve) => setTimeout(resolve, 1))
      process.off('unhandledRejection', unheard)

      const error = { reason: 'answerInvalid', problem: expect.stringContaining('not give a promise') }
      expect(await receipt.settled).toEqual({ status: 'deliveredWithoutAnswer', ...error })
      expect(told()).toMatchObject([{ type: 'deliveredWithoutAnswer', payload: undefined, error }])
      expect(app.post('p1')?.claps).toBe(1)
      expect(world.reports.map(String)).toEqual([expect.stringContaining('`answer` must not give a promise')])
      expect(unheard).not.toHaveBeenCalled()
    },
  )

  it('has the same outcome in another tab and at a later start, without the body', async () => {
    const world = createTestWorld({ network: answer(200, { secret: 1 }) })
    const refuse = () => {
      throw new Error('no')
    }
    const here = appWith(world, { answer: refuse })
    const there = appWith(world, { answer: refuse })
    await world.settle()

    here.dispatch()
    await world.settle()

    expect(there.told()).toMatchObject([
      { type: 'deliveredWithoutAnswer', error: { reason: 'answerInvalid' } },
    ])
    expect(there.app.post('p1')?.claps).toBe(1)
    expect(JSON.stringify([here.app.actions, there.app.actions])).not.toContain('secret')
  })
})

describe('the `accept` of a request', () => {
  it.each([
    ['JSON', {}, {}, 'application/json'],
    [
      'what its route says',
      { request: () => ({ url: '/x', headers: { accept: 'text/csv' } }) },
      {},
      'text/csv',
    ],
    [
      'the content types of success',
      { success: { contentTypes: ['text/plain', 'image/*'] } },
      {},
      'text/plain, image/*',
    ],
    ['anything, where any 2xx is success', {}, { success: 'any2xx' }, '*/*'],
    ['what the route says, not the broker', { success: 'json' }, { success: 'any2xx' }, 'application/json'],
  ] as const)('is %s', async (_what, route, broker, accept) => {
    const world = createTestWorld({ network: (request) => acknowledge(request, {}) })
    const { dispatch } = appWith(world, route as AnswerOptions, broker as never)

    dispatch()
    await world.settle()

    expect(world.network.requests.map(({ headers }) => headers['accept'])).toEqual([accept])
  })
})

describe('an answer that is not the application’s', () => {
  const text = { 'content-type': 'text/plain' }

  it.each([
    ['text', answer(200, 'OK', text)],
    ['nothing', answer(200, undefined, { 'content-length': '0' })],
    ['a captive portal’s page', answer(200, '<html>', { 'content-type': 'text/html' })],
    ['broken JSON', answer(200, '', { 'content-type': 'text/json' })],
  ])('of %s ends visibly, after eight sends and at least ten minutes', async (_what, reply) => {
    const world = createTestWorld({ network: reply })
    const { app, dispatch } = appWith(world, {})
    const receipt = dispatch()

    await world.clock.advance(600_000)
    expect(app.outbox()).toMatchObject({ waiting: 1, deadLetters: 0 })
    await world.clock.advance(3_600_000)

    expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'notAcknowledged' })
    expect(world.network.requests).toHaveLength(8)
    expect(app.outbox().entries[receipt.id]).toMatchObject({ reason: 'notAcknowledged', httpStatus: 200 })
  })

  it('does not make the page offline, if it is no gateway’s page', async () => {
    const world = createTestWorld({ network: answer(200, 'OK', text) })
    const { app, dispatch } = appWith(world, {})
    dispatch()

    await world.clock.advance(120_000)

    expect(app.outbox().connectivity).toBe('online')
  })

  it.each([404, 403, 413])(
    'is a gateway’s %i for a minute: all entries arrive once afterwards',
    async (status) => {
      for (const server of ['plain', 'idempotent'] as const) {
        let deploying = true
        const world = createTestWorld({
          network: (request) => (deploying ? answer(status, 'no such page', text) : acknowledge(request, {})),
        })
        world.setOnline(false)
        let lanes = 0
        const post = { request: () => ({ url: '/api/claps', method: 'POST' }), lane: () => `${lanes++}` }
        const { app, dispatch } = appWith(world, { server, ...post })
        for (let i = 0; i < 20; i++) dispatch()
        await world.settle()
        world.setOnline(true)
        await world.clock.advance(60_000)
        expect(app.outbox()).toMatchObject({ waiting: 20, deadLetters: 0 })

        deploying = false
        await world.clock.advance(600_000)

        expect(app.outbox()).toMatchObject({ waiting: 0, deadLetters: 0 })
        expect(app.post('p1')?.claps).toBe(20)
      }
    },
  )

  it('sends to a refusing gateway no more often than to a failing server', async () => {
    const sends = async (reply: ReturnType<typeof answer>) => {
      const world = createTestWorld({ network: reply })
      world.setOnline(false)
      const lanes = [...Array(50).keys()].map(String)
      const { dispatch } = appWith(world, { server: 'idempotent', lane: () => lanes.pop() ?? '' })
      while (lanes.length > 0) dispatch()
      await world.settle()
      world.setOnline(true)
      await world.clock.advance(120_000)
      return world.network.requests.length
    }

    expect(await sends(answer(404, 'no such page', text))).toBe(await sends(answer(502)))
  })
})
