// A stored request holds no credential, whatever name its API has for one.
import { createAction } from '@reduxjs/toolkit'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from 'vitest'
import { openApp, openWith } from '../../../test/page-fixture.js'
import { outboxEntries, write } from '../../index.js'
import { answer, createTestWorld } from '../../testing/index.js'
import { given, refused, secret, stored, token } from '../fixtures/storable-headers.fixture.js'
import { CaptureRefusal } from './capture-refusal.js'
import { storedHeaders } from './request-headers.js'

let consoleError: Mock

const entriesOf = async (opened: ReturnType<typeof openWith>) => {
  await opened.world.settle()
  return outboxEntries(opened.app.broker)
}

const known = fc.constantFrom(...stored)

const near = fc
  .tuple(fc.oneof(token, fc.constant('')), known, fc.oneof(token, fc.constant('')))
  .map((parts) => parts.join(''))

beforeEach(() => {
  consoleError = vi.spyOn(console, 'error').mockImplementation(() => {})
})

afterEach(() => vi.restoreAllMocks())

describe('a header of a write', () => {
  it.each(stored)('%s is stored', async (name) => {
    const opened = openWith({ request: given(name) })
    opened.dispatch()

    expect((await entriesOf(opened))[0]?.request.headers).toContainEqual([name.toLowerCase(), secret])
    expect(consoleError).not.toHaveBeenCalled()
  })

  it.each(refused)('%s is refused with advice, and is not stored', async (name) => {
    const opened = openWith({ request: given(name) })
    const receipt = opened.dispatch()

    expect(await receipt.accepted).toEqual({ status: 'notAccepted', reason: 'invalidRequest' })
    expect(await entriesOf(opened)).toEqual([])
    const [words] = consoleError.mock.lastCall as [string]
    expect(words).toContain(`header ${name.toLowerCase()}.`)
    expect(words).toMatch(/`prepareHeaders`.*`headers\(payload, \{ getState \}\)`.*`storedHeaders`/)
    expect(JSON.stringify(consoleError.mock.calls)).not.toContain(secret)
  })

  it.each([
    ['Cookie', /Only the browser.*credentials: 'include'/],
    ['set-cookie', /Only the browser/],
    ['Proxy-Authorization', /Only the browser/],
    ['Sec-Fetch-Site', /Only the browser/],
    ['host', /Only the browser/],
    ['Idempotency-Key', /The broker sets/],
    ['idempotency-principal', /The broker sets/],
  ])('that no function of the app can set is refused without advice to set it: %s', async (name, advice) => {
    const { dispatch } = openWith({ request: given(name) })

    expect(await dispatch().accepted).toEqual({ status: 'notAccepted', reason: 'invalidRequest' })
    const [words] = consoleError.mock.lastCall as [string]
    expect(words).toContain(`header ${name.toLowerCase()}.`)
    expect(words).toMatch(advice)
    expect(words).not.toContain('`prepareHeaders`')
  })

  it.each([
    ['content-disposition', 'attachment; filename="a\u000bb.pdf"'],
    ['Prefer', 'a\u0001'],
    ['if-match', '\u001f'],
    ['content-language', '\u0008de'],
    ['content-location', '/a\u007fb'],
    ['x-client-version', '1\u001b[0m'],
  ])('with a control character is refused by its name: %s with %j', async (name, value) => {
    const opened = openWith(
      { request: () => ({ url: '/ok', headers: { [name]: value } }) },
      { storedHeaders: ['x-client-version'] },
    )

    expect(await opened.dispatch().accepted).toEqual({ status: 'notAccepted', reason: 'invalidRequest' })
    expect(await entriesOf(opened)).toEqual([])
    const [words] = consoleError.mock.lastCall as [string]
    expect(words).toContain(`control characters in the header ${name.toLowerCase()}.`)
    expect(words).not.toContain(value)
  })

  it('is refused with the advice for each kind, if several are refused', async () => {
    const { dispatch } = openWith({ request: () => ({ url: '/ok', headers: { cookie: 'a', 'x-a': 'b' } }) })
    dispatch()

    expect(consoleError.mock.lastCall?.[0]).toMatch(/Only the browser.*`prepareHeaders`/)
  })

  it('is refused with all others at once, and other entries arrive', async () => {
    const world = createTestWorld()
    const to = write(createAction<Record<string, string>>('to'), {
      request: (headers) => ({ url: '/ok', headers }),
    })
    const app = openApp(world, { routes: [to] })
    const [before, poisoned, after] = [{}, { 'x-b': '1', 'if-match': '2', 'x-a': '3' }, {}].map((headers) =>
      app.store.dispatch(to(headers)),
    )

    expect(await poisoned?.settled).toMatchObject({ status: 'notAccepted' })
    expect(consoleError).toHaveBeenCalledWith(
      expect.stringContaining('the header x-a, x-b.'),
      expect.anything(),
    )
    for (const receipt of [before, after])
      expect(await receipt?.settled).toMatchObject({ status: 'delivered' })
  })

  it.each([
    ['x-feature', 'X-Feature'],
    ['X-FEATURE', 'x-feature'],
    ['depth', 'Depth'],
  ])('is stored if the app lists it: %s for %s', async (named, name) => {
    const opened = openWith({ request: given(name) }, { storedHeaders: ['destination', named] })
    opened.dispatch()

    expect((await entriesOf(opened))[0]?.request.headers).toContainEqual([name.toLowerCase(), secret])
  })

  it('that an earlier release stored is sent as it is (P11)', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const route = write(createAction('sent'), { request: given('x-feature') })
    const before = openApp(world, { routes: [route], storedHeaders: ['x-feature'] })
    before.store.dispatch(route())
    await world.settle()
    before.tab.crash()

    openApp(world, { routes: [route] })
    world.setOnline(true)
    await world.settle()

    expect(world.network.requests.map(({ headers }) => headers['x-feature'])).toEqual([secret])
  })

  it.each(['authorization', 'x-api-key', 'csrf-token'])(
    'is sent and not stored if the route’s `headers` or `prepareHeaders` sets it: %s',
    async (name) => {
      const world = createTestWorld({ network: answer(503) })
      const route = write(createAction('sent'), {
        request: () => ({ url: '/ok' }),
        headers: () => ({ [name]: secret }),
      })
      const app = openApp(world, {
        routes: [route],
        prepareHeaders: (headers) => headers.set('x-more', secret),
      })
      app.store.dispatch(route())
      await world.settle()

      expect(world.network.requests[0]?.headers).toMatchObject({ [name]: secret, 'x-more': secret })
      expect(JSON.stringify(await outboxEntries(app.broker))).not.toContain(secret)
    },
  )
})

it('only listed names and those of the app are ever stored, in any case and with any others', () => {
  const listed = new Set(stored.map((name) => name.toLowerCase()))
  fc.assert(
    fc.property(fc.array(fc.oneof(token, near, known), { maxLength: 6 }), fc.array(token), (names, named) => {
      const lower = named.map((name) => name.toLowerCase())
      const mayStay = (name: string) => listed.has(name.toLowerCase()) || lower.includes(name.toLowerCase())
      const headers = Object.fromEntries(names.map((name) => [name, 'v']))
      const take = () => [...storedHeaders('t', { headers }, lower).keys()]
      if (names.every(mayStay)) expect(take()).toEqual([...new Headers(headers).keys()])
      else expect(take).toThrow(CaptureRefusal)
    }),
    { numRuns: 3_000, seed: 40 },
  )
})
