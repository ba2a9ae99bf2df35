// The example of README.md over real HTTP. Hono on Node hands over objects that only look like a Request.
import { type AddressInfo, connect } from 'node:net'
import { type ServerType, serve } from '@hono/node-server'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import Database from 'libsql'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createIdempotency } from '../src/index.js'
import { sqliteStore } from '../src/sqlite.js'

let server: ServerType
let origin = ''
beforeEach(async () => {
  const database = new Database(':memory:')
  database.exec('CREATE TABLE claps (post TEXT PRIMARY KEY, count INTEGER NOT NULL)')
  const { run } = createIdempotency({
    store: sqliteStore(database),
    principal: (request) => request.headers.get('x-session') ?? undefined,
  })
  const app = new Hono()
  app.use(cors({ origin: 'https://app.example', credentials: true }))
  app.post('/posts/:id/claps', (c) =>
    run(c.req.raw, async ({ tx, request }) => {
      const { by } = (await request.json()) as { by: number }
      const sql =
        'INSERT INTO claps VALUES (?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count RETURNING count'
      return c.json({ claps: tx.prepare(sql).get(c.req.param('id'), by)?.['count'] }, 201)
    }),
  )
  await new Promise<void>((resolve) => {
    server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }: AddressInfo) => {
      origin = `http://127.0.0.1:${port}`
      resolve()
    })
  })
})
afterEach(() => new Promise((resolve) => server.close(resolve)))

const clap = (key: string, body = '{"by":2}') =>
  fetch(`${origin}/posts/p01/claps`, {
    method: 'POST',
    headers: { 'idempotency-key': key, 'idempotency-principal': 'ada', 'x-session': 'ada' },
    body,
  })

it('has one effect for a repeat over real HTTP, and its marks can be read from another origin', async () => {
  const key = '"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"'
  for (const replayed of [null, 'true']) {
    const response = await clap(key)
    expect([response.status, await response.json()]).toEqual([201, { claps: 2 }])
    expect(response.headers.get('idempotency-replayed')).toBe(replayed)
    expect(response.headers.get('idempotency-key')).toBe(key)
    expect(response.headers.get('access-control-expose-headers')).toContain('Idempotency-Key')
  }
  expect((await clap(key, '{"by":3}')).status).toBe(422)
  expect(await (await clap('"another-key-of-ada"')).json()).toEqual({ claps: 4 })
})

it('answers 400 to two key fields', async () => {
  const { port } = new URL(origin)
  const socket = connect(Number(port), '127.0.0.1')
  const field = 'Idempotency-Key: "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"\r\n'
  socket.write(
    `POST /posts/p01/claps HTTP/1.1\r\nHost: a\r\nX-Session: ada\r\nIdempotency-Principal: ada\r\n${field}${field}` +
      'Connection: close\r\nContent-Length: 8\r\n\r\n{"by":2}',
  )
  let text = ''
  for await (const chunk of socket) text += chunk
  expect(text).toMatch(/^HTTP\/1.1 400 /)
  expect(text).toContain('urn:redux-broker:problem:key-invalid')
})

it('has no effect when the caller breaks off in the middle of the body', async () => {
  const { port } = new URL(origin)
  const socket = connect(Number(port), '127.0.0.1')
  const key = '"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"'
  socket.write(
    `POST /posts/p01/claps HTTP/1.1\r\nHost: a\r\nX-Session: ada\r\nIdempotency-Principal: ada\r\n` +
      `Idempotency-Key: ${key}\r\nContent-Length: 8\r\n\r\n{"by`,
    () => socket.destroy(),
  )
  await new Promise((resolve) => socket.once('close', resolve))
  expect(await (await clap(key)).json()).toEqual({ claps: 2 })
})
