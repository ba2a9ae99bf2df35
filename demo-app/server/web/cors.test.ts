import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { clapsOf, putFaults, readLedger, testServer, testUser } from '../testing/test-server.js'

const server = testServer()
const ada = testUser(server, 'ada')

const clapAt = (origin: string, at = server.url2) =>
  ada.send('POST', '/api/posts/p01/claps', { by: 1 }, { at, headers: { Origin: origin } })

test('serves the same API, session and data on the second origin', async () => {
  expect(Number(new URL(server.url2).port)).toBe(Number(new URL(server.url).port) + 1)

  const answer = await clapAt(server.url)

  expect(await answer.json()).toEqual({ id: 'p01', claps: 129 })
  expect(await clapsOf(ada, 'p01')).toBe(129)
})

test('lets the pages of the first origin read its answers, with credentials', async () => {
  const { headers } = await clapAt(server.url)

  expect(headers.get('Access-Control-Allow-Origin')).toBe(server.url)
  expect(headers.get('Access-Control-Allow-Credentials')).toBe('true')
  expect(headers.get('Vary')).toContain('Origin')
  const exposed = (headers.get('Access-Control-Expose-Headers') ?? '').split(/,\s*/)
  expect(exposed).toEqual(
    expect.arrayContaining([
      'Idempotency-Key',
      'Idempotency-Status',
      'Idempotency-Replayed',
      'Retry-After',
      'ETag',
    ]),
  )
})

test.each(['http://localhost:1', 'https://localhost', 'null', 'http://evil.example'])(
  'lets a page of %s read nothing',
  async (origin) => {
    const { headers } = await clapAt(origin)

    expect(headers.has('Access-Control-Allow-Origin')).toBe(false)
    expect(headers.has('Access-Control-Allow-Credentials')).toBe(false)
  },
)

test('allows no other origin on the first origin', async () => {
  const { headers } = await clapAt(server.url2, server.url)

  expect(headers.has('Access-Control-Allow-Origin')).toBe(false)
})

const preflight = (origin: string) =>
  fetch(`${server.url2}/api/posts/p01/claps`, {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type,idempotency-key,idempotency-principal,if-match',
    },
  })

test('answers the preflight of what the broker sends, without a session', async () => {
  const answer = await preflight(server.url)

  expect(answer.status).toBe(204)
  expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(server.url)
  expect(answer.headers.get('Access-Control-Allow-Headers')).toBe(
    'content-type,idempotency-key,idempotency-principal,if-match',
  )
  for (const method of ['PUT', 'POST', 'PATCH', 'DELETE']) {
    expect(answer.headers.get('Access-Control-Allow-Methods')).toContain(method)
  }
  expect((await preflight('http://evil.example')).headers.has('Access-Control-Allow-Origin')).toBe(false)
})

test('sends CORS headers with the answer of a fault', async () => {
  await putFaults(server.url, [
    { match: { path: '/api/posts' }, kind: 'status', status: 503, retryAfter: 1, times: 1 },
    { match: { path: '/api/posts' }, kind: 'cut-body', times: 1 },
  ])

  expect((await preflight(server.url)).status).toBe(204)
  const refused = await clapAt(server.url)
  const cut = await clapAt(server.url)

  expect([refused.status, cut.status]).toEqual([503, 200])
  for (const { headers } of [refused, cut]) {
    expect(headers.get('Access-Control-Allow-Origin')).toBe(server.url)
    expect(headers.get('Access-Control-Expose-Headers')).toContain('Retry-After')
  }
})

test('sends CORS headers with a refusal', async () => {
  const answer = await fetch(`${server.url2}/api/me`, { headers: { Origin: server.url } })

  expect([answer.status, answer.headers.get('Access-Control-Allow-Origin')]).toEqual([401, server.url])
})

test('writes the requests of both origins into one ledger', async () => {
  await fetch(`${server.url}/__test__/ledger`, { method: 'DELETE' })
  const key = randomUUID()
  await ada.send('POST', '/api/posts/p01/claps', { by: 1 }, { key, at: server.url2 })
  await preflight(server.url)

  expect((await readLedger(server.url2)).attempts).toMatchObject([
    { method: 'POST', key, status: 200 },
    { method: 'OPTIONS', key: null, status: 204 },
  ])
})

test('has no pages on the second origin', async () => {
  expect((await fetch(`${server.url2}/`)).status).toBe(404)
})
