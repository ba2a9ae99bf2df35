// nodeHandler gets the bytes that were sent behind body parsers, or the request fails in words.
import { createServer } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import express4 from 'express4'
import { describe, expect, it, vi } from 'vitest'
import { nodeHandler } from '../src/node.js'
import { headers, idempotency, json, listen, parsed, send } from './handler-fixture.js'

/** Answers with the body as it came to the handler. */
const echo = ({ run } = idempotency()) =>
  nodeHandler((request) =>
    run(request, async ({ request }) => new Response(await request.arrayBuffer(), { status: 201 })),
  )
const keepBytes = {
  verify: (req: object, _res: unknown, rawBody: Buffer) => void Object.assign(req, { rawBody }),
}

const objectOf: RequestHandler = (req, _res, next) => {
  req.resume().on('end', () => {
    req.body = { by: 1 }
    next()
  })
}

type Express = typeof express
const versions: readonly (readonly [name: string, express: Express])[] = [
  ['Express 4', express4 as unknown as Express],
  ['Express 5', express],
]

describe.each(versions)('behind the body parsers of %s', (_name, express) => {
  const start = (...before: RequestHandler[]) => {
    const app = express()
    for (const handler of before) app.use(handler)
    app.post('/', echo())
    app.use(((error, _request, response, _next) => {
      response.status(500).send(String(error))
    }) as ErrorRequestHandler)
    return listen(createServer(app))
  }

  it.each([
    ['nothing', [], json],
    ['express.json()', [express.json()], parsed],
    ['express.json() that keeps the bytes', [express.json(keepBytes)], json],
    ['express.raw()', [express.raw({ type: '*/*' })], json],
    ['express.text()', [express.text({ type: '*/*' })], json],
    ['express.urlencoded(), which leaves JSON alone', [express.urlencoded({ extended: false })], json],
  ] as const)('gets the body behind %s, and a repeat is a repeat', async (_name, before, expected) => {
    const url = await start(...before)
    for (const status of ['stored', 'replayed']) {
      const response = await send(url, json)
      expect([response.status, response.headers.get('idempotency-status')]).toEqual([201, status])
      expect(await response.text()).toBe(expected)
    }
    expect((await send(url, '{"by":2}')).status).toBe(422)
  })

  it.each([
    ['a form', express.urlencoded({ extended: false }), 'application/x-www-form-urlencoded', 'by=1'],
    [
      'a body that something read',
      ((req, _res, next) => void req.resume().on('end', next)) as RequestHandler,
      'application/json',
      json,
    ],
    ['a text of which a parser made an object', objectOf, 'text/plain', 'by=1'],
  ])('explains that the bytes are gone, without an effect: %s', async (_name, before, type, body) => {
    const response = await send(await start(before), body, type)
    expect(response.status).toBe(500)
    expect(await response.text()).toContain('got a request whose body was read before and is not kept')
  })

  it('uses the kept bytes, and not a changed body', async () => {
    let seen = 0
    const change: RequestHandler = (req, _res, next) => {
      seen += 1
      req.body.receivedAt = seen
      next()
    }
    const kept = await start(express.json(keepBytes), change)
    expect([(await send(kept, json)).status, (await send(kept, json)).status]).toEqual([201, 201])
    const lost = await start(express.json(), change)
    expect([(await send(lost, json)).status, (await send(lost, json)).status]).toEqual([201, 422])
  })

  it('gets no body if none was sent, even if the parser makes an object', async () => {
    const response = await send(await start(express.json()), null)
    expect([response.status, await response.text()]).toEqual([201, ''])
  })

  it('gets the decompressed body of a parser', async () => {
    const url = await start(express.json())
    const response = await send(url, gzipSync(json), 'application/json', { 'content-encoding': 'gzip' })
    expect(await response.text()).toBe(parsed)
  })

  it('sees the whole path under a router, and keeps the headers that were set before it', async () => {
    const app = express()
    const router = express.Router()
    router.post(
      '/claps',
      nodeHandler((request) =>
        Response.json(request.url, { headers: { vary: 'Accept', 'set-cookie': 'a=1' } }),
      ),
    )
    app.use(
      '/api',
      (_req, res, next) => {
        res.setHeader('Vary', 'Origin')
        res.setHeader('Set-Cookie', 'b=2')
        next()
      },
      router,
    )
    const url = await listen(createServer(app))
    const response = await send(`${url}/api/claps?a=1&a=2`, json)
    expect(await response.json()).toBe(`${url}/api/claps?a=1&a=2`)
    expect(response.headers.get('vary')).toBe('Origin, Accept')
    expect(response.headers.getSetCookie()).toEqual(['b=2', 'a=1'])
  })
})

it('answers a body that is too large, sent at once or in pieces, and goes on with the connection', async () => {
  const url = await listen(createServer(echo()))
  expect((await send(url, new Uint8Array(300_000))).status).toBe(413)
  let pieces = 30
  const body = new ReadableStream({
    pull(controller) {
      pieces -= 1
      if (pieces === 0) controller.close()
      else controller.enqueue(new Uint8Array(50_000))
    },
  })
  const inPieces = await fetch(url, { method: 'POST', body, headers, duplex: 'half' } as RequestInit)
  expect(inPieces.status).toBe(413)
  expect((await send(url, json)).status).toBe(201)
})

it('tells the handler that its client has gone', async () => {
  const { run } = idempotency()
  const client = new AbortController()
  const told = new Promise((resolve) => {
    const handler = nodeHandler((request) =>
      run(request, async ({ signal }) => {
        signal.addEventListener('abort', () => resolve(signal.reason), { once: true })
        client.abort()
        await told
        return new Response()
      }),
    )
    void listen(createServer(handler)).then((url) =>
      fetch(url, { method: 'POST', headers, body: json, signal: client.signal }).catch(() => {}),
    )
  })
  expect(String(await told)).toContain('the client has gone')
})

it.each(['GET http://a.example/x?y=1', 'GET //b.example/x', 'GET /x%zz', 'GET *', 'OPTIONS *'])(
  'has an URL for every request target: %s',
  async (line) => {
    const url = await listen(createServer(nodeHandler((request) => new Response(request.url))))
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write(`${line} HTTP/1.1\r\nHost: c.example\r\nConnection: close\r\n\r\n`)
    let text = ''
    for await (const chunk of socket) text += chunk
    expect(text).toMatch(/^HTTP\/1.1 200 /)
    expect(text).toMatch(
      /http:\/\/(a\.example\/x\?y=1|c\.example\/\/b\.example\/x|c\.example\/x%zz|localhost\/)/,
    )
  },
)

it('leaves out `Connection: close` over HTTP/2, without a warning', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const answer = () => new Response('late', { status: 408, headers: { connection: 'close', 'x-a': 'b' } })
  const server = createHttp2Server(nodeHandler(answer) as Parameters<typeof createHttp2Server>[1])
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const client = connectHttp2(`http://localhost:${(server.address() as AddressInfo).port}`)
  const headers = await new Promise<object>((resolve) => client.request().once('response', resolve).resume())
  client.close()
  server.close()
  expect(headers).toMatchObject({ ':status': 408, 'x-a': 'b' })
  expect(headers).not.toHaveProperty('connection')
  expect(warned).not.toHaveBeenCalled()
  warned.mockRestore()
})

it('answers 500 and prints the error, if no framework handles it', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {})
  const url = await listen(
    createServer(
      nodeHandler(() => {
        throw new Error('from the handler')
      }),
    ),
  )
  expect((await send(url, json)).status).toBe(500)
  expect(said).toHaveBeenCalledWith(new Error('from the handler'))
  said.mockRestore()
})
