// The companion on each framework, over real HTTP, in a process of its own, by the printed lines of README.md.
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileSources, makeFolder } from './printed.js'
import { type PrintedServer, startPrinted } from './printed-server.js'

const withoutJson = (code: string) => code.replace(/app\.use\(express\.json.*\n/, '')
const express4 = (code: string) => code.replace("from 'express'", "from 'express4'")
const withSchema = (code: string) =>
  code
    .replace('  fastifyHandler((request, req) => idempotency.run', (handler) => `  { schema },\n${handler}`)
    .replace(
      'const app',
      `const schema = { body: { type: 'object', required: ['by'] } }
      const refuse = (error, req, reply) => reply.code(error.validation ? 422 : error.statusCode).send({ title: error.message })
      const app`,
    )
    .replace('await app.listen', 'app.setErrorHandler(refuse)\nawait app.listen')
// Next bundles a route and calls it with its parameters. The rest of Next is not tested here.
const nextServer = (code: string) => `${code.replace("'./claps'", "'./claps.js'")}
import { serve } from '@hono/node-server'
serve({
  fetch: (request) => POST(request, { params: Promise.resolve({ id: request.url.split('/').at(-2) }) }),
  port: 3000,
})`

const frameworks: readonly (readonly [name: string, heading: string, change: (code: string) => string])[] = [
  ['Hono', 'Hono', (code) => code],
  ['Express 5 behind express.json()', 'Express 4 and 5', (code) => code],
  ['Express 5', 'Express 4 and 5', withoutJson],
  ['Express 4 behind express.json()', 'Express 4 and 5', express4],
  ['Express 4', 'Express 4 and 5', (code) => express4(withoutJson(code))],
  ['Fastify 5', 'Fastify 5', (code) => code],
  ['Fastify 5 with a schema', 'Fastify 5', withSchema],
  ['a Next route handler', 'Next, and all that takes a Request', nextServer],
  ['node:http', 'node:http', (code) => code],
]

describe.each(frameworks)('on %s', (name, heading, change) => {
  let server: PrintedServer
  let port = 0
  beforeAll(async () => {
    const folder = makeFolder()
    compileSources(folder)
    server = await startPrinted(folder, heading, change)
    port = server.port
  })
  afterAll(() => server.stop())

  const headersOf = (key: string | null, more: Record<string, string> = {}) => ({
    'content-type': 'application/json',
    cookie: 'session=4f1c',
    'idempotency-principal': 'ada',
    ...(key !== null && { 'idempotency-key': `"${key}-of-sixteen-letters"` }),
    ...more,
  })
  const clap = (post: string, key: string | null, body = '{"by":1}', more: Record<string, string> = {}) =>
    fetch(`http://localhost:${port}/api/posts/${post}/claps`, {
      method: 'POST',
      headers: headersOf(key, more),
      body,
    })
  const statusOf = (response: Response) => response.headers.get('idempotency-status')

  it('has one effect for a repeat, and gives the same answer with its marks', async () => {
    for (const replayed of [null, 'true']) {
      const response = await clap('p01', 'once', '{ "by": 2, "text": "ünï" }')
      expect([response.status, await response.json()]).toEqual([200, { id: 'p01', claps: 2 }])
      expect(response.headers.get('content-type')).toContain('application/json')
      expect(response.headers.get('idempotency-replayed')).toBe(replayed)
      expect(response.headers.get('access-control-expose-headers')).toContain('Idempotency-Status')
    }
    expect((await (await clap('p01', 'twice')).json()).claps).toBe(3)
  })

  it('answers 422 to a key that was used for another body, path or precondition', async () => {
    await clap('p02', 'reused')
    expect((await clap('p02', 'reused', '{"by":2}')).status).toBe(422)
    expect((await clap('p03', 'reused')).status).toBe(422)
    expect((await clap('p02', 'reused', '{"by":1}', { 'if-match': '"1"' })).status).toBe(422)
    expect(statusOf(await clap('p02', 'reused'))).toBe('replayed')
  })

  it('keeps the answer of a refusal', async () => {
    for (const status of ['stored', 'replayed']) {
      const response = await clap('p04', 'refused', '{"by":0}')
      expect([response.status, statusOf(response)]).toEqual([422, status])
      expect(await response.json()).toEqual({ title: 'by must be positive' })
    }
  })

  it('refuses a request without a session, in another user’s name, or without a key', async () => {
    expect((await clap('p05', 'nobody', '{"by":1}', { cookie: 'session=none' })).status).toBe(401)
    expect((await clap('p05', 'other', '{"by":1}', { 'idempotency-principal': 'grace' })).status).toBe(403)
    const keyless = await clap('p05', null)
    expect([keyless.status, (await keyless.json()).type]).toEqual([
      400,
      'urn:redux-broker:problem:key-required',
    ])
  })

  it('has one effect for eight parallel duplicates', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => clap('p06', 'at-once')))
    expect(answers.filter((answer) => statusOf(answer) === 'stored')).toHaveLength(1)
    expect((await (await clap('p06', 'after')).json()).claps).toBe(2)
  })

  it('answers 400 to two key fields, and has no effect where the body broke off', async () => {
    const head = Object.entries(headersOf('broken'))
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')
    const line = 'POST /api/posts/p07/claps HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n'
    const twice = connect(port, 'localhost')
    twice.write(
      `${line}${head}Idempotency-Key: "another-key-of-sixteen"\r\nContent-Length: 8\r\n\r\n{"by":1}`,
    )
    let text = ''
    for await (const chunk of twice) text += chunk
    expect(text).toMatch(/^HTTP\/1.1 400 /)
    const cut = connect(port, 'localhost')
    cut.write(`${line}${head}Content-Length: 8\r\n\r\n{"by`, () => cut.destroy())
    await once(cut, 'close')
    expect((await (await clap('p07', 'broken')).json()).claps).toBe(1)
  })

  /** The head of the answer to a request whose body may be shorter than it says. */
  const headOfAnswer = async (path: string, body: string, length = body.length) => {
    const more = { 'content-length': String(length), origin: 'https://app.example', connection: 'close' }
    const lines = Object.entries(headersOf('refused-before', more)).map(
      ([field, value]) => `${field}: ${value}\r\n`,
    )
    const socket = connect(port, 'localhost')
    socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\n${lines.join('')}\r\n${body}`)
    let text = ''
    for await (const chunk of socket) {
      text += chunk
      if (text.includes('\r\n\r\n')) break
    }
    return text.toLowerCase()
  }
  const echo = 'idempotency-key: "refused-before-of-sixteen-letters"'

  if (!name.includes('Next'))
    it('echoes the key if no route is found', async () => {
      const head = await headOfAnswer('/api/unknown', '{"by":1}')
      expect(head).toMatch(/^http\/1.1 404 /)
      expect(head).toContain(echo)
    })

  if (name.includes('json()') || name.includes('Fastify'))
    it('echoes the key to another origin where a body is too large, or no JSON, before run()', async () => {
      // Express reads a body to its end before it refuses it. Fastify answers at once, and may cut off what still comes.
      const body = name.includes('Fastify') ? '' : 'x'.repeat(6_000_000)
      const head = await headOfAnswer('/api/posts/p09/claps', body, 6_000_000)
      expect(head).toMatch(/^http\/1.1 413 /)
      expect(head).toContain(echo)
      expect(head).toMatch(/access-control-expose-headers: [^\r]*idempotency-key/)
      const unread = await clap('p09', 'unread', '{"by":')
      expect([unread.status, unread.headers.get('idempotency-key')]).toEqual([
        400,
        '"unread-of-sixteen-letters"',
      ])
    })

  if (name.includes('schema'))
    it('echoes the key if a schema refuses the body', async () => {
      const refused = await clap('p09', 'schema', '{"to":1}')
      expect([refused.status, refused.headers.get('idempotency-key')]).toEqual([
        422,
        '"schema-of-sixteen-letters"',
      ])
      expect(statusOf(refused)).toBe(null)
    })

  if (!name.includes('Next') && name !== 'node:http')
    it('reports the state of a key', async () => {
      await clap('p08', 'asked-for')
      const ask = async (key: string) => {
        const url = `http://localhost:${port}/api/idempotency/${key}-of-sixteen-letters`
        return (await fetch(url, { headers: headersOf(null) })).json()
      }
      expect(await ask('asked-for')).toEqual({ state: 'done', status: 200 })
      expect(await ask('unused')).toEqual({ state: 'unknown' })
    })
})
