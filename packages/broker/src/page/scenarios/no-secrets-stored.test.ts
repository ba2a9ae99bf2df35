// Marked secrets are followed through every end that a write can have. No action, state, console sentence, report or
// message of the broker contains them. An action of the app's own and the answer that it asked for are the app's.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { clapped, liked, openApp } from '../../../test/page-fixture.js'
import { keySpan } from '../../core/rows/key-spans.js'
import type { StoreName } from '../../core/rows/rows.js'
import { schema } from '../../core/rows/schema.js'
import type { Key, Span } from '../../core/rows/store-port.js'
import { type RequestTemplate, write } from '../../index.js'
import { acknowledge, answer, createTestWorld, cut, noAnswer, redirect } from '../../testing/index.js'

const token = 'canary-token-5tgb'
const body = 'canary-body-6yhn'
const query = 'canary-query-7ujm'
const problem = 'canary-problem-8ik'

const consoles = ['log', 'info', 'debug', 'warn', 'error', 'table'] as const
const said: unknown[] = []
beforeEach(() => {
  said.length = 0
  for (const name of consoles)
    vi.spyOn(console, name).mockImplementation((...words: unknown[]) => void said.push(words))
})
afterEach(() => vi.restoreAllMocks())

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_key, part) => (part instanceof Error ? String(part.stack) : part)) ?? ''

/** An app whose write has secrets in its header, body and URL, and none in its action. */
function openSecretive(
  script: Parameters<typeof createTestWorld>[0],
  request: Partial<RequestTemplate> = {},
) {
  const world = createTestWorld(script)
  const tab = world.tab()
  const messages: unknown[] = []
  const { post } = tab.ports.bus
  vi.spyOn(tab.ports.bus, 'post').mockImplementation((hint) => {
    messages.push(hint)
    post(hint)
  })
  const secret = write(clapped, {
    request: () => ({ url: `/api/claps?key=${query}`, body: { password: body }, ...request }),
    server: 'idempotent',
  })
  const app = openApp(world, {
    tab,
    routes: [secret],
    prepareHeaders: (headers) => headers.set('authorization', `Bearer ${token}`),
  })
  const leaks = (secrets = [token, body, query, problem]) => {
    const heard = textOf([app.actions, app.store.getState(), world.reports, messages])
    return secrets.filter((one) => heard.includes(one))
  }
  return { world, app, leaks, dispatch: () => app.store.dispatch(secret({ postId: 'p1' })) }
}

const rowsOf = ({ store }: ReturnType<typeof createTestWorld>) =>
  store.transact('readonly', 'relaxed', async (tx) => {
    const all: unknown[] = []
    for (const name of Object.keys(schema) as StoreName[])
      all.push(...(await tx.list(keySpan(name, [] as Key[]) as Span, 1e6)))
    return textOf(all)
  })

describe('the secrets of a request', () => {
  it.each<[string, Parameters<typeof createTestWorld>[0]]>([
    ['is delivered', { network: (request) => acknowledge(request, {}) }],
    ['is refused', { network: answer(422, { detail: problem }) }],
    ['is refused by HTML', { network: answer(403, problem, { 'content-type': 'text/html' }) }],
    ['finds the session over', { network: answer(401, { detail: problem }) }],
    ['is asked to wait', { network: answer(503, { detail: problem }, { 'retry-after': '5' }) }],
    ['is redirected', { network: redirect() }],
    ['breaks off', { network: cut() }],
    ['reaches nobody', { network: noAnswer() }],
  ])('do not leak if it %s', async (_, script) => {
    const { world, app, leaks, dispatch } = openSecretive(script)

    dispatch()
    await world.settle()
    await world.clock.advance(20_000)

    expect(world.network.requests[0]?.headers['authorization']).toBe(`Bearer ${token}`)
    // The problem of a refusal is in the outcome that the app handles, and in the row of its dead letter.
    expect(leaks([token, body, query])).toEqual([])
    expect(textOf(app.outbox())).not.toContain(problem)
    expect(textOf(said)).not.toContain('canary')
    expect(await rowsOf(world)).not.toContain(token)
  })

  it.each<[string, Partial<RequestTemplate>]>([
    ['goes to an origin that is not named', { url: `https://evil.example/?key=${query}` }],
    ['has a scheme that nobody sends', { url: `javascript:alert("${query}")` }],
    ['has a header that is none', { headers: { 'bad name': token } }],
    ['has a body that cannot be stored', { body: { password: body, act: () => {} } }],
  ])('do not leak if it %s', async (_, request) => {
    const { world, leaks, dispatch } = openSecretive({}, request)

    const receipt = dispatch()
    await world.settle()

    expect((await receipt.accepted).status).toBe('notAccepted')
    expect(leaks()).toEqual([])
    // In development the console names the URL that was refused, as its developer wrote it.
    expect(said.length).toBeGreaterThan(0)
    for (const secret of [token, body]) expect(textOf(said)).not.toContain(secret)
    expect(await rowsOf(world)).not.toContain('canary')
  })
})

describe('an action', () => {
  it.each([
    { type: 'posts/renamed', payload: { url: '/api/x', method: 'POST' } },
    { type: 'posts/liked/', payload: { postId: 'p1' } },
    { type: 'posts/liked/delivered', payload: {}, meta: { offline: { effect: { url: '/api/x' } } } },
    { type: 'constructor', payload: {} },
  ])('without a route is not captured: $type', async (action) => {
    const world = createTestWorld()
    const app = openApp(world)

    app.store.dispatch(action)
    await world.settle()

    expect(world.network.requests).toEqual([])
    expect(app.outbox().waiting).toBe(0)
  })

  it.each([
    [{ offline: { effect: { url: 'https://evil.example/', method: 'DELETE' } } }, 1],
    [{ request: { url: 'https://evil.example/' }, headers: { authorization: token } }, 1],
    [JSON.parse('{"__proto__": {"url": "https://evil.example/"}}') as object, 1],
    // A mark of the broker's own shape is refused.
    [{ broker: { url: 'https://evil.example/', request: { url: 'https://evil.example/' }, key: 'k' } }, 0],
  ])('with meta %j cannot set its request, which its route makes', async (meta, times) => {
    const world = createTestWorld()
    const app = openApp(world)

    app.store.dispatch({ ...liked({ postId: 'p1' }), url: 'https://evil.example/', meta } as never)
    await world.settle()

    const sent = world.network.requests.filter(({ method }) => method !== 'HEAD')
    expect(sent.map(({ url }) => url)).toEqual(Array(times).fill('https://app.test/api/posts/p1/like'))
    expect(JSON.stringify(world.network.requests)).not.toMatch(/evil|canary/)
  })
})
