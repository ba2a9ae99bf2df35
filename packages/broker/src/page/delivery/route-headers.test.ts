import { createAction } from '@reduxjs/toolkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { deadLetters, outboxEntries, write } from '../../index.js'
import { createTestWorld } from '../../testing/index.js'
import { bound, edited, open, prepareHeaders } from '../fixtures/prepare-headers.fixture.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))

afterEach(() => vi.restoreAllMocks())

describe('the `headers` of a route', () => {
  const withHeaders = (headers: (payload: { text: string }) => unknown) =>
    write(createAction<{ text: string }>('own'), {
      request: (body) => ({ url: '/own', body, headers: { 'x-stored': 's', 'x-both': 'stored' } }),
      headers: headers as never,
    })
  const openOwn = (route: ReturnType<typeof withHeaders>, options = {}) => {
    const world = createTestWorld()
    const app = open(world.tab(), { routes: [route], storedHeaders: ['X-Stored', 'x-both'], ...options })
    return { world, ...app, receipt: app.store.dispatch(route({ text: 'a' })) }
  }

  it('are added to the stored ones, and `prepareHeaders` sees them', async () => {
    const seen: unknown[] = []
    const { world } = openOwn(
      withHeaders(async ({ text }) => ({ 'X-Late': text, 'x-both': 'late' })),
      { prepareHeaders: (headers: Headers) => void seen.push([...headers]) },
    )
    await world.settle()

    expect(world.network.requests[0]?.headers).toMatchObject({
      'x-late': 'a',
      'x-both': 'late',
      'x-stored': 's',
    })
    expect(seen).toEqual([
      expect.arrayContaining([
        ['x-late', 'a'],
        ['x-stored', 's'],
      ]),
    ])
  })

  it.each([
    ['nothing', () => undefined, undefined],
    ['what is not there yet', () => ({ 'x-late': undefined }), undefined],
    ['a null in it', () => ({ 'x-late': null }), undefined],
    ['null', () => null, undefined],
    ['a number in it', () => ({ 'x-late': 7 }), '7'],
    ['a list of pairs', () => [['x-late', 'p']], 'p'],
    ['a map', () => new Map([['x-late', 'm']]), 'm'],
    ['Headers', () => new Headers({ 'x-late': 'h' }), 'h'],
  ])('may be %s', async (_name, headers, expected) => {
    const { world } = openOwn(withHeaders(headers))
    await world.settle()

    expect(world.network.requests[0]?.headers['x-late']).toBe(expected)
  })

  it.each([
    ['a value outside of Latin-1', () => ({ 'x-late': '李' })],
    ['a value with a line break', () => ({ 'x-late': 'a\nb' })],
    ['a value that is a symbol', () => ({ 'x-late': Symbol('s') })],
    ['a name with a blank', () => ({ 'x late': 'a' })],
    ['an empty name', () => [['', 'a']]],
  ])('that no request can have return the entry: %s', async (_what, headers) => {
    const { world, broker } = openOwn(withHeaders(headers))
    await world.settle()

    expect(await deadLetters(broker)).toMatchObject([{ reason: 'invalidRequest', attempts: 0 }])
  })

  it.each([
    ['a text', 'x-late: a', /'x-late: a'/],
    ['an empty text', '', /''/],
    ['a number', 7, /7/],
    ['true', true, /true/],
    ['a function', () => ({}), /function/],
    ['a list of names', ['x-late', 'x-other'], /an array/],
    ['a list of one and a half pairs', [['x-a', 'b'], ['x-c']], /an array/],
    ['a list of numbers', [1], /an array/],
    ['a set of texts', new Set(['ab']), /an object/],
    ['a promise as a value', { 'x-late': Promise.resolve('a') }, /x-late/],
    ['a function as a value', { 'x-late': () => 'a' }, /x-late/],
  ])('that are not headers return the entry with an explanation: %s', async (_what, given, said) => {
    for (const headers of [() => given, async () => given]) {
      const { world, broker, receipt } = openOwn(withHeaders(headers))
      await world.settle()

      expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'invalidRequest' })
      const [letter] = await deadLetters(broker)
      expect(letter?.problem).toMatch(/the `headers` of own.*return an object/i)
      expect(letter?.problem).toMatch(said)
      expect(world.network.requests).toEqual([])
    }
  })

  it('that throw let the entry wait', async () => {
    let isReady = false
    const { world, receipt } = openOwn(
      withHeaders(() => {
        if (!isReady) throw new Error('not yet')
        return {}
      }),
    )
    await world.settle()
    expect(world.network.requests).toEqual([])

    isReady = true
    await world.clock.advance(20_000)

    expect(world.network.requests).toHaveLength(1)
    expect((await receipt.accepted).status).toBe('accepted')
  })

  it('that a release has dropped leave the entry on disk, which is reported', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const old = open(world.tab())
    old.store.dispatch(bound({ text: 'a' }))
    await world.settle()
    await old.broker.stop()

    world.setOnline(true)
    const next = open(world.tab(), { routes: [edited] })
    await world.settle()

    expect(world.network.requests).toEqual([])
    expect(next.outbox().waiting).toBe(1)
    expect(String(world.reports)).toContain('`headers` of a route')
  })

  it('are a requirement that no worker meets, so a page sends the entry', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const { store, broker } = open(world.tab(), { prepareHeaders })
    store.dispatch(bound({ text: 'a' }))
    await world.settle()

    const [entry] = await outboxEntries(broker)
    expect(entry?.channel).toBe('https://app.test prepareHeaders headers')
  })
})
