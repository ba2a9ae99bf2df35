import { expect, test } from 'vitest'
import { clapsOf, problemTypeOf, readLedger, testServer, testUser } from '../testing/test-server.js'

const server = testServer()
const ada = testUser(server, 'ada')
const grace = testUser(server, 'grace')

test('likes and unlikes a post for the session’s user only', async () => {
  const liked = await ada.send('PUT', '/api/posts/p01/like')
  const seenByGrace = await grace.get('/api/posts/p01')
  const unliked = await ada.send('DELETE', '/api/posts/p01/like')

  expect(liked.status).toBe(200)
  expect(await liked.json()).toEqual({ id: 'p01', likes: 43, likedByMe: true })
  expect(await seenByGrace.json()).toMatchObject({ likes: 43, likedByMe: true })
  expect(await unliked.json()).toEqual({ id: 'p01', likes: 42, likedByMe: false })
})

test('keeps one like when the same like is sent again', async () => {
  await ada.send('PUT', '/api/posts/p01/like')
  const again = await ada.send('PUT', '/api/posts/p01/like')

  expect(await again.json()).toEqual({ id: 'p01', likes: 43, likedByMe: true })
  expect((await readLedger(server.url)).effects).toHaveLength(1)
})

test('adds the requested number of claps each time', async () => {
  const first = await ada.send('POST', '/api/posts/p01/claps', { by: 1 })
  const second = await ada.send('POST', '/api/posts/p01/claps', { by: 5 })

  expect(await first.json()).toEqual({ id: 'p01', claps: 129 })
  expect(await second.json()).toEqual({ id: 'p01', claps: 134 })
})

test.each([0, -1, 1.5, 1001, '1', null, undefined])('refuses %s claps', async (by) => {
  const answer = await ada.send('POST', '/api/posts/p01/claps', { by })

  expect(answer.status).toBe(422)
  expect(await problemTypeOf(answer)).toBe('urn:redux-broker-demo:problem:invalid-claps')
  expect(await clapsOf(ada, 'p01')).toBe(128)
})

test('publishes a post and a comment', async () => {
  const post = await ada.send('POST', '/api/posts', { text: 'Hello' })
  const { id } = (await post.clone().json()) as { id: string }
  const comment = await grace.send('POST', `/api/posts/${id}/comments`, { text: 'Hi Ada' })

  expect(post.status).toBe(201)
  expect(await post.json()).toEqual({
    id,
    author: 'ada',
    text: 'Hello',
    likes: 0,
    likedByMe: false,
    claps: 0,
    comments: 0,
  })
  expect(comment.status).toBe(201)
  const commented = (await comment.json()) as { id: string }
  expect(commented).toEqual({ id: expect.any(String), author: 'grace', text: 'Hi Ada' })
  expect(await (await ada.get(`/api/posts/${id}/comments`)).json()).toEqual([commented])
})

test.each([
  ['POST', '/api/posts'],
  ['PATCH', '/api/posts/p01'],
  ['POST', '/api/posts/p01/comments'],
])('takes 1 to 280 characters in %s %s', async (method, path) => {
  for (const text of ['x', 'x'.repeat(280), '👏'.repeat(280)]) {
    expect((await ada.send(method, path, { text })).ok).toBe(true)
  }
  for (const text of ['', '  \n', 'x'.repeat(281), '👏'.repeat(281), 5, undefined]) {
    const answer = await ada.send(method, path, { text })

    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({
      type: 'urn:redux-broker-demo:problem:invalid-text',
      detail: 'A text has 1 to 280 characters, not all of them blank.',
    })
  }
})

test('refuses a body that is not JSON', async () => {
  const answer = await fetch(`${server.url}/api/posts`, {
    method: 'POST',
    headers: {
      Cookie: ada.cookie,
      'Idempotency-Key': '"not-json-not-json"',
      'Idempotency-Principal': 'ada',
    },
    body: 'text=hello',
  })

  expect(answer.status).toBe(422)
})

test.each([
  ['PUT', '/api/posts/p99/like'],
  ['DELETE', '/api/posts/p99/like'],
  ['POST', '/api/posts/p99/claps'],
  ['PATCH', '/api/posts/p99'],
  ['DELETE', '/api/posts/p99'],
  ['POST', '/api/posts/p99/comments'],
])('answers %s %s with 404', async (method, path) => {
  const answer = await ada.send(method, path, { by: 1, text: 'x' })

  expect(answer.status).toBe(404)
  expect(await problemTypeOf(answer)).toBe('urn:redux-broker-demo:problem:not-found')
  expect((await readLedger(server.url)).effects).toEqual([])
})

test('lets only the author edit or remove a post', async () => {
  const edit = await grace.send('PATCH', '/api/posts/p01', { text: 'Mine' })
  const removal = await grace.send('DELETE', '/api/posts/p01')

  expect([edit.status, removal.status]).toEqual([403, 403])
  expect(await problemTypeOf(edit)).toBe('urn:redux-broker-demo:problem:not-the-author')
  expect(await (await ada.get('/api/posts/p01')).json()).toMatchObject({
    text: expect.stringContaining('train'),
  })
})

test('edits a post whose edition the author names, and no other edition', async () => {
  const seen = (await ada.get('/api/posts/p01')).headers.get('ETag') ?? ''
  const first = await ada.send('PATCH', '/api/posts/p01', { text: 'One' }, { headers: { 'If-Match': seen } })
  const late = await ada.send('PATCH', '/api/posts/p01', { text: 'Two' }, { headers: { 'If-Match': seen } })
  const edited = first.headers.get('ETag') ?? ''
  const listed = { 'If-Match': `"other", ${edited}` }
  const third = await ada.send('PATCH', '/api/posts/p01', { text: 'Three' }, { headers: listed })

  expect(first.status).toBe(200)
  expect(edited).not.toBe(seen)
  expect(late.status).toBe(412)
  expect(await problemTypeOf(late)).toBe('urn:redux-broker-demo:problem:precondition-failed')
  expect(await third.json()).toMatchObject({ id: 'p01', text: 'Three' })
})

test('removes a post with its comments and likes, and honours If-Match there too', async () => {
  const stale = await ada.send('DELETE', '/api/posts/p01', undefined, { headers: { 'If-Match': '"0"' } })
  const any = await ada.send('DELETE', '/api/posts/p01', undefined, { headers: { 'If-Match': '*' } })

  expect([stale.status, any.status]).toEqual([412, 204])
  expect((await ada.get('/api/posts/p01/comments')).status).toBe(404)
  expect((await ada.send('DELETE', '/api/posts/p01')).status).toBe(404)
})

test('keeps the edition of a post when it gets likes and claps', async () => {
  const before = (await ada.get('/api/posts/p01')).headers.get('ETag')

  await grace.send('DELETE', '/api/posts/p01/like')
  await grace.send('POST', '/api/posts/p01/claps', { by: 1 })

  expect((await ada.get('/api/posts/p01')).headers.get('ETag')).toBe(before)
})
