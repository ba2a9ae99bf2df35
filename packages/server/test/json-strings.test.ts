// A JSON string is one body, and the text in it another. Behind any parser the handler gets the one that was sent.
import { createServer, request as requestOf } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import express4 from 'express4'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { fastifyHandler, nodeHandler } from '../src/node.js'
import { closeLater, headers, idempotency, listen, send } from './handler-fixture.js'

type Start = () => Promise<string>

const onExpress = (app: typeof express, parser: RequestHandler) => async () => {
  const { run } = idempotency()
  const server = app()
  server.use(parser)
  server.post(
    '/',
    nodeHandler((request) =>
      run(request, async ({ request }) => new Response(await request.text(), { status: 201 })),
    ),
  )
  server.use(((error, _request, response, _next) => {
    response.status(500).send(String(error))
  }) as ErrorRequestHandler)
  return listen(createServer(server))
}

const onFastify = (isParsed: boolean) => async () => {
  const { run } = idempotency()
  const app = Fastify()
  if (!isParsed)
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (_req, text, done) =>
      done(null, text),
    )
  app.post(
    '/',
    fastifyHandler((request) =>
      run(request, async ({ request }) => new Response(await request.text(), { status: 201 })),
    ),
  )
  await app.listen({ port: 0, host: '127.0.0.1' })
  closeLater(() => app.close())
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
}

const old = express4 as unknown as typeof express
const text = { type: '*/*' }
const parsers: readonly (readonly [name: string, start: Start])[] = [
  ['express.json({ strict: false }) of Express 4', onExpress(old, old.json({ strict: false }))],
  ['express.json({ strict: false }) of Express 5', onExpress(express, express.json({ strict: false }))],
  ['the parser of Fastify', onFastify(true)],
]
const texts: readonly (readonly [name: string, start: Start])[] = [
  ['express.text() of Express 4', onExpress(old, old.text(text))],
  ['express.text() of Express 5', onExpress(express, express.text(text))],
  ['a parser of Fastify that gives the text', onFastify(false)],
]

const bodies = [
  '"hello"',
  '"x"',
  '""',
  '"12"',
  '"null"',
  '" "',
  '"\\""',
  '"\\u00fc"',
  '"ü😀"',
  '"\\ufffd"',
  '"\ufffd"',
  '"{\\"by\\":\\"\ufffd\\"}"',
  '"\\ud800"',
  ' "with blanks" \n',
  '"{\\"admin\\":true}"',
  '"[1, 2]"',
  'null',
  'false',
  '12',
  '-1.50e3',
  '[ "x" ]',
]

/** The answer to a body that is sent in pieces, without its length. */
const sendInPieces = (url: string, body: string) =>
  new Promise<string>((resolve, reject) => {
    const type = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
    const request = requestOf(url, { method: 'POST', headers: { ...headers, ...type } }, async (response) => {
      let answer = ''
      for await (const chunk of response) answer += chunk
      resolve(`${response.statusCode} ${answer}`)
    })
    request.on('error', reject)
    request.end(body)
  })

describe.each(parsers)('behind %s', (_name, start) => {
  it.each([...bodies, '"\ufffd\ufffd\ufffd"'])('the handler gets %s', async (body) => {
    const url = await start()
    for (const status of ['stored', 'replayed']) {
      const response = await send(url, body, 'application/json; charset="UTF-8"')
      expect([response.status, response.headers.get('idempotency-status')]).toEqual([201, status])
      expect(JSON.parse(await response.text())).toEqual(JSON.parse(body))
    }
  })

  it.each([
    ['{"admin":true}', '"{\\"admin\\":true}"'],
    ['12', '"12"'],
    ['null', '"null"'],
    ['"x"', '"\\"x\\""'],
  ])('%s and %s are two requests', async (value, inText) => {
    const url = await start()
    expect((await send(url, inText)).status).toBe(201)
    expect((await send(url, value)).status).toBe(422)
    expect((await send(url, inText)).status).toBe(201)
  })

  it.each(['"hello"', '"12"', '""'])(
    'explains that %s could be its text, if the length is not declared',
    async (body) => {
      const answer = await sendInPieces(await start(), body)
      expect(answer).toMatch(/^500 /)
      expect(answer).toContain('got a request whose body is a string')
      expect(answer).toContain('req.rawBody')
    },
  )

  it.each(['12', 'null', '{"by":"x"}'])('gets %s also without a declared length', async (body) => {
    expect(await sendInPieces(await start(), body)).toBe(`201 ${body}`)
  })
})

describe.each(texts)('behind %s', (_name, start) => {
  const more = ['{ "by": 1.0 }', '{"by":', '{"by":"\ufffd"}', '["\ufffd","\ufffd"]', '{"by":"\ufffd']
  it.each([...bodies, ...more])('the handler gets %s as it was sent', async (body) => {
    const url = await start()
    for (const status of ['stored', 'replayed']) {
      const response = await send(url, body)
      expect([response.status, response.headers.get('idempotency-status')]).toEqual([201, status])
      expect(await response.text()).toBe(body)
    }
  })

  it.each(['"\ufffd\ufffd"', '{"by":"\ufffd\ufffd\ufffd"}', '["\ufffd\ufffd","\ufffd\ufffd"]'])(
    'explains that %s may also be a string that was not in UTF-8',
    async (body) => {
      const response = await send(await start(), body)
      expect(response.status).toBe(500)
      expect(await response.text()).toContain('got a request whose body is a string')
    },
  )

  it.each(['{"by":1}', '{ "by": "\ufffd" }', '["a","b"]', '"hello"'])(
    'the handler gets %s also behind a byte order mark',
    async (body) => {
      const response = await send(await start(), `\ufeff${body}`)
      expect([response.status, await response.text()]).toEqual([201, body])
    },
  )

  it.each(['utf8', 'UTF-8', '"utf8"'])('the handler gets JSON in %s', async (charset) => {
    const response = await send(await start(), '{"by":"ü"}', `application/json; charset=${charset}`)
    expect([response.status, await response.text()]).toEqual([201, '{"by":"ü"}'])
  })
})

describe.each([...parsers, ...texts].filter(([name]) => name.includes('express')))(
  'behind %s',
  (_name, start) => {
    it.each([
      ['packed', gzipSync('"hello"'), 'application/json', { 'content-encoding': 'gzip' }],
      ['in UTF-16', Buffer.from('\ufeff"€€"', 'utf16le'), 'application/json; charset=utf-16', {}],
      ['not in UTF-8', Buffer.from('"\xff\xff"', 'latin1'), 'application/json', {}],
      [
        'not in UTF-8, as long as its text,',
        Buffer.from('"{\\"a\\":true,\\"b\\":\\"\xff\xff\xff\xff\\"}"', 'latin1'),
        'application/json',
        {},
      ],
      [
        'not in UTF-8, as long as its text in quotes,',
        Buffer.from('"\\"\xff\xff\\""', 'latin1'),
        'application/json',
        {},
      ],
    ])('explains that a string that was %s could be its text', async (_how, body, type, more) => {
      const response = await send(await start(), body, type, more)
      expect([response.status, await response.text()]).toEqual([
        500,
        expect.stringContaining('got a request whose body is a string'),
      ])
    })
  },
)
