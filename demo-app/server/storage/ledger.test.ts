import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test, vi } from 'vitest'
import {
  attemptsOf,
  cookieOf,
  effectsOf,
  putFaults,
  readLedger,
  signIn,
  testServer,
  testUser,
} from '../testing/test-server.js'

const server = testServer()
const ada = testUser(server, 'ada')
beforeEach(() => fetch(`${server.url}/__test__/ledger`, { method: 'DELETE' }))

test('writes down every request under /api/ in order of arrival', async () => {
  const key = randomUUID()
  const before = Date.now()
  await ada.get('/api/me?x=1')
  await ada.send('POST', '/api/posts/p01/claps', { by: 1 }, { key })
  await fetch(`${server.url}/api/me`)
  await fetch(`${server.url}/api/nothing`, { headers: { Cookie: ada.cookie } })
  await fetch(`${server.url}/`)

  const { attempts } = await readLedger(server.url)

  expect(attempts.map(({ seq: _seq, at: _at, ...rest }) => rest)).toEqual([
    { method: 'GET', path: '/api/me', key: null, user: 'ada', status: 200 },
    { method: 'POST', path: '/api/posts/p01/claps', key, user: 'ada', status: 200 },
    { method: 'GET', path: '/api/me', key: null, user: null, status: 401 },
    { method: 'GET', path: '/api/nothing', key: null, user: 'ada', status: 404 },
  ])
  const [first] = attempts
  expect(first?.at).toBeGreaterThanOrEqual(before)
  expect(first?.at).toBeLessThanOrEqual(Date.now())
  expect(attempts.map(({ seq }) => seq)).toEqual(attempts.map((_, index) => (first?.seq ?? 0) + index))
})

test('names the session’s user at arrival, also of a sign-in', async () => {
  const answer = await fetch(`${server.url}/api/session`, {
    method: 'POST',
    headers: { Cookie: ada.cookie },
    body: '{"user":"grace"}',
  })
  await fetch(`${server.url}/api/me`, { headers: { Cookie: cookieOf(answer) } })

  const { attempts } = await readLedger(server.url)
  expect(attempts.map(({ user }) => user)).toEqual(['ada', 'grace'])
})

test('shows an invalid key as it came', async () => {
  await ada.send('PUT', '/api/posts/p01/like', undefined, {
    headers: { 'Idempotency-Key': 'bare-bare-bare-bare' },
  })

  const { attempts } = await readLedger(server.url)

  expect(attempts).toMatchObject([{ key: 'bare-bare-bare-bare', status: 400 }])
})

test('records each effect once, under its kind, target, user and key', async () => {
  const keys = Array.from({ length: 5 }, () => randomUUID())
  const [like, unlike, clap, post, comment] = keys
  const send = (method: string, path: string, body: unknown, key = '') =>
    ada.send(method, path, body, { key })
  await send('PUT', '/api/posts/p01/like', undefined, like)
  await send('DELETE', '/api/posts/p01/like', undefined, unlike)
  await send('POST', '/api/posts/p02/claps', { by: 3 }, clap)
  const made = (await (await send('POST', '/api/posts', { text: 'Hello' }, post)).json()) as { id: string }
  await send('POST', '/api/posts/p03/comments', { text: 'Hello' }, comment)

  const { effects } = await readLedger(server.url)

  expect(effects.map(({ seq: _seq, at: _at, ...rest }) => rest)).toEqual([
    { kind: 'like', target: 'p01', user: 'ada', key: like },
    { kind: 'unlike', target: 'p01', user: 'ada', key: unlike },
    { kind: 'clap', target: 'p02', user: 'ada', key: clap },
    { kind: 'post', target: made.id, user: 'ada', key: post },
    { kind: 'comment', target: 'p03', user: 'ada', key: comment },
  ])
  expect(Date.now() - (effects[0]?.at ?? 0)).toBeLessThan(60_000)
})

test('records no effect for a refused change, or for one that changed nothing', async () => {
  await ada.send('DELETE', '/api/posts/p01/like')
  await ada.send('POST', '/api/posts/p01/claps', { by: 0 })
  await ada.send('POST', '/api/posts', { text: '' })

  expect((await readLedger(server.url)).effects).toEqual([])
})

test('marks an attempt whose client left first as aborted', async () => {
  const key = randomUUID()
  await putFaults(server.url, [{ match: { path: '/api/posts' }, kind: 'hold' }])
  const client = new AbortController()
  const sent = ada.send('POST', '/api/posts/p01/claps', { by: 1 }, { key, signal: client.signal })
  await vi.waitFor(async () => expect(await attemptsOf(server.url, key)).toMatchObject([{ status: null }]))

  client.abort()

  await expect(sent).rejects.toThrow()
  await vi.waitFor(async () =>
    expect(await attemptsOf(server.url, key)).toMatchObject([{ status: 'aborted' }]),
  )
  await putFaults(server.url, [])
  await vi.waitFor(async () => expect(await effectsOf(server.url, key)).toHaveLength(1))
  expect(await attemptsOf(server.url, key)).toMatchObject([{ status: 'aborted' }])
})

test('marks an attempt whose body never came whole as aborted', async () => {
  const key = randomUUID()
  const client = new AbortController()
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"by"')),
  })
  const sent = fetch(`${server.url}/api/posts/p01/claps`, {
    method: 'POST',
    headers: { Cookie: ada.cookie, 'Idempotency-Key': `"${key}"`, 'Idempotency-Principal': 'ada' },
    body,
    duplex: 'half',
    signal: client.signal,
  } as RequestInit)
  await vi.waitFor(async () => expect(await attemptsOf(server.url, key)).toHaveLength(1))

  client.abort()

  await expect(sent).rejects.toThrow()
  await vi.waitFor(async () =>
    expect(await attemptsOf(server.url, key)).toMatchObject([{ status: 'aborted' }]),
  )
  expect(await effectsOf(server.url, key)).toEqual([])
})

test('is emptied by DELETE, which changes nothing else', async () => {
  await ada.send('POST', '/api/posts/p01/claps', { by: 1 })
  await putFaults(server.url, [{ match: { path: '/api/me' }, kind: 'html' }])

  const answer = await fetch(`${server.url}/__test__/ledger`, { method: 'DELETE' })

  expect(answer.status).toBe(204)
  expect(await readLedger(server.url)).toEqual({ attempts: [], effects: [] })
  expect(await (await ada.get('/api/posts/p01')).json()).toMatchObject({ claps: 129 })
  expect(await (await fetch(`${server.url}/__test__/faults`)).json()).toHaveLength(1)
})

test('a reset restores the seed, ends all sessions and empties ledger and faults', async () => {
  const key = randomUUID()
  await ada.send('POST', '/api/posts/p01/claps', { by: 1 }, { key })
  await ada.send('POST', '/api/posts', { text: 'Hello' })
  await ada.send('DELETE', '/api/posts/p08')
  await ada.send('PUT', '/api/posts/p03/like')
  await putFaults(server.url, [{ match: {}, kind: 'html' }])

  const answer = await fetch(`${server.url}/__test__/reset`, { method: 'POST' })

  expect(answer.status).toBe(204)
  expect(await readLedger(server.url)).toEqual({ attempts: [], effects: [] })
  expect(await (await fetch(`${server.url}/__test__/faults`)).json()).toEqual([])
  expect((await ada.get('/api/me')).status).toBe(401)
  const anew = await signIn(server.url, 'ada')
  const posts = (await (await anew.get('/api/posts/top')).json()) as { id: string }[]
  expect(posts).toHaveLength(12)
  expect(posts[0]).toMatchObject({ id: 'p01', likes: 42, likedByMe: false, claps: 128, comments: 2 })
  expect(posts[7]).toMatchObject({ id: 'p08', comments: 4 })
  const repeated = await anew.send('POST', '/api/posts/p01/claps', { by: 1 }, { key })
  expect(repeated.headers.get('Idempotency-Status')).toBe('stored')
})
