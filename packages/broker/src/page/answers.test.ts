import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it, vi } from 'vitest'
import { clapped, openApp } from '../../test/page-fixture.js'
import { acknowledge, answer, createTestWorld } from '../testing/index.js'
import {
  type AnswerSeen,
  confirm,
  confirmed,
  deadLetters,
  delivered,
  outboxEntries,
  returned,
  type WriteOptions,
  write,
} from './index.js'

type Options = Partial<WriteOptions<ReturnType<typeof makeDid>, unknown>>
const makeDid = () => createAction<{ postId: string }>('posts/clapped')

/** What an app may throw that `String()` refuses. */
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

/** The app with one more rule for its claps, and what its reducers were told of them. */
function appWith(
  world: ReturnType<typeof createTestWorld>,
  route: Options,
  more: Parameters<typeof openApp>[1] = {},
) {
  const did = write(makeDid(), { request: () => ({ url: '/api/claps', method: 'PUT' }), ...route })
  const app = openApp(world, { routes: [did], ...more })
  const told = () =>
    app.actions.flatMap((action) => {
      const kind = [delivered, confirmed, returned].find((matcher) => matcher(did)(action))
      return kind === undefined ? [] : [{ ...action, type: kind.name } as Record<string, unknown>]
    })
  return { app, told, dispatch: () => app.store.dispatch(did({ postId: 'p1' })) }
}

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

  it.each(parsers)('%s ends the entry as confirmed, without the body', async (_how, parse, problem) => {
    const world = createTestWorld({ network: answer(200, { errors: 1 }) })
    const { app, told, dispatch } = appWith(world, { answer: parse })

    const receipt = dispatch()
    await world.settle()

    const error = { reason: 'answerInvalid', problem: expect.stringContaining(problem) }
    expect(await receipt.settled).toEqual({ status: 'confirmed', ...error })
    expect(told()).toMatchObject([{ type: 'confirmed', payload: undefined, error }])
    expect(app.post('p1')?.claps).toBe(1)
    expect(app.outbox()).toMatchObject({ waiting: 0, deadLetters: 0, entries: {} })
    expect(world.reports).toHaveLength(1)
    await expect(receipt.unwrap()).rejects.toThrow('confirmed: answerInvalid')
  })

  it('is told the same in another tab and at a later start, where nothing of the body is shown', async () => {
    const world = createTestWorld({ network: answer(200, { secret: 1 }) })
    const refuse = () => {
      throw new Error('no')
    }
    const here = appWith(world, { answer: refuse })
    const there = appWith(world, { answer: refuse })
    await world.settle()

    here.dispatch()
    await world.settle()

    expect(there.told()).toMatchObject([{ type: 'confirmed', error: { reason: 'answerInvalid' } }])
    expect(there.app.post('p1')?.claps).toBe(1)
    expect(JSON.stringify([here.app.actions, there.app.actions])).not.toContain('secret')
  })
})

describe('`refusedWhen`', () => {
  it('returns a GraphQL answer with errors: its change is undone, and its body is the problem', async () => {
    const body = { data: null, errors: [{ message: 'not allowed' }] }
    const world = createTestWorld({ network: answer(200, body) })
    const { app, told, dispatch } = appWith(world, { refusedWhen: { path: '/errors' } })

    const receipt = dispatch()
    await world.settle()

    expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'refused', httpStatus: 200 })
    expect(told()).toMatchObject([{ type: 'returned', error: { reason: 'refused', problem: body } }])
    expect(app.post('p1')?.claps).toBe(0)
    expect(await deadLetters(app.broker)).toMatchObject([{ httpStatus: 200, problem: body }])
  })

  it.each([
    [
      'a text',
      { status: 'error' },
      ({ body }: AnswerSeen) => (body as { status: string }).status === 'error',
    ],
    ['a header', {}, ({ headers }: AnswerSeen) => headers['x-error'] === 'quota'],
    ['several places at once', { a: 2, b: 2 }, ({ body }: AnswerSeen) => (body as { a: 1; b: 1 }).a + 1 > 2],
  ])('may be a function, which sees %s', async (_what, body, refusedWhen) => {
    const world = createTestWorld({ network: answer(200, body, { 'x-error': 'quota' }) })
    const { app, told, dispatch } = appWith(world, { refusedWhen })

    const receipt = dispatch()
    await world.settle()

    expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'refused', httpStatus: 200 })
    expect(told()).toMatchObject([{ type: 'returned', error: { problem: body } }])
    expect(app.post('p1')?.claps).toBe(0)
  })

  it('as a function is told of a 2xx of the application alone, with its body as `answer` gets it', async () => {
    const seen: AnswerSeen[] = []
    const world = createTestWorld({ network: answer(201, { id: 7 }, { 'x-a': 'b' }) })
    for (const reply of [answer(503), answer(200, '<html>', { 'content-type': 'text/html' })])
      world.network.next(reply)
    const { told, dispatch } = appWith(world, {
      refusedWhen: (given) => {
        seen.push(given)
        return false
      },
    })

    dispatch()
    await world.clock.advance(60_000)

    expect(told()).toMatchObject([{ type: 'delivered', payload: { id: 7 } }])
    expect(seen).toEqual([{ status: 201, body: { id: 7 }, headers: expect.objectContaining({ 'x-a': 'b' }) }])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('oops')
      },
    ],
    ['reads what is not there', ({ body }: AnswerSeen) => (body as { a: { b: boolean } }).a.b],
    ['gives a promise', (async () => false) as never],
    ['gives a list', (() => []) as never],
  ])('as a function that %s leaves its entry in doubt, seen and never lost', async (_how, refusedWhen) => {
    const world = createTestWorld({ network: answer(200, {}) })
    const { app, told, dispatch } = appWith(world, { refusedWhen })

    const receipt = dispatch()
    await world.clock.advance(600_000)

    expect(world.network.requests).toHaveLength(1)
    expect(app.outbox()).toMatchObject({ waiting: 1, deadLetters: 0, connectivity: 'online', trouble: [] })
    expect(app.outbox().entries[receipt.id]).toMatchObject({
      state: 'inDoubt',
      reason: 'refusalUnknown',
      httpStatus: 200,
    })
    expect(app.post('p1')?.claps).toBe(1)
    expect(world.reports).toHaveLength(1)

    expect(await confirm(app.broker, receipt.id)).toBeTruthy()
    await world.settle()
    expect(told()).toMatchObject([{ type: 'confirmed' }])
  })

  describe('as a function, of an answer over `answerBytesMax`', () => {
    const send = async (refusedWhen: (seen: AnswerSeen) => boolean) => {
      const body = { errors: ['x'.repeat(500)] }
      const world = createTestWorld({
        network: ({ key }) => answer(200, body, { 'idempotency-key': `"${key}"`, 'x-error': 'quota' }),
      })
      const limits = { answerBytesMax: 100 }
      const { app, dispatch } = appWith(world, { server: 'idempotent', refusedWhen }, { limits })
      const receipt = dispatch()
      await world.settle()
      return { world, app, receipt }
    }

    it.each([
      ['takes no body for no errors', ({ body }: AnswerSeen) => Boolean((body as { errors?: 1 })?.errors)],
      ['takes no body for a refusal', ({ body }: AnswerSeen) => (body as { ok?: true })?.ok !== true],
      ['throws without a body', ({ body }: AnswerSeen) => (body as { errors: [] }).errors.length > 0],
      ['passes the whole answer on', (seen: AnswerSeen) => JSON.stringify(seen).includes('"errors"')],
    ])('leaves the entry in doubt where it %s', async (_how, refusedWhen) => {
      const { world, app, receipt } = await send(refusedWhen)
      await world.clock.advance(600_000)

      expect(world.network.requests).toHaveLength(1)
      expect(app.outbox().entries[receipt.id]).toMatchObject({ state: 'inDoubt', reason: 'refusalUnknown' })
      expect(app.post('p1')?.claps).toBe(1)
    })

    it('is believed where it looks at the headers or the status alone', async () => {
      const refused = await send(({ headers }) => headers['x-error'] === 'quota')
      const taken = await send(({ status }) => status === 207)

      expect(await refused.receipt.settled).toMatchObject({ status: 'returned', reason: 'refused' })
      expect(await taken.receipt.settled).toMatchObject({ status: 'confirmed', reason: 'answerTooLong' })
    })
  })

  it('as a function is a need of its entries, which no other route has', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const { app, dispatch } = appWith(world, { refusedWhen: () => false })
    app.store.dispatch(clapped({ postId: 'p2' }))
    dispatch()
    await world.settle()

    expect((await outboxEntries(app.broker)).map(({ channel }) => channel)).toContain(
      'https://app.test refusedWhen:posts/clapped',
    )
    expect(app.broker.capabilities().workerLacks).toEqual(['refusedWhen:posts/clapped'])
  })

  it('as a function that a release has dropped leaves the entry on disk, and that is said', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const old = appWith(world, { refusedWhen: () => false })
    old.dispatch()
    await world.settle()
    await old.app.broker.stop()

    world.setOnline(true)
    const next = appWith(world, { refusedWhen: { path: '/errors' } })
    await world.settle()

    expect(world.network.requests).toEqual([])
    expect(next.app.outbox().waiting).toBe(1)
    expect(String(world.reports)).toContain('`refusedWhen` of a route')
  })

  it('as a function is asked of what it was captured with, and not of what an earlier release captured', async () => {
    const world = createTestWorld({ network: answer(200, {}) })
    world.setOnline(false)
    const old = appWith(world, {})
    old.dispatch()
    await world.settle()
    await old.app.broker.stop()

    world.setOnline(true)
    const next = appWith(world, { refusedWhen: () => true })
    next.dispatch()
    await world.clock.advance(20_000)

    expect(next.told().map(({ type }) => type)).toEqual(['delivered', 'returned'])
  })

  it.each([
    ['says once where its path sees nothing, since the answer is no JSON', { path: '/errors' }, 1],
    ['says so of one of several', [{ header: 'x' }, { path: '/errors' }], 1],
    ['says nothing of a text', { text: 'FAULT' }, 0],
  ])('%s', async (_what, refusedWhen, times) => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    const world = createTestWorld({
      network: answer(200, '{"errors":[1]}', { 'content-type': 'text/plain' }),
    })
    const type = `said${JSON.stringify(refusedWhen)}`
    const did = write(createAction(type), {
      request: () => ({ url: '/x', method: 'PUT' }),
      success: 'any2xx',
      refusedWhen,
    })
    const app = openApp(world, { routes: [did] })

    app.store.dispatch(did())
    app.store.dispatch(did())
    await world.settle()

    const words = said.mock.calls.map(String).filter((text) => text.includes(`\`refusedWhen\` of ${type}`))
    expect(words).toHaveLength(times)
    said.mockRestore()
  })

  it('leaves what carries none of its marks delivered', async () => {
    const world = createTestWorld({ network: answer(200, { data: {}, errors: [] }) })
    const { told, dispatch } = appWith(world, { refusedWhen: [{ path: '/errors' }, { header: 'x-error' }] })

    dispatch()
    await world.settle()

    expect(told()).toMatchObject([{ type: 'delivered' }])
  })
})

describe('what a request asks for', () => {
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
    const { dispatch } = appWith(world, route as Options, broker as never)

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
  ])(
    'of %s comes to an end that is seen, after eight sends and not before ten minutes',
    async (_what, reply) => {
      const world = createTestWorld({ network: reply })
      const { app, dispatch } = appWith(world, {})
      const receipt = dispatch()

      await world.clock.advance(600_000)
      expect(app.outbox()).toMatchObject({ waiting: 1, deadLetters: 0 })
      await world.clock.advance(3_600_000)

      expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'notAcknowledged' })
      expect(world.network.requests).toHaveLength(8)
      expect(app.outbox().entries[receipt.id]).toMatchObject({ reason: 'notAcknowledged', httpStatus: 200 })
    },
  )

  it('does not make the page say that it is offline, where it is no page of something between', async () => {
    const world = createTestWorld({ network: answer(200, 'OK', text) })
    const { app, dispatch } = appWith(world, {})
    dispatch()

    await world.clock.advance(120_000)

    expect(app.outbox().connectivity).toBe('online')
  })

  it.each([404, 403, 413])('is a gateway’s %i for a minute: all arrive afterwards, once', async (status) => {
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
  })

  it('asks a gateway that refuses everything no more than a server that fails', async () => {
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
