import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { cookieOf, problemTypeOf, signIn, testServer } from '../testing/test-server.js'

const server = testServer()

const everyCall: readonly (readonly [string, string])[] = [
  ['GET', '/api/me'],
  ['GET', '/api/me/groups'],
  ['GET', '/api/notifs/count'],
  ['GET', '/api/posts/top'],
  ['PUT', '/api/posts/p01/like'],
  ['DELETE', '/api/posts/p01/like'],
  ['POST', '/api/posts/p01/claps'],
  ['POST', '/api/posts'],
  ['PATCH', '/api/posts/p01'],
  ['DELETE', '/api/posts/p01'],
  ['POST', '/api/posts/p01/comments'],
  ['GET', '/api/posts/p01/comments'],
  ['POST', '/api/photos'],
  ['GET', '/api/photos/1'],
]

test.each(everyCall)('answers %s %s with 401 without a session', async (method, path) => {
  const headers = { 'Idempotency-Key': `"${randomUUID()}"`, 'Idempotency-Principal': 'ada' }

  const answer = await fetch(server.url + path, { method, headers })

  expect(answer.status).toBe(401)
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
  expect(await answer.json()).toMatchObject({
    type: 'urn:redux-broker-demo:problem:signed-out',
    status: 401,
    detail: expect.stringMatching(/^[A-Z].*\.$/),
  })
})

test.each(['ada', 'grace', 'linus'])('signs in %s', async (id) => {
  const user = await signIn(server.url, id)

  const me = await user.get('/api/me')

  expect(await me.json()).toEqual({ id, name: id.charAt(0).toUpperCase() + id.slice(1) })
})

test('keeps the session in a cookie that scripts and other sites cannot use', async () => {
  const answer = await fetch(`${server.url}/api/session`, { method: 'POST', body: '{"user":"ada"}' })

  const [cookie] = answer.headers.getSetCookie()
  expect(cookie).toMatch(/^session=[\w-]{32};/)
  expect(cookie).toContain('HttpOnly')
  expect(cookie).toContain('SameSite=Lax')
})

test('refuses to sign in an unknown user', async () => {
  for (const body of ['{"user":"mallory"}', '{"user":1}', 'user=ada', '']) {
    const answer = await fetch(`${server.url}/api/session`, { method: 'POST', body })

    expect(answer.status).toBe(422)
    expect(await problemTypeOf(answer)).toBe('urn:redux-broker-demo:problem:unknown-user')
    expect(answer.headers.getSetCookie()).toEqual([])
  }
})

test('ends the session on sign-out, on the server too', async () => {
  const ada = await signIn(server.url, 'ada')

  const answer = await ada.send('DELETE', '/api/session')

  expect(answer.status).toBe(204)
  expect(answer.headers.getSetCookie()[0]).toMatch(/^session=;.*Max-Age=0/)
  expect((await ada.get('/api/me')).status).toBe(401)
})

test('ends the session of the user whom a late sign-out names, and leaves the cookie alone', async () => {
  const ada = await signIn(server.url, 'ada')

  const answer = await ada.send('DELETE', '/api/session?user=ada')

  expect(answer.status).toBe(204)
  expect(answer.headers.getSetCookie()).toEqual([])
  expect((await ada.get('/api/me')).status).toBe(401)
})

test('does nothing if a sign-out names another user than the session’s', async () => {
  const grace = await signIn(server.url, 'grace')

  const answer = await grace.send('DELETE', '/api/session?user=ada')

  expect(answer.status).toBe(204)
  expect(answer.headers.getSetCookie()).toEqual([])
  expect((await grace.get('/api/me')).status).toBe(200)
})

test('replaces the session of a browser that signs in again', async () => {
  const ada = await signIn(server.url, 'ada')

  const answer = await fetch(`${server.url}/api/session`, {
    method: 'POST',
    headers: { Cookie: ada.cookie },
    body: '{"user":"grace"}',
  })

  const me = await fetch(`${server.url}/api/me`, { headers: { Cookie: cookieOf(answer) } })
  expect(await me.json()).toEqual({ id: 'grace', name: 'Grace' })
  expect((await ada.get('/api/me')).status).toBe(401)
})

test('gives two browsers of one user separate sessions', async () => {
  const [first, second] = [await signIn(server.url, 'ada'), await signIn(server.url, 'ada')]

  await first.send('DELETE', '/api/session')

  expect((await first.get('/api/me')).status).toBe(401)
  expect((await second.get('/api/me')).status).toBe(200)
})

test('refuses a change that another site asks for', async () => {
  const ada = await signIn(server.url, 'ada')

  const answer = await ada.send('PUT', '/api/posts/p01/like', undefined, {
    headers: { 'Sec-Fetch-Site': 'cross-site' },
  })

  expect(answer.status).toBe(403)
  expect(await problemTypeOf(answer)).toBe('urn:redux-broker-demo:problem:cross-site')
})
