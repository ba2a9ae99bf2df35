import { expect, test } from 'vitest'
import { readLedger, signIn, testServer, testUser, type User } from '../testing/test-server.js'

const server = testServer()
const ada = testUser(server, 'ada')

const seedIds = ['p01', 'p02', 'p03', 'p04', 'p05', 'p06', 'p07', 'p08', 'p09', 'p10', 'p11', 'p12']

const readAgain = (path: string, seen: string) =>
  fetch(server.url + path, { headers: { Cookie: ada.cookie, 'If-None-Match': seen } })

interface Listed {
  id: string
  author: string
  text: string
  likes: number
  likedByMe: boolean
  claps: number
  comments: number
}

async function topPosts(user: User): Promise<Listed[]> {
  return (await user.get('/api/posts/top')).json() as Promise<Listed[]>
}

test('seeds twelve posts of the three users, p01 to p12', async () => {
  const posts = await topPosts(ada)

  expect(posts.map(({ id }) => id)).toEqual(seedIds)
  expect([...new Set(posts.map(({ author }) => author))].sort()).toEqual(['ada', 'grace', 'linus'])
  for (const post of posts) {
    expect(Object.keys(post)).toEqual(['id', 'author', 'text', 'likes', 'likedByMe', 'claps', 'comments'])
    expect(post.text.length).toBeGreaterThan(0)
    expect(post.text.length).toBeLessThanOrEqual(280)
    expect(post.likes).toBeGreaterThan(0)
    expect(post.likedByMe).toBeTypeOf('boolean')
  }
})

test('puts a new post above the older ones', async () => {
  const { id } = (await (await ada.send('POST', '/api/posts', { text: 'New' })).json()) as { id: string }

  expect((await topPosts(ada)).map((post) => post.id)).toEqual([id, ...seedIds])
})

test('counts as many comments as it lists', async () => {
  for (const { id, comments } of await topPosts(ada)) {
    const list = (await (await ada.get(`/api/posts/${id}/comments`)).json()) as unknown[]

    expect(list).toHaveLength(comments)
  }
})

test('lists comments oldest first, with their authors', async () => {
  const list = await (await ada.get('/api/posts/p01/comments')).json()

  expect(list).toEqual([
    { id: 'p01-c1', author: 'grace', text: 'That is how it should always be.' },
    { id: 'p01-c2', author: 'linus', text: 'Which line was it?' },
  ])
})

test('lists the groups of the user', async () => {
  const groups = await (await ada.get('/api/me/groups')).json()

  expect(groups).toEqual([
    { id: 'g1', name: 'Engine makers' },
    { id: 'g2', name: 'Sunday hikers' },
  ])
})

test('counts what other users did to the user’s posts, and not the user’s own actions', async () => {
  const count = async () => ((await (await ada.get('/api/notifs/count')).json()) as { count: number }).count
  const before = await count()
  const grace = await signIn(server.url, 'grace')

  await grace.send('PUT', '/api/posts/p05/like')
  await grace.send('POST', '/api/posts/p05/comments', { text: 'I play!' })
  await grace.send('POST', '/api/posts/p02/comments', { text: 'My own post.' })
  await ada.send('PUT', '/api/posts/p05/like')

  expect(await count()).toBe(before + 2)
})

test('names the user of a read, and lets no proxy store it', async () => {
  const grace = await signIn(server.url, 'grace')
  for (const user of [ada, grace]) {
    for (const path of [
      '/api/me',
      '/api/me/groups',
      '/api/notifs/count',
      '/api/posts/top',
      '/api/posts/p01',
    ]) {
      const answer = await user.get(path)

      expect(answer.headers.get('X-User')).toBe(user.id)
      expect(answer.headers.get('Cache-Control')).toBe('private, no-cache')
    }
  }
})

test('lets no cache store the answer to a change, or an error', async () => {
  const answers = [
    await ada.send('PUT', '/api/posts/p01/like'),
    await ada.get('/api/posts/p99'),
    await fetch(`${server.url}/api/me`),
  ]

  expect(answers.map(({ status }) => status)).toEqual([200, 404, 401])
  for (const { headers } of answers) expect(headers.get('Cache-Control')).toBe('no-store')
})

test('answers 304 without a body to a client that has this edition', async () => {
  const first = await ada.get('/api/posts/top')
  const tag = first.headers.get('ETag') ?? ''
  expect(tag).toMatch(/^"[\w-]{22}"$/)

  for (const seen of [tag, `"other", ${tag}`, `W/${tag}`]) {
    const again = await readAgain('/api/posts/top', seen)

    expect([again.status, await again.text(), again.headers.get('ETag')]).toEqual([304, '', tag])
    expect(again.headers.get('X-User')).toBe('ada')
    expect(again.headers.get('Cache-Control')).toBe('private, no-cache')
  }
  expect((await readLedger(server.url)).attempts.at(-1)).toMatchObject({ method: 'GET', status: 304 })
})

test('answers with a body to a client that has another edition, or the edition of the text alone', async () => {
  const tag = (await ada.get('/api/posts/top')).headers.get('ETag') ?? ''
  const post = (await ada.get('/api/posts/p01')).headers.get('ETag') ?? ''
  await ada.send('POST', '/api/posts/p01/claps', { by: 1 })

  const again = await readAgain('/api/posts/top', tag)

  expect(again.status).toBe(200)
  expect(again.headers.get('ETag')).not.toBe(tag)
  expect((await readAgain('/api/posts/p01', post)).status).toBe(200)
})

test('answers 404 for a post or a route that does not exist', async () => {
  const paths = [
    '/api/posts/p99',
    '/api/posts/p99/comments',
    '/api/photos/none',
    '/api/nothing',
    '/api/posts',
  ]
  for (const path of paths) {
    const answer = await ada.get(path)

    expect(answer.status).toBe(404)
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
  }
})

test('shows a change in the very next read', async () => {
  for (let claps = 129; claps <= 140; claps++) {
    await ada.send('POST', '/api/posts/p01/claps', { by: 1 })

    expect((await topPosts(ada))[0]).toMatchObject({ id: 'p01', claps })
  }
  expect((await readLedger(server.url)).effects).toHaveLength(12)
})
