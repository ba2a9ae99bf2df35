import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { putFaults, testServer, testUser } from '../testing/test-server.js'

const server = testServer()
const ada = testUser(server, 'ada')

async function openSocket(host = '127.0.0.1', url = server.url): Promise<Socket> {
  const socket = connect({ host, port: Number(new URL(url).port) })
  await once(socket, 'connect')
  return socket
}

/** Sends one request on an open socket and resolves to the answer as it came. */
async function ask(socket: Socket, path = '/api/me'): Promise<string> {
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nCookie: ${ada.cookie}\r\n\r\n`)
  const [data] = (await once(socket, 'data')) as [Buffer]
  return data.toString()
}

/** Reads to the end, or end would never be told. */
function closed(socket: Socket): Promise<unknown> {
  socket.resume()
  return once(socket, 'close')
}

const drop = { match: { path: '/api/posts' }, kind: 'drop-before', times: 1 }

test.each(['drop-before', 'drop-after', 'cut-body'])(
  'closes idle connections when a %s rule is put',
  async (kind) => {
    const used = await openSocket()
    expect(await ask(used)).toContain('Connection: keep-alive')
    const opened = await openSocket('::1')
    const second = await openSocket('127.0.0.1', server.url2)
    const closings = Promise.all([used, opened, second].map(closed))

    await putFaults(server.url, [{ ...drop, kind }])

    await closings
  },
)

test('keeps connections open when no rule breaks them', async () => {
  const socket = await openSocket()
  await ask(socket)

  await putFaults(server.url, [{ match: { path: '/api/posts' }, kind: 'status', status: 503 }])

  expect(await ask(socket)).toContain('Connection: keep-alive')
  socket.destroy()
})

test('answers with Connection: close until the rule is spent', async () => {
  const put = await putFaults(server.url, [drop])
  const before = [
    await ada.get('/api/me'),
    await fetch(`${server.url}/`),
    await fetch(`${server.url2}/__test__/faults`),
  ]
  await expect(ada.get('/api/posts/top')).rejects.toThrow('fetch failed')
  const after = await ada.get('/api/me')

  expect(put.headers.get('Connection')).toBe('close')
  expect(before.map(({ headers }) => headers.get('Connection'))).toEqual(['close', 'close', 'close'])
  expect(after.headers.get('Connection')).toBe('keep-alive')
})

test('drop-before closes the connection without sending a byte', async () => {
  await putFaults(server.url, [drop])
  const socket = await openSocket()
  const received: Buffer[] = []
  socket.on('data', (chunk) => received.push(chunk))
  const closing = closed(socket)

  socket.write(`GET /api/posts/top HTTP/1.1\r\nHost: localhost\r\nCookie: ${ada.cookie}\r\n\r\n`)

  await closing
  expect(received).toEqual([])
})

test('survives clients that leave at any moment', async () => {
  await putFaults(server.url, [{ match: { path: '/api/posts/top' }, kind: 'delay', ms: 1 }])
  for (let count = 0; count < 50; count++) {
    const socket = await openSocket()
    const path = count % 2 === 0 ? '/api/posts/top' : '/api/me'
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nCookie: ${ada.cookie}\r\n\r\n`)
    if (count % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
    socket.resetAndDestroy()
  }

  expect((await ada.get('/api/me')).status).toBe(200)
})
