// The recipes of docs/your-server.md, run as they are printed.
import { readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import type { BrokerOptions } from '../src/index.js'
import { acknowledge, answer, createTestWorld, type SentRequest } from '../src/testing/index.js'
import { openApp } from './page-fixture.js'

const page = readFileSync(new URL('../docs/your-server.md', import.meta.url), 'utf8')

/** The first block of code after this line. */
function printed(line: string): string {
  const [, code] = page.split(`\n${line}`)[1]?.match(/```[jt]s\n(.*?)```/s) ?? []
  if (code === undefined) throw new Error(`your-server.md has no code below "${line}"`)
  return code
}

/** Runs code in which these names mean these values. */
const run = (code: string, names: Readonly<Record<string, unknown>>): unknown =>
  new Function(...Object.keys(names), code)(...Object.values(names))

/** The server's answer before any handler of the app, as its status and the key. */
const refusalsOf = (port: number) =>
  Promise.all(
    [
      ['/nowhere', '{}'],
      ['/orders', `{"text":"${'a'.repeat(2_000)}"}`],
      ['/orders', '{"text":'],
      ['/orders', '{"text":7}'],
      ['/orders', '{"text":"tea"}'],
    ].map(([path = '', body = '']) => post(port, path, body)),
  )

const post = (port: number, path: string, body: string) =>
  new Promise<readonly unknown[]>((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': '"a-key-of-the-app"' }
    httpRequest({ port, path, method: 'POST', headers }, (response) => {
      response.resume().on('end', () => resolve([response.statusCode, response.headers['idempotency-key']]))
    })
      .on('error', reject)
      .end(body)
  })

const withKey = (...statuses: readonly number[]) => statuses.map((status) => [status, '"a-key-of-the-app"'])

describe('the hook that echoes the key', () => {
  it('makes Fastify echo it at a 404, a body too large, broken JSON and a broken schema', async () => {
    const app = Fastify({ bodyLimit: 1_000 })
    run(printed('**Fastify**'), { app })
    const schema = { body: { type: 'object', properties: { text: { type: 'string', pattern: '[a-z]' } } } }
    app.post('/orders', { schema }, async () => ({}))
    await app.listen({ port: 0 })

    const refusals = await refusalsOf((app.server.address() as AddressInfo).port)
    await app.close()
    expect(refusals).toEqual(withKey(404, 413, 400, 400, 200))
  })

  it.each(['express', 'express4'])(
    'makes %s echo it at a 404, a body too large and broken JSON',
    async (name) => {
      const { default: express } = (await import(name)) as { default: typeof import('express') }
      const app = express().set('env', 'test')
      run(printed('**Express**, before'), { app })
      app.use(express.json({ limit: 1_000 }))
      app.post('/orders', (request, response) => {
        response.status(request.body.text === 7 ? 422 : 200).json({})
      })
      const server = app.listen(0)

      const refusals = await refusalsOf((server.address() as AddressInfo).port)
      server.close()
      expect(refusals).toEqual(withKey(404, 413, 400, 422, 200))
    },
  )
})

describe('the recipe for a CSRF token', () => {
  /** The recipe in an app whose server gives tokens so, and the session of which may be over. */
  function setUp(giveToken: () => Response, isOver: () => boolean, refusal = answer(401)) {
    let options: Partial<BrokerOptions<object, 'broker'>> = {}
    const hasToken = ({ headers }: SentRequest) => headers['x-csrf-token'] === 'fresh'
    const world = createTestWorld({
      network: (request) => {
        if (isOver()) return request.method === 'GET' ? answer(401) : refusal
        if (request.method === 'GET') return answer(200, { id: 'ada' })
        return hasToken(request) ? acknowledge(request, {}) : answer(403, 'invalid csrf token')
      },
    })
    run(printed('## CSRF'), {
      createBroker: (given: typeof options) => {
        options = given
      },
      fetch: async () => giveToken(),
    })
    return { world, app: openApp(world, options) }
  }
  const token = () => Response.json({ csrfToken: 'fresh' })
  const login = () => Object.defineProperty(new Response('<h1>Sign in</h1>'), 'redirected', { value: true })

  it('adds a fresh token', async () => {
    const { world, app } = setUp(token, () => false)
    app.clap('p1')
    await world.settle()

    expect(app.outbox().waiting).toBe(0)
  })

  it.each([
    ['401 as text', () => new Response('Unauthorized', { status: 401 }), answer(401)],
    ['403 as text', () => new Response('Forbidden', { status: 403 }), answer(401)],
    ['a login page', login, answer(401)],
    [
      '401, before a check of the token',
      () => new Response('', { status: 401 }),
      answer(403, 'invalid csrf token'),
    ],
  ])('pauses when the session is over, which the token’s URL reports by %s', async (_what, over, refusal) => {
    let isOver = true
    const { world, app } = setUp(
      () => (isOver ? over() : token()),
      () => isOver,
      refusal,
    )
    app.clap('p1')
    await world.clock.advance(1_000)
    expect(app.outbox()).toMatchObject({ waiting: 1, paused: 'auth' })

    isOver = false
    await app.broker.resume()
    await world.clock.advance(1_000)
    expect(app.outbox()).toMatchObject({ waiting: 0, paused: undefined })
  })

  it.each<[string, () => Response]>([
    [
      'no network',
      () => {
        throw new TypeError('Failed to fetch')
      },
    ],
    ['a captive portal', () => new Response('<h1>Hotel</h1>', { headers: { 'content-type': 'text/html' } })],
  ])('shows %s as offline', async (what, giveToken) => {
    let isAway = true
    const { world, app } = setUp(
      () => (isAway ? giveToken() : token()),
      () => false,
    )
    world.network.setReachable(what !== 'no network')
    app.clap('p1')
    await world.clock.advance(60_000)
    expect(app.outbox()).toMatchObject({ waiting: 1, connectivity: 'offline' })
    expect(world.reports).toEqual([])

    isAway = false
    world.network.setReachable(true)
    await world.clock.advance(16_000)
    expect(app.outbox()).toMatchObject({ waiting: 0, connectivity: 'online', trouble: [] })
  })

  it('waits if the URL of the token fails', async () => {
    let isDown = true
    const { world, app } = setUp(
      () => (isDown ? new Response('Oops', { status: 500 }) : token()),
      () => false,
    )
    app.clap('p1')
    await world.clock.advance(1_000)
    expect(app.outbox()).toMatchObject({ waiting: 1 })

    isDown = false
    await world.clock.advance(600_000)
    expect(app.outbox()).toMatchObject({ waiting: 0, deadLetters: 0 })
  })
})
