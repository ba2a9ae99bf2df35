// fastifyHandler gets the bytes that were sent behind Fastify's parsers, or the request fails in words.
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { fastifyHandler } from '../src/node.js'
import { closeLater, idempotency, json, parsed, send } from './handler-fixture.js'

describe('on Fastify 5', () => {
  const start = async (prepare: (app: ReturnType<typeof Fastify>) => void) => {
    const { run } = idempotency()
    const app = Fastify()
    prepare(app)
    app.post(
      '/',
      fastifyHandler((request) =>
        run(request, async ({ request }) => new Response(await request.arrayBuffer(), { status: 201 })),
      ),
    )
    await app.listen({ port: 0, host: '127.0.0.1' })
    closeLater(() => app.close())
    return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  }

  it.each([
    ['its own parser', () => {}, 'application/json', json, parsed],
    ['its own parser of text', () => {}, 'text/plain', 'ünï', 'ünï'],
    [
      'a parser that gives the bytes',
      (app) =>
        app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_req, body, done) =>
          done(null, body),
        ),
      'application/json',
      json,
      json,
    ],
    [
      'a parser that leaves the stream alone',
      (app) => app.addContentTypeParser('*', (_req, _payload, done) => done(null)),
      'image/png',
      'bytes',
      'bytes',
    ],
  ] as readonly (readonly [string, (app: ReturnType<typeof Fastify>) => void, string, string, string])[])(
    'gets the body behind %s',
    async (_name, prepare, type, body, expected) => {
      const url = await start(prepare)
      for (const status of ['stored', 'replayed']) {
        const response = await send(url, body, type)
        expect([response.status, response.headers.get('idempotency-status')]).toEqual([201, status])
        expect(await response.text()).toBe(expected)
      }
      expect((await send(url, '{"by":2}', type)).status).toBe(422)
    },
  )

  it('explains that the bytes are gone', async () => {
    const url = await start((app) =>
      app.addContentTypeParser(
        'application/x-www-form-urlencoded',
        { parseAs: 'string' },
        (_req, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
      ),
    )
    const response = await send(url, 'by=1', 'application/x-www-form-urlencoded')
    expect(response.status).toBe(500)
    expect(await response.text()).toContain('is not kept')
  })
})
