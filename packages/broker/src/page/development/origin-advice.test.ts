import { createAction } from '@reduxjs/toolkit'
import { afterEach, expect, it, vi } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import type { Obstacle } from '../../adapters/network/cors-check.js'
import { type RequestTemplate, write } from '../../index.js'
import { answer, createTestWorld, noAnswer, redirect } from '../../testing/index.js'

const api = 'https://api.test'
const sent = write(createAction<RequestTemplate>('sent'), { request: (template) => template })

afterEach(() => void vi.restoreAllMocks())

/** A page in a browser whose own questions find this obstacle. */
function setUp(obstacle: Obstacle | undefined, server: 'idempotent' | 'plain' = 'plain') {
  const world = createTestWorld()
  const tab = world.tab()
  const findObstacle = vi.fn(async () => obstacle)
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const app = openApp(world, {
    routes: [sent],
    origins: [{ origin: api, credentials: 'include' }],
    server,
    tab: { ...tab, host: { ...tab.host, findObstacle } },
  })
  const send = (url: string, method = 'PUT') => app.store.dispatch(sent({ url, method, body: {} }))
  // The store's own checks warn too, on a busy machine.
  const told = () =>
    warn.mock.calls.map(([text]) => String(text)).filter((text) => text.startsWith('redux-broker'))
  return { world, send, told, findObstacle }
}

it.each([
  [
    { kind: 'nothingSeen' },
    /no answer from https:\/\/api\.test\/a\..*Allow-Origin: https:\/\/app\.test.*Cross-Origin-Resource-Policy.*connect-src/,
  ],
  [{ kind: 'originNotAllowed' }, /Access-Control-Allow-Origin: https:\/\/app\.test/],
  [{ kind: 'credentialsNotAllowed' }, /Access-Control-Allow-Credentials: true/],
  [
    { kind: 'headersNotAllowed', names: ['idempotency-key', 'x-tenant'] },
    /idempotency-key, x-tenant.*Allow-Headers/,
  ],
  [{ kind: 'knockNotAnswered' }, /answers, but .*`knock`/],
  [{ kind: 'methodNotAllowed' }, /preflight of PUT https:\/\/api\.test\/a.*Allow-Methods/],
] as const)(
  'an origin that never answers is explained once, with the header to add: %o',
  async (obstacle, text) => {
    const { world, send, told, findObstacle } = setUp(obstacle)
    world.network.always(noAnswer())
    send(`${api}/a`)
    send(`${api}/b`)
    await world.clock.advance(60_000)

    expect(told()).toEqual([expect.stringMatching(text)])
    expect(findObstacle).toHaveBeenCalledTimes(1)
    const names = ['idempotency-key', 'idempotency-principal', 'content-type']
    expect(findObstacle).toHaveBeenCalledWith(`${api}/a`, expect.arrayContaining(names), 'include', undefined)
  },
)

it.each([
  ['another origin', api],
  ['its own', ''],
])('checks the URL of the knock if only the knock failed: %s', async (_what, origin) => {
  const { world, send, told, findObstacle } = setUp({ kind: 'knockNotAnswered' })
  world.network.setReachable(false)
  send(`${origin}/a`, 'POST')
  await world.clock.advance(60_000)

  const root = `${origin || 'https://app.test'}/`
  expect(findObstacle).toHaveBeenCalledWith(expect.anything(), expect.anything(), expect.anything(), root)
  expect(told()).toEqual([expect.stringMatching(`but ${root} refuses a HEAD or takes longer than 10 s`)])
})

it('names no method that every server allows', async () => {
  const { world, send, told } = setUp({ kind: 'methodNotAllowed' }, 'idempotent')
  world.network.always(noAnswer())
  send(`${api}/a`, 'POST')
  await world.clock.advance(60_000)

  expect(told()).toEqual([expect.stringMatching(/^((?!Allow-Methods).)*`prepareHeaders`.*Allow-Headers/)])
})

it.each([
  [
    'a key that the page does not see',
    `${api}/a`,
    answer(200, {}),
    /200.*Access-Control-Expose-Headers: Idempotency-Key/,
  ],
  [
    'a key that is not echoed',
    '/a',
    answer(201, {}),
    /201.*Echo the key in every answer.*only if the server does not honour keys/,
  ],
  ['a redirect', '/a/', redirect(), /\/a\/ was answered with a redirect.*slash/],
])('names the part that the answer lacks: %s', async (_what, url, reply, text) => {
  const { world, send, told } = setUp(undefined, 'idempotent')
  world.network.always(reply)
  send(url)
  await world.clock.advance(10_000)

  expect(told()).toEqual([expect.stringMatching(text)])
})

it.each([
  ['text', answer(200, 'OK', { 'content-type': 'text/plain' }), /200, with text\/plain\. .*JSON.*`success`/],
  ['nothing', answer(201), /201, with no content type\. .*`success`/],
  ['a page', answer(200, '<p>', { 'content-type': 'text/html' }), /200, with text\/html\./],
  [
    'a refusal in text',
    answer(404, 'no', { 'content-type': 'text/plain' }),
    /404, with text\/plain, where JSON/,
  ],
  ['a refusal in HTML', answer(413, '<p>', { 'content-type': 'text/html' }), /413, with text\/html.*gateway/],
])(
  'says once for a plain server which answer came and which was expected: %s',
  async (_what, reply, text) => {
    const { world, send, told } = setUp(undefined)
    world.network.always(reply)
    send('/api/x')
    await world.clock.advance(10_000)

    expect(told()).toEqual([expect.stringMatching(text)])
  },
)

it('says nothing if the device is offline, its own server is unreachable too, or a server only fails', async () => {
  const { world, send, told, findObstacle } = setUp(undefined)
  world.network.always(noAnswer())
  world.setOnline(false)
  send(`${api}/a`)
  await world.clock.advance(60_000)
  expect(findObstacle).not.toHaveBeenCalled()

  world.setOnline(true)
  await world.clock.advance(60_000)
  expect(findObstacle).toHaveBeenCalled()
  world.network.always(answer(502))
  await world.clock.advance(60_000)

  expect(told()).toEqual([])
})
