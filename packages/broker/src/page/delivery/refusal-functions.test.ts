import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it, vi } from 'vitest'
import { clapped, openApp } from '../../../test/page-fixture.js'
import { type AnswerSeen, deadLetters, markDelivered, outboxEntries, write } from '../../index.js'
import { answer, createTestWorld } from '../../testing/index.js'
import { appWith } from '../fixtures/answers.fixture.js'

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

  it('as a function is called only with a 2xx of the application, with the same body as `answer`', async () => {
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
    ['gives a promise that rejects', (() => Promise.reject(new Error('late'))) as never],
    ['gives a list', (() => []) as never],
  ])('as a function that %s leaves its entry visible and in doubt', async (_how, refusedWhen) => {
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

    expect(await markDelivered(app.broker, receipt.id)).toBeTruthy()
    await world.settle()
    expect(told()).toMatchObject([{ type: 'deliveredWithoutAnswer' }])
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
    ])('leaves the entry in doubt if it %s', async (_how, refusedWhen) => {
      const { world, app, receipt } = await send(refusedWhen)
      await world.clock.advance(600_000)

      expect(world.network.requests).toHaveLength(1)
      expect(app.outbox().entries[receipt.id]).toMatchObject({ state: 'inDoubt', reason: 'refusalUnknown' })
      expect(app.post('p1')?.claps).toBe(1)
    })

    it('counts if it looks at the headers or the status only', async () => {
      const refused = await send(({ headers }) => headers['x-error'] === 'quota')
      const taken = await send(({ status }) => status === 207)

      expect(await refused.receipt.settled).toMatchObject({ status: 'returned', reason: 'refused' })
      expect(await taken.receipt.settled).toMatchObject({
        status: 'deliveredWithoutAnswer',
        reason: 'answerTooLong',
      })
    })
  })

  it('as a function is a requirement of its entries, and of no other route’s', async () => {
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

  it('as a function that a release has dropped leaves the entry on disk, which is reported', async () => {
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

  it('as a function applies to entries captured with it, not to those of an earlier release', async () => {
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

  it('delivers an answer that has none of its marks', async () => {
    const world = createTestWorld({ network: answer(200, { data: {}, errors: [] }) })
    const { told, dispatch } = appWith(world, { refusedWhen: [{ path: '/errors' }, { header: 'x-error' }] })

    dispatch()
    await world.settle()

    expect(told()).toMatchObject([{ type: 'delivered' }])
  })
})
