import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  attemptsOf,
  clapsOf,
  effectsOf,
  problemTypeOf,
  putFaults,
  readLedger,
  signIn,
  testServer,
  testUser,
  type User,
} from '../testing/test-server.js'

const server = testServer()
const ada = testUser(server, 'ada')

const changes: readonly (readonly [string, string, unknown])[] = [
  ['PUT', '/api/posts/p01/like', undefined],
  ['DELETE', '/api/posts/p02/like', undefined],
  ['POST', '/api/posts/p01/claps', { by: 1 }],
  ['POST', '/api/posts', { text: 'Hello' }],
  ['PATCH', '/api/posts/p01', { text: 'Hello' }],
  ['DELETE', '/api/posts/p01', undefined],
  ['POST', '/api/posts/p01/comments', { text: 'Hello' }],
]

test.each(changes)('applies %s %s once and repeats its answer', async (method, path, body) => {
  const key = randomUUID()

  const first = await ada.send(method, path, body, { key })
  const second = await ada.send(method, path, body, { key })

  expect(first.ok).toBe(true)
  expect(first.headers.get('Idempotency-Key')).toBe(`"${key}"`)
  expect(first.headers.get('Idempotency-Status')).toBe('stored')
  expect(second.status).toBe(first.status)
  expect(second.headers.get('Idempotency-Replayed')).toBe('true')
  expect(second.headers.get('ETag')).toBe(first.headers.get('ETag'))
  expect(await second.text()).toBe(await first.text())
  expect((await effectsOf(server.url, key)).length).toBeLessThanOrEqual(1)
})

test.each([...changes, ['POST', '/api/photos', undefined] as const])(
  'refuses %s %s without a key or a principal, and says which',
  async (method, path, body) => {
    const headers = { Cookie: ada.cookie, 'Content-Type': 'application/json' }
    const send = (more: Record<string, string>) =>
      fetch(server.url + path, {
        method,
        headers: { ...headers, ...more },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })

    const keyless = await send({ 'Idempotency-Principal': 'ada' })
    const nameless = await send({ 'Idempotency-Key': `"${randomUUID()}"` })

    expect([keyless.status, nameless.status]).toEqual([400, 400])
    expect(await problemTypeOf(keyless)).toBe('urn:redux-broker:problem:key-required')
    expect(await problemTypeOf(nameless)).toBe('urn:redux-broker:problem:principal-required')
    expect((await readLedger(server.url)).effects).toEqual([])
  },
)

test('applies twenty simultaneous repeats once', async () => {
  const key = randomUUID()

  const answers = await Promise.all(
    Array.from({ length: 20 }, () => ada.send('POST', '/api/posts/p01/claps', { by: 1 }, { key })),
  )

  for (const { status } of answers) expect([200, 409]).toContain(status)
  expect(await clapsOf(ada, 'p01')).toBe(129)
  expect(await effectsOf(server.url, key)).toHaveLength(1)
  expect(await attemptsOf(server.url, key)).toHaveLength(20)
})

test('never answers one user’s key with another user’s result', async () => {
  const key = randomUUID()
  const linus = await signIn(server.url, 'linus')

  const first = await ada.send('POST', '/api/posts', { text: 'Hello' }, { key })
  const second = await linus.send('POST', '/api/posts', { text: 'Hello' }, { key })

  expect(second.headers.get('Idempotency-Status')).toBe('stored')
  expect(await second.json()).toMatchObject({ author: 'linus' })
  expect(await first.json()).toMatchObject({ author: 'ada' })
  expect((await effectsOf(server.url, key)).map(({ user }) => user)).toEqual(['ada', 'linus'])
})

test('refuses a change in the name of another user than the session’s', async () => {
  const answer = await ada.send(
    'POST',
    '/api/posts/p01/claps',
    { by: 1 },
    {
      headers: { 'Idempotency-Principal': 'grace' },
    },
  )

  expect(answer.status).toBe(403)
  expect(await problemTypeOf(answer)).toBe('urn:redux-broker:problem:principal-mismatch')
  expect(await clapsOf(ada, 'p01')).toBe(128)
})

test('refuses a key that was used for another request', async () => {
  const key = randomUUID()
  await ada.send('POST', '/api/posts/p01/claps', { by: 1 }, { key })

  const answer = await ada.send('POST', '/api/posts/p01/claps', { by: 2 }, { key })

  expect(answer.status).toBe(422)
  expect(await problemTypeOf(answer)).toBe('urn:redux-broker:problem:key-reused')
  expect(await clapsOf(ada, 'p01')).toBe(129)
})

test('tells the outcome of a key to its own user only', async () => {
  const key = randomUUID()
  const linus = await signIn(server.url, 'linus')
  const stateFor = async (user: User) => (await user.get(`/api/idempotency/${key}`)).json()
  expect(await stateFor(ada)).toEqual({ state: 'unknown' })

  await ada.send('POST', '/api/posts', { text: 'Hello' }, { key })

  expect(await stateFor(ada)).toEqual({ state: 'done', status: 201 })
  expect(await stateFor(linus)).toEqual({ state: 'unknown' })
  await putFaults(server.url, [{ match: {}, kind: 'forget-keys' }])
  expect(await stateFor(ada)).toEqual({ state: 'expired' })
  expect(await stateFor(linus)).toEqual({ state: 'unknown' })
})

test('refuses a status query without a session, from another user’s tab, or for an invalid key', async () => {
  const path = `/api/idempotency/${randomUUID()}`
  const ask = (path: string, headers: Record<string, string>) => fetch(server.url + path, { headers })
  const answers = [
    await ask(path, {}),
    await ask(path, { Cookie: ada.cookie, 'Idempotency-Principal': 'grace' }),
    await ask('/api/idempotency/%22short%22', { Cookie: ada.cookie }),
  ]

  expect(answers.map(({ status }) => status)).toEqual([401, 403, 400])
  for (const { headers } of answers) expect(headers.get('Cache-Control')).toBe('no-store')
})
