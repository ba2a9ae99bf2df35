// Bodies that drip, over real sockets. A client that drips is ended, and keeps nobody else out.
import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'
import { createAdaptorServer } from '@hono/node-server'
import express from 'express'
import express4 from 'express4'
import { Hono } from 'hono'
import { describe, expect, it, vi } from 'vitest'
import { createIdempotency, memoryStore } from '../src/index.js'
import { nodeHandler } from '../src/node.js'

const mebibyte = 1_048_576
const bodyBytesMax = 8.5 * mebibyte
/** An upload of 8 MiB in so many pieces, with so long between two. */
const pieces = 64
const pauseMs = 190
/** Each body that drips has its answer by then, also on a busy machine. Its pace is looked at each 10 s. */
const endedMs = 180_000

type Handle = (request: Request) => Promise<Response>

// Node's own bound of a whole request, which is 300 s by default, looked at each 30 s.
const inTime = { requestTimeout: 45_000, connectionsCheckingInterval: 500 }
const behindJson = (framework: typeof express) => (handle: Handle) =>
  createServer(inTime, framework().use(framework.json({ limit: '9mb' }), nodeHandler(handle)))

const servers: readonly (readonly [name: string, create: (handle: Handle) => Server])[] = [
  ['nodeHandler on node:http', (handle) => createServer(nodeHandler(handle))],
  ['Express 4 behind express.json()', behindJson(express4 as unknown as typeof express)],
  ['Express 5 behind express.json()', behindJson(express)],
  [
    'Hono',
    (handle) =>
      createAdaptorServer({ fetch: new Hono().post('/', (c) => handle(c.req.raw)).fetch }) as Server,
  ],
]

/** Whether a connection drips by now, or has been closed since another drip took its room. */
const hasMoved =
  (bytes: number) =>
  ({ bytesRead, destroyed }: Socket): boolean =>
    bytesRead >= bytes || destroyed

let keys = 0
const headersOf = (user: string): Record<string, string> => {
  keys += 1
  const key = `"key-of-one-that-drips-${keys}"`
  return { 'idempotency-key': key, 'idempotency-principal': user, 'x-user': user }
}

/** Sends the head and so much of a body at once, and then a byte each half second. */
function drip(port: number, user: string, bytes: number) {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  const head = { host: 'a', 'content-type': 'application/json', 'content-length': `${bodyBytesMax}` }
  const lines = Object.entries({ ...head, ...headersOf(user) }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  socket.write(`POST / HTTP/1.1\r\n${lines.join('')}\r\n[`)
  socket.write(Buffer.alloc(bytes, ' '))
  const timer = setInterval(() => socket.writable && socket.write(' '), 500)
  const isClosed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  void isClosed.then(() => clearInterval(timer))
  const answer = new Promise<string>((resolve) => socket.once('data', (bytes) => resolve(String(bytes))))
  return { answer, isClosed, stop: () => void socket.destroy() }
}

/** Resolves with the status. */
async function upload(port: number, user: string): Promise<number | undefined> {
  const body = Buffer.from(JSON.stringify({ text: 'x'.repeat(8 * mebibyte) }))
  const headers = { ...headersOf(user), 'content-type': 'application/json', 'content-length': body.length }
  const sending = request({ port, method: 'POST', headers })
  const answered = once(sending, 'response')
  const size = Math.ceil(body.length / pieces)
  for (let at = 0; at < body.length; at += size) {
    sending.write(body.subarray(at, at + size))
    await after(pauseMs)
  }
  sending.end()
  const [answer] = await answered
  answer.resume()
  return answer.statusCode
}

async function write(port: number, user: string, bytes: number): Promise<number> {
  const headers = { ...headersOf(user), 'content-type': 'application/json' }
  const body = JSON.stringify({ text: 'x'.repeat(bytes) })
  return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body })).status
}

interface Drips {
  readonly waitingBytesMax: number
  readonly users: readonly string[]
  readonly bytes: number
}
const scenes: readonly (readonly [name: string, drips: Drips])[] = [
  ['one drip', { waitingBytesMax: bodyBytesMax, users: ['ada'], bytes: 8.4 * mebibyte }],
  [
    'many drips of one user',
    { waitingBytesMax: 2 * bodyBytesMax, users: Array(9).fill('ada'), bytes: 2.5 * mebibyte },
  ],
  [
    'many small drips of one user',
    { waitingBytesMax: 2 * bodyBytesMax, users: Array(90).fill('ada'), bytes: 0.2 * mebibyte },
  ],
  [
    'drips of many users',
    {
      waitingBytesMax: 2 * bodyBytesMax,
      users: ['ada', 'barbara', 'edsger', 'donald'],
      bytes: 8.4 * mebibyte,
    },
  ],
]

const table = servers.flatMap(([server, create]) =>
  scenes.map(([scene, drips]) => [scene, server, create, drips] as const),
)

describe.concurrent('bodies that arrive too slowly', () => {
  it.each(table)(
    '%s on %s: all others are answered, and an upload of 8 MiB that takes 12 s',
    { timeout: 300_000 },
    async (_scene, _server, create, { waitingBytesMax, users, bytes }) => {
      const principal = (asked: Request) => asked.headers.get('x-user') ?? undefined
      const { run } = createIdempotency({ store: memoryStore(), principal, bodyBytesMax, waitingBytesMax })
      const server = create((asked) =>
        run(asked, async ({ request }) => Response.json((await request.text()).length)),
      )
      const sockets: Socket[] = []
      server.on('connection', (socket) => sockets.push(socket))
      await once(server.listen(0, '127.0.0.1'), 'listening')
      const { port } = server.address() as AddressInfo
      const drips = users.map((user) => drip(port, user, bytes))
      try {
        await vi.waitFor(() => expect(sockets.filter(hasMoved(bytes))).toHaveLength(users.length), endedMs)
        const small = Array.from({ length: 10 }, () => write(port, 'grace', 20_000))
        const statuses = await Promise.all([...small, write(port, 'margaret', 4 * mebibyte)])
        // After the others, since the smallest of these budgets has no room for both.
        expect([...statuses, await upload(port, 'linus')]).toEqual(Array(12).fill(200))
        for (const { answer, isClosed } of drips) {
          const text = await Promise.race([answer, after(endedMs, '')])
          expect(text).toMatch(/^HTTP\/1\.1 (408|503 .*\r\nretry-after: \d)/is)
          if (text.startsWith('HTTP/1.1 408')) await isClosed
        }
      } finally {
        for (const { stop } of drips) stop()
        server.close()
      }
    },
  )
})
