// Waiting bodies are bounded in sum, over real HTTP. A body over the budget is refused before it is read.
import { type AddressInfo, connect } from 'node:net'
import { type ServerType, serve } from '@hono/node-server'
import { afterEach, expect, it } from 'vitest'
import { createIdempotency, type MemoryTransaction, memoryStore } from '../src/index.js'
import type { IdempotencyOptions } from '../src/options/idempotency-options.js'
import { createGate } from '../src/run/request-fixture.js'

let server: ServerType | undefined
afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())))

const mebibyte = 1_048_576

/** A server whose handlers wait until they are let go. */
async function start(options: Partial<IdempotencyOptions<MemoryTransaction>>) {
  const gate = createGate()
  const principal = (request: Request) => request.headers.get('idempotency-principal')
  const { run } = createIdempotency({ store: memoryStore(), principal, ...options })
  const fetchOf = (request: Request) =>
    run(request, async ({ request }) => {
      await gate.opened
      return new Response(String((await request.arrayBuffer()).byteLength))
    })
  const port = await new Promise<number>((resolve) => {
    server = serve({ fetch: fetchOf, port: 0, hostname: '127.0.0.1' }, (info: AddressInfo) =>
      resolve(info.port),
    )
  })
  let sent = 0
  /** Of another user each time. */
  const send = (bytes: number, body: BodyInit = new Uint8Array(bytes), host = '127.0.0.1', user = '') => {
    sent += 1
    const principal = user || `user-${sent}`
    return fetch(`http://${host}:${port}/photos`, {
      method: 'POST',
      headers: { 'idempotency-key': `"key-of-many-bodies-${sent}"`, 'idempotency-principal': principal },
      body,
      duplex: 'half',
    } as RequestInit)
  }
  return { port, send, letGo: gate.open }
}
const inPieces = (pieces: number, bytes: number) =>
  new ReadableStream({
    pull(controller) {
      if (pieces === 0) return controller.close()
      pieces -= 1
      controller.enqueue(new Uint8Array(bytes))
    },
  })

it.each([
  [30, 15],
  [9, 16],
  [100, 1],
])(
  'of %i bodies of %i MiB at once keeps 64 MiB at most, and answers 503 to the others',
  async (count, size) => {
    const { send, letGo } = await start({})
    const answers = Array.from({ length: count }, () => send(size * mebibyte))
    // With one in the turn and as many in the line as have room, only refusals are answered.
    await Promise.race(answers)
    letGo()
    let kept = 0
    for (const answer of await Promise.all(answers)) {
      if (answer.status === 200) {
        kept += 1
        expect(await answer.text()).toBe(String(size * mebibyte))
      } else expect([answer.status, Number(answer.headers.get('retry-after')) >= 1]).toEqual([503, true])
    }
    expect(kept).toBeGreaterThan(0)
    expect(kept).toBeLessThan(count)
    // By another name, and so on a connection of its own. Hono closes one whose refused body takes long to arrive.
    expect((await send(16 * mebibyte, undefined, 'localhost')).status).toBe(200)
  },
)

it('keeps up to its limit of bytes, with or without a declared length, and frees their room', async () => {
  const { send, letGo } = await start({ bodyBytesMax: 1_000, waitingBytesMax: 2_500 })
  const answers = [send(1_000), send(0, inPieces(10, 100)), send(1_000)]
  expect((await Promise.race(answers)).status).toBe(503)
  letGo()
  const statuses = await Promise.all(answers.map(async (answer) => (await answer).status))
  expect(statuses.sort()).toEqual([200, 200, 503])
  expect((await send(1_001)).status).toBe(413)
  expect((await send(0, inPieces(11, 100))).status).toBe(413)
  for (let round = 0; round < 5; round += 1) expect((await send(1_000)).status).toBe(200)
})

it('reserves half of it for other users', async () => {
  const { send, letGo } = await start({ bodyBytesMax: 1_000, waitingBytesMax: 4_000 })
  const sendAs = (user: string) => send(1_000, undefined, undefined, user)
  const answers = [sendAs('ada'), sendAs('ada'), sendAs('ada')]
  expect((await Promise.race(answers)).status).toBe(503)
  const others = [sendAs('grace'), sendAs('linus')]
  letGo()
  const statuses = await Promise.all([...answers, ...others].map(async (answer) => (await answer).status))
  expect(statuses.slice(0, 3).sort()).toEqual([200, 200, 503])
  expect(statuses.slice(3)).toEqual([200, 200])
})

it('is not blocked by clients that declare a body and do not send it', async () => {
  const { port, send, letGo } = await start({ bodyBytesMax: 1_000, waitingBytesMax: 1_000 })
  letGo()
  const sockets = Array.from({ length: 8 }, (_, index) => {
    const socket = connect(port, '127.0.0.1')
    const key = `Idempotency-Key: "key-of-one-that-hangs-${index}"\r\nIdempotency-Principal: ada\r\n`
    socket.write(`POST /photos HTTP/1.1\r\nHost: a\r\n${key}Content-Length: 1000\r\n\r\n`)
    return socket
  })
  expect((await send(1_000)).status).toBe(200)
  for (const socket of sockets) socket.destroy()
})
