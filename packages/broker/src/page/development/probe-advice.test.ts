import { createAction } from '@reduxjs/toolkit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import type { Obstacle } from '../../adapters/network/cors-check.js'
import { type RequestTemplate, write } from '../../index.js'
import {
  acknowledge,
  answer,
  createTestWorld,
  noAnswer,
  redirect,
  type SentRequest,
} from '../../testing/index.js'

const login = 'https://login.test'
const html = { 'content-type': 'text/html' }
const sent = write(createAction<RequestTemplate>('sent'), { request: (template) => template })
const isProbe = ({ url }: SentRequest) => url.endsWith('/me')
type Reply = ReturnType<typeof answer>
type PrepareHeaders = NonNullable<NonNullable<Parameters<typeof openApp>[1]>['prepareHeaders']>

afterEach(() => void vi.restoreAllMocks())

/** A page with one entry, whose session is over, and whose probe answers so in turn. The last one stays. */
function open(
  probe: string,
  probed: readonly Reply[],
  obstacle?: Obstacle,
  over: Reply | 'none' = answer(401),
  prepareHeaders?: PrepareHeaders,
) {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const words = [...probed]
  const world = createTestWorld({
    network: (request) => {
      if (!isProbe(request)) return over === 'none' ? acknowledge(request, {}) : over
      return (words.length > 1 ? words.shift() : words[0]) as Reply
    },
  })
  const tab = world.tab()
  const app = openApp(world, {
    routes: [sent],
    sessionProbe: probe,
    ...(prepareHeaders && { prepareHeaders }),
    origins: [{ origin: login, credentials: 'include' }],
    tab: { ...tab, host: { ...tab.host, findObstacle: async () => obstacle } },
  })
  app.store.dispatch(sent({ url: '/a', method: 'PUT', body: {} }))
  // The store's own checks warn too, on a busy machine.
  const told = async (ms = 60_000) => {
    await world.clock.advance(ms)
    return warn.mock.calls.map(([text]) => String(text)).filter((text) => text.startsWith('redux-broker'))
  }
  return { world, app, told }
}

describe('an ambiguous session probe is explained once, with its URL and advice', () => {
  it.each([
    [
      'a path that does not exist',
      answer(404, {}),
      /answered with 404 \(application\/json\), .*2xx without HTML/,
    ],
    [
      'a page for every path',
      answer(200, '<p>', html),
      /answered with 200 \(text\/html\), .*2xx without HTML/,
    ],
    ['a method that is not allowed', answer(405), /answered with 405 \(no content type\), /],
    ['a server that fails for ever', answer(503), /answered with 503 \(/],
    ['a gateway that finds nobody', answer(502, '<p>', html), /answered with 502 \(text\/html\), /],
    ['a redirect', redirect(), /answered with a redirect, .*the final URL, with its slash/],
  ] as const)('%s', async (_what, reply, text) => {
    const { told } = open('/api/me', [reply])

    expect(await told()).toEqual([expect.stringMatching(text)])
    expect(await told()).toEqual([expect.stringContaining('the `sessionProbe` https://app.test/api/me was')])
  })

  it.each([
    [{ kind: 'originNotAllowed' }, /Add `Access-Control-Allow-Origin: https:\/\/app\.test`/],
    [{ kind: 'nothingSeen' }, /Add `Access-Control-Allow-Origin: https:\/\/app\.test`/],
    [{ kind: 'credentialsNotAllowed' }, /Add `Access-Control-Allow-Credentials: true` and .*app\.test/],
    [{ kind: 'methodNotAllowed' }, /Add the names of the headers from `prepareHeaders`/],
  ] as const)('CORS that forbids it: %o', async (obstacle, text) => {
    const { told } = open(`${login}/me`, [noAnswer()], obstacle)

    expect(await told()).toEqual([expect.stringMatching(text)])
    expect(await told()).toEqual([expect.stringContaining(`the \`sessionProbe\` ${login}/me gets no answer`)])
  })

  it('if a 403 waits for the probe too', async () => {
    const { told } = open('/api/me', [answer(404, {})], undefined, answer(403, {}))

    expect(await told()).toEqual([expect.stringContaining('https://app.test/api/me was answered with 404')])
  })
})

describe('no advice comes for a session probe', () => {
  it.each([
    ['that says that the session is over', [answer(401)]],
    ['whose server fails once', [answer(503), answer(401)]],
    ['whose line fails once, as it does with each release', [noAnswer(), answer(401)]],
    ['of a server that is away', [noAnswer()]],
  ])('%s', async (_what, probed) => {
    expect(await open('/api/me', probed).told()).toEqual([])
  })

  it('of another origin whose connection fails once', async () => {
    const probed = [noAnswer(), answer(401)]

    expect(await open(`${login}/me`, probed, { kind: 'methodNotAllowed' }).told()).toEqual([])
  })

  it('that was not asked about a 403, since its headers could not be prepared', async () => {
    const refused = answer(403, {})
    const opened = open('/api/me', [answer(404)], undefined, refused, (headers, { url }) => {
      if (url.endsWith('/me')) throw new Error('no token')
      headers.set('x-a', '1')
    })

    expect(await opened.told()).toEqual([])
  })

  it('that is never asked', async () => {
    expect(await open('/api/me', [answer(404)], undefined, 'none').told()).toEqual([])
  })
})
