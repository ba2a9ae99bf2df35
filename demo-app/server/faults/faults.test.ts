import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import {
  attemptsOf,
  clapsOf,
  effectsOf,
  problemTypeOf,
  putFaults,
  signIn,
  testServer,
  testUser,
} from '../testing/test-server.js'

const server = testServer()
const ada = testUser(server, 'ada')
let key: string
beforeEach(() => {
  key = randomUUID()
})

const claps = { path: '/api/posts/p01/claps' }
const clap = () => ada.send('POST', '/api/posts/p01/claps', { by: 1 }, { key })
const arm = (...rules: unknown[]) => putFaults(server.url, rules)

/** A repeat is answered that its key was used, and has no effect. */
async function expectExpired() {
  const repeat = await clap()
  expect(repeat.status).toBe(410)
  expect(await problemTypeOf(repeat)).toBe('urn:redux-broker:problem:key-expired')
  expect(await effectsOf(server.url, key)).toHaveLength(1)
}

describe('the effect of a rule', () => {
  test('delay: handles the request later, and answers', async () => {
    await arm({ match: claps, kind: 'delay', ms: 1_000, times: 1 })
    const sentAt = performance.now()

    const answer = await clap()

    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(999)
    expect(answer.status).toBe(200)
    const [[attempt], [effect]] = [await attemptsOf(server.url, key), await effectsOf(server.url, key)]
    expect(attempt).toMatchObject({ status: 200 })
    expect((effect?.at ?? 0) - (attempt?.at ?? 0)).toBeGreaterThanOrEqual(79)
  })

  test('hold: handles all matching requests when the rules are replaced, and answers', async () => {
    await arm({ match: { path: '/api/posts' }, kind: 'hold' })
    const other = ada.send('POST', '/api/posts/p02/claps', { by: 1 }, { key: randomUUID() })
    const sent = clap()
    await vi.waitFor(async () => expect(await attemptsOf(server.url, key)).toMatchObject([{ status: null }]))
    expect(await effectsOf(server.url, key)).toEqual([])

    await arm()

    expect([(await sent).status, (await other).status]).toEqual([200, 200])
    expect(await attemptsOf(server.url, key)).toMatchObject([{ status: 200 }])
    expect(await effectsOf(server.url, key)).toHaveLength(1)
  })

  test('status: answers with the status in place of the application', async () => {
    await arm({ match: claps, kind: 'status', status: 503, retryAfter: 7, times: 1 })

    const answer = await clap()

    expect(answer.status).toBe(503)
    expect(answer.headers.get('Retry-After')).toBe('7')
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
    expect(await problemTypeOf(answer)).toBe('urn:redux-broker-demo:problem:injected-fault')
    expect(await attemptsOf(server.url, key)).toMatchObject([{ status: 503 }])
    expect(await effectsOf(server.url, key)).toEqual([])
  })

  test('status: takes a Retry-After date, no Retry-After, and a status without a body', async () => {
    const date = 'Wed, 21 Oct 2026 07:28:00 GMT'
    await arm(
      { match: claps, kind: 'status', status: 429, retryAfter: date, times: 1 },
      { match: claps, kind: 'status', status: 204, times: 1 },
    )

    const [first, second] = [await clap(), await clap()]

    expect(first.headers.get('Retry-After')).toBe(date)
    expect([second.status, await second.text()]).toEqual([204, ''])
    expect(second.headers.has('Retry-After')).toBe(false)
  })

  test('drop-before: destroys the socket with nothing applied', async () => {
    await arm({ match: claps, kind: 'drop-before', times: 1 })

    await expect(clap()).rejects.toThrow('fetch failed')

    expect(await attemptsOf(server.url, key)).toMatchObject([{ status: 'dropped', user: 'ada' }])
    expect(await effectsOf(server.url, key)).toEqual([])
    expect(await clapsOf(ada, 'p01')).toBe(128)
  })

  test('drop-after: applies, then destroys the socket, and a retry gets the lost answer', async () => {
    await arm({ match: claps, kind: 'drop-after', times: 1 })

    await expect(clap()).rejects.toThrow('fetch failed')
    expect(await effectsOf(server.url, key)).toHaveLength(1)
    const retry = await clap()

    expect(retry.headers.get('Idempotency-Replayed')).toBe('true')
    expect(await retry.json()).toEqual({ id: 'p01', claps: 129 })
    expect(await attemptsOf(server.url, key)).toMatchObject([{ status: 'dropped' }, { status: 200 }])
    expect(await effectsOf(server.url, key)).toHaveLength(1)
  })

  test('cut-body: applies, sends the headers and half the body, then destroys the socket', async () => {
    await arm({ match: claps, kind: 'cut-body', times: 1 })

    const answer = await clap()

    expect(answer.status).toBe(200)
    expect(answer.headers.get('Content-Length')).toBe(String('{"id":"p01","claps":129}'.length))
    expect(answer.headers.get('Idempotency-Key')).toBe(`"${key}"`)
    const received: Uint8Array[] = []
    await expect(
      (async () => {
        for await (const chunk of answer.body ?? []) received.push(chunk)
      })(),
    ).rejects.toThrow()
    expect(Buffer.concat(received).toString()).toBe('{"id":"p01",')
    expect(await attemptsOf(server.url, key)).toMatchObject([{ status: 'cut' }])
    expect(await effectsOf(server.url, key)).toHaveLength(1)
  })

  test('cut-body: breaks off an answer that has no body, too', async () => {
    await arm({ match: { method: 'DELETE' }, kind: 'cut-body', times: 1 })

    await expect(ada.send('DELETE', '/api/posts/p01', undefined, { key })).rejects.toThrow('fetch failed')

    expect(await attemptsOf(server.url, key)).toMatchObject([{ status: 'cut' }])
    expect((await ada.get('/api/posts/p01')).status).toBe(404)
  })

  test('forget-keys: all stored keys expire when the rule is put', async () => {
    await clap()
    expect((await clap()).headers.get('Idempotency-Status')).toBe('replayed')

    await arm({ match: {}, kind: 'forget-keys', times: 1 })

    await expectExpired()
    for (let times = 0; times < 60; times++) await arm({ match: {}, kind: 'forget-keys' })
    await expectExpired()
    await arm()
    key = randomUUID()
    expect((await clap()).headers.get('Idempotency-Status')).toBe('stored')
    expect((await clap()).headers.get('Idempotency-Status')).toBe('replayed')
  })

  test('forget-keys: with a path, also before the request that it matches', async () => {
    await arm({ match: claps, kind: 'drop-after', times: 1 }, { match: claps, kind: 'forget-keys', times: 1 })

    await expect(clap()).rejects.toThrow('fetch failed')

    await expectExpired()
  })

  test('switch-session: the cookie is another user’s from the matching request on', async () => {
    await arm({ match: claps, kind: 'switch-session', user: 'grace', times: 1 })
    expect(await (await ada.get('/api/me')).json()).toEqual({ id: 'ada', name: 'Ada' })

    const answer = await clap()

    expect(answer.status).toBe(403)
    expect(await problemTypeOf(answer)).toBe('urn:redux-broker:problem:principal-mismatch')
    expect(await (await ada.get('/api/me')).json()).toEqual({ id: 'grace', name: 'Grace' })
    expect(await attemptsOf(server.url, key)).toMatchObject([{ user: 'ada', status: 403 }])
    expect(await effectsOf(server.url, key)).toEqual([])
  })

  test('expire-session: the session ends before the matching request is handled', async () => {
    await arm({ match: claps, kind: 'expire-session', times: 1 })

    const answer = await clap()

    expect(answer.status).toBe(401)
    expect((await ada.get('/api/me')).status).toBe(401)
    expect(await effectsOf(server.url, key)).toEqual([])
    const anew = await signIn(server.url, 'ada')
    expect((await anew.send('POST', claps.path, { by: 1 }, { key })).status).toBe(200)
  })

  test('stall: never answers, and closes the connection when the rules are replaced', async () => {
    await arm({ match: claps, kind: 'stall' })
    const sent = clap().then(
      () => 'answered',
      () => 'broken off',
    )
    await vi.waitFor(async () =>
      expect(await attemptsOf(server.url, key)).toMatchObject([{ status: 'stalled' }]),
    )

    await arm()

    expect(await sent).toBe('broken off')
    expect(await attemptsOf(server.url, key)).toMatchObject([{ status: 'stalled' }])
    expect(await effectsOf(server.url, key)).toEqual([])
    expect((await clap()).status).toBe(200)
  })

  test('stall: ends when the client leaves', async () => {
    await arm({ match: claps, kind: 'stall' })
    const client = new AbortController()
    const sent = ada.send('POST', '/api/posts/p01/claps', { by: 1 }, { key, signal: client.signal })
    await vi.waitFor(async () => expect(await attemptsOf(server.url, key)).toHaveLength(1))

    client.abort()

    await expect(sent).rejects.toThrow()
    expect(await attemptsOf(server.url, key)).toMatchObject([{ status: 'stalled' }])
  })

  test('html: answers 200 with a page', async () => {
    await arm({ match: claps, kind: 'html', times: 1 })

    const answer = await clap()

    expect(answer.status).toBe(200)
    expect(answer.headers.get('Content-Type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.has('Idempotency-Key')).toBe(false)
    expect(await answer.text()).toMatch(/^<!doctype html>/)
    expect(await attemptsOf(server.url, key)).toMatchObject([{ status: 200 }])
    expect(await effectsOf(server.url, key)).toEqual([])
  })

  test('login-redirect: leads to an HTML sign-in page', async () => {
    await arm({ match: { path: '/api/me' }, kind: 'login-redirect' })

    const followed = await ada.get('/api/me')
    const kept = await fetch(`${server.url}/api/me`, { redirect: 'manual' })

    expect([followed.redirected, followed.url, followed.status]).toEqual([true, `${server.url}/login`, 200])
    expect(followed.headers.get('Content-Type')).toBe('text/html; charset=utf-8')
    expect([kept.status, kept.headers.get('Location')]).toEqual([302, '/login'])
  })
})
