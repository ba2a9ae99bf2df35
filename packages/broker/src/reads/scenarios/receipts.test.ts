import { createAction } from '@reduxjs/toolkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadMe, loadPost, openReads } from '../../../test/reads-fixture.js'
import { read } from '../../index.js'
import { answer, createTestWorld, held, noAnswer, redirect } from '../../testing/index.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

const outcomes = [
  [
    'a refusal',
    answer(404, { title: 'gone' }),
    { reason: 'refused', httpStatus: 404, problem: { title: 'gone' } },
  ],
  ['a server that fails', answer(500), { reason: 'failed', httpStatus: 500 }],
  ['no answer', noAnswer(), { reason: 'failed', httpStatus: undefined }],
  ['a redirect, as to a login page', redirect(), { reason: 'redirected', httpStatus: undefined }],
  [
    'a page where JSON was asked',
    answer(200, '<html>', { 'content-type': 'text/html' }),
    { reason: 'protocol', httpStatus: 200 },
  ],
  ['broken JSON', { ...answer(200, {}), body: '{' }, { reason: 'protocol', httpStatus: 200 }],
  ['a 304 that nobody asked for', answer(304), { reason: 'protocol', httpStatus: 304 }],
] as const

describe('the receipt of a read', () => {
  it('is accepted at once and delivered with the answer and its age', async () => {
    const world = createTestWorld({ network: answer(200, { name: 'Ada' }) })
    const app = openReads(world)
    await world.settle()

    const receipt = app.dispatch(loadMe())
    const fetchedAt = world.clock.now()

    expect(await receipt.accepted).toEqual({ status: 'accepted' })
    await world.settle()
    expect(await receipt.settled).toEqual({ status: 'delivered', answer: { name: 'Ada' }, fetchedAt })
    expect(await receipt.cancel()).toBe('tooLate')
    expect(app.actions.at(-1)).toMatchObject({
      type: 'me/load/delivered',
      payload: { name: 'Ada' },
      meta: { entryId: receipt.id, arg: undefined, action: { type: 'me/load' }, fetchedAt },
    })
  })

  it('says that it is cancelled as often as it is cancelled', async () => {
    const world = createTestWorld({ network: held().reply })
    const app = openReads(world)
    const receipt = app.dispatch(loadMe())
    await world.settle()

    expect([await receipt.cancel(), await receipt.cancel()]).toEqual(['cancelled', 'cancelled'])
  })

  it.each(outcomes)('is returned after %s, also in the store', async (_name, reply, expected) => {
    const world = createTestWorld({ network: reply })
    const app = openReads(world)

    const receipt = app.dispatch(loadMe())
    await world.settle()

    expect(await receipt.settled).toMatchObject({ status: 'returned', ...expected })
    expect(app.actions.at(-1)).toMatchObject({
      type: 'me/load/returned',
      error: { reason: expected.reason },
    })
    expect(app.store.getState().broker).toEqual(
      expect.objectContaining({ entries: {}, waiting: 0, deadLetters: 0 }),
    )
  })

  it('is returned if its answer cannot be parsed, which is reported (P13)', async () => {
    const world = createTestWorld()
    const route = read(createAction('me/parse'), {
      request: () => '/api/me',
      answer: () => {
        throw new Error('no such shape')
      },
    })
    const app = openReads(world, { routes: [route] })

    const receipt = app.dispatch(route())
    await world.settle()

    expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'answerInvalid' })
    expect(world.reports).toEqual([new Error('no such shape')])
  })

  it.each([
    ['resolves', async (body: unknown) => body],
    ['rejects', () => Promise.reject(new Error('late'))],
    // biome-ignore lint/suspicious/noThenProperty: as some libraries' promises are
    ['is another library’s', () => ({ then() {} })],
  ])('is returned if its `answer` returns a promise that %s, which is reported', async (_how, answer) => {
    const world = createTestWorld()
    const route = read(createAction('me/parse'), { request: () => '/api/me', answer })
    const app = openReads(world, { routes: [route] })

    const receipt = app.dispatch(route())
    await world.settle()

    expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'answerInvalid' })
    expect(world.reports.map(String)).toEqual([expect.stringContaining('`answer` must not give a promise')])
  })

  it('is not accepted if its route returns no list of tags', async () => {
    const route = read(createAction('me/tags'), { request: () => '/api/me', tags: () => undefined as never })
    const app = openReads(createTestWorld(), { routes: [route] })

    expect(await app.dispatch(route()).settled).toEqual({ status: 'notAccepted', reason: 'invalidRequest' })
    await expect(app.broker.fetch('/api/me', { tags: 'posts' as never })).rejects.toThrow(/list of tags/)
  })

  it('has a string for another type of the request’s `accept`, and nothing for a 204', async () => {
    const world = createTestWorld({
      network: [answer(200, 'a,b', { 'content-type': 'text/csv' }), answer(204)],
    })
    const route = read(createAction('csv'), {
      request: () => ({ url: '/api/csv', headers: { accept: 'text/csv' } }),
    })
    const app = openReads(world, { routes: [route] })

    const csv = app.dispatch(route())
    await world.settle()
    const empty = app.dispatch(route())
    await world.settle()

    expect(await csv.unwrap()).toBe('a,b')
    expect(await empty.unwrap()).toBeUndefined()
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('no url')
      },
      /the `request` of bad threw/,
    ],
    ['gives no URL', () => 7, /must return a `url`/],
    ['names another origin', () => 'https://evil.test/', /origins/],
    ['is a POST', () => ({ url: '/a', method: 'POST' }), /GET or HEAD/],
  ])('is not accepted if its request %s, and dispatch does not throw', async (_name, request, message) => {
    const world = createTestWorld()
    const route = read(createAction('bad'), { request: request as () => string })
    const app = openReads(world, { routes: [route] })

    const receipt = app.dispatch(route())
    await world.settle()

    const notAccepted = { status: 'notAccepted', reason: 'invalidRequest' }
    expect(await receipt.accepted).toEqual(notAccepted)
    expect(await receipt.settled).toEqual(notAccepted)
    expect(app.types()).toEqual(['bad/notAccepted'])
    expect(vi.mocked(console.error).mock.calls.flat().join(' ')).toMatch(message)
    expect(app.store.getState().broker.entries).toEqual({})
  })

  it('is not accepted if too many reads wait', async () => {
    const world = createTestWorld({ network: new Promise(() => {}) })
    const app = openReads(world, { limits: { readsMax: 1, waitingReadsMax: 2 } })
    const load = (id: string) => app.dispatch(loadPost({ id }))
    load('0')
    await world.settle()

    const receipts = ['1', '2', '3'].map(load)
    await world.settle()

    const over = receipts.at(-1)
    expect(await over?.settled).toEqual({ status: 'notAccepted', reason: 'tooManyReads' })
    expect(app.types().at(-1)).toBe('post/load/notAccepted')
  })

  it('is not accepted if too many reads wait for their conditions', async () => {
    const world = createTestWorld()
    const nightly = read(createAction<string>('nightly'), {
      request: (path) => path,
      when: { visible: true },
    })
    const app = openReads(world, { routes: [nightly], limits: { waitingReadsMax: 1, concurrencyMax: 1 } })
    app.tab.host.setVisible(false)

    const receipts = ['/1', '/2', '/3'].map((path) => app.dispatch(nightly(path)))
    await world.settle()

    expect(await receipts[2]?.settled).toEqual({ status: 'notAccepted', reason: 'tooManyReads' })
    expect(await Promise.race([receipts[1]?.settled, 'open'])).toBe('open')
  })

  it('that the app ignores causes no unhandled rejection (P13)', async () => {
    const unhandled: unknown[] = []
    const listener = (reason: unknown) => void unhandled.push(reason)
    process.on('unhandledRejection', listener)
    const world = createTestWorld({ network: answer(500) })
    const app = openReads(world)

    app.dispatch(loadMe())
    await world.settle()
    await app.broker.stop()
    await world.settle()
    process.off('unhandledRejection', listener)

    expect(unhandled).toEqual([])
  })
})
