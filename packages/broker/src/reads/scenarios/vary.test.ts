// A kept answer is given only to a request with the same headers, as its `Vary` says (RFC 9111 4.1).
import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import { read, reads } from '../../index.js'
import { answer, createTestWorld } from '../../testing/index.js'

/** An app whose header is there only as a request leaves, or is one that it ignores. */
function open(name: string, vary: string, isLate: boolean, ignoreHeaders: readonly string[] = []) {
  let chosen: string | undefined = 'red'
  let asks = 0
  let isBroken = false
  const world = createTestWorld({
    network: ({ headers }) => answer(200, { of: headers[name] ?? 'none' }, { vary, etag: '"1"' }),
  })
  const load = read(createAction('list/load'), { request: () => '/api/list', freshForMs: 60_000 })
  const app = openReads(world, {
    routes: [load],
    reads: reads({ retries: 0, ignoreHeaders }),
    prepareHeaders(headers) {
      if (isBroken) throw new Error('no token')
      const isAsked = asks++ % 2 === 0
      if (chosen !== undefined && !(isLate && isAsked)) headers.set(name, chosen)
    },
  })
  const ask = async () => {
    const { settled } = app.dispatch(load())
    await world.clock.advance(5_000)
    return ((await settled) as { answer?: { of?: string } }).answer?.of
  }
  return {
    world,
    app,
    ask,
    choose: (to: string | undefined) => (chosen = to),
    breakDown: () => (isBroken = true),
  }
}

describe.each([
  ['is added as the request leaves', 'x-team', true, []],
  ['is added as the request leaves, a language', 'accept-language', true, []],
  ['the app ignores', 'x-tenant', false, ['X-Tenant']],
] as const)('a header that %s', (_, name, isLate, ignored) => {
  it('and that Vary names: its answer is not used for another value, fresh or offline', async () => {
    const { world, ask, choose } = open(name, `Origin, ${name}`, isLate, ignored)
    expect(await ask()).toBe('red')
    choose('blue')
    expect(await ask()).toBe('blue')
    world.setOnline(false)

    expect(await ask()).toBeUndefined()
  })

  it('and that Vary does not name has no effect', async () => {
    const { app, ask, choose } = open(name, 'Accept-Encoding', isLate, ignored)
    expect(await ask()).toBe('red')
    choose('blue')

    expect(await ask()).toBe('red')
    expect(app.wire()).toHaveLength(1)
  })
})

it.each([
  ['X-Team', undefined],
  ['X-Tenant, Accept', undefined],
  ['Accept-Encoding, Origin, Authorization, Cookie', 'none'],
])(
  'if headers cannot be prepared, the copy of an answer that varies by %s is given: %s',
  async (vary, given) => {
    const { world, ask, choose, breakDown } = open('x-team', vary, false)
    choose(undefined)
    expect(await ask()).toBe('none')
    breakDown()
    world.setOnline(false)

    expect(await ask()).toBe(given)
    await world.clock.advance(120_000)
    expect(await ask()).toBe(given)
  },
)

it('`Vary: *`: the answer goes to all current subscribers, and to no later one', async () => {
  const world = createTestWorld({ network: answer(200, {}, { vary: '*' }) })
  const load = read(createAction('list/load'), { request: () => '/api/list', freshForMs: 60_000 })
  const app = openReads(world, { routes: [load] })
  const together = [app.dispatch(load()), app.dispatch(load())]
  await world.settle()
  for (const { settled } of together) expect(await settled).toMatchObject({ status: 'delivered' })
  expect(app.wire()).toHaveLength(1)

  app.dispatch(load())
  await world.settle()
  expect(app.wire()).toHaveLength(2)
  world.setOnline(false)
  const offline = app.dispatch(load())
  await world.clock.advance(5_000)
  expect(await offline.settled).toMatchObject({ status: 'returned' })
})
