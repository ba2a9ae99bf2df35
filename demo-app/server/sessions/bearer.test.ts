// The demo's bearer mode has short-lived tokens for the API, and a cookie that is good for new tokens only.
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabases } from '../storage/database.js'
import {
  cookieOf,
  problemTypeOf,
  putFaults,
  readLedger,
  signIn,
  temporaryFolder,
  testServer,
} from '../testing/test-server.js'
import { createSessions, type Transact } from './sessions.js'

const server = testServer()

interface Bearer {
  readonly token: string
  readonly lifetimeMs: number
  /** The refresh cookie. */
  readonly cookie: string
}

async function signInAsBearer(user: string, headers: Record<string, string> = {}): Promise<Bearer> {
  const answer = await fetch(`${server.url}/api/session`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ user, as: 'bearer' }),
  })
  return { ...((await answer.json()) as Bearer), cookie: cookieOf(answer) }
}

const askForToken = (cookie: string) =>
  fetch(`${server.url}/api/session/token`, { method: 'POST', headers: { Cookie: cookie } })

const me = (headers: Record<string, string>, at = server.url) => fetch(`${at}/api/me`, { headers })
const bearing = ({ token }: Pick<Bearer, 'token'>) => ({ Authorization: `Bearer ${token}` })

const clap = (headers: Record<string, string>, principal = 'ada') =>
  fetch(`${server.url}/api/posts/p01/claps`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'Idempotency-Key': `"${randomUUID()}"`,
      'Idempotency-Principal': principal,
      ...headers,
    },
    body: '{"by":1}',
  })

test('signs in with a token, and with a cookie that no script and no other route gets', async () => {
  const answer = await fetch(`${server.url}/api/session`, {
    method: 'POST',
    body: '{"user":"ada","as":"bearer"}',
  })

  expect(await answer.json()).toEqual({
    id: 'ada',
    name: 'Ada',
    token: expect.stringMatching(/^[\w-]{32}$/),
    lifetimeMs: 300_000,
  })
  expect(answer.headers.get('Cache-Control')).toBe('no-store')
  expect(answer.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^refresh=[\w-]{32}; Path=\/api\/session; HttpOnly; SameSite=Strict; Max-Age=\d+$/),
  ])
})

test('takes the token for every call, and on both origins', async () => {
  const ada = await signInAsBearer('ada')

  expect(await (await me(bearing(ada))).json()).toEqual({ id: 'ada', name: 'Ada' })
  expect((await me(bearing(ada), server.url2)).status).toBe(200)
  expect((await clap(bearing(ada))).status).toBe(200)
  expect((await readLedger(server.url)).effects).toMatchObject([{ kind: 'clap', user: 'ada' }])
  expect((await readLedger(server.url)).attempts.at(-1)).toMatchObject({ user: 'ada', status: 200 })
})

test('lets the refresh cookie only get a token and sign out', async () => {
  const { cookie } = await signInAsBearer('ada')
  const [, secret = ''] = cookie.split('=')

  expect((await me({ Cookie: cookie })).status).toBe(401)
  expect((await me({ Cookie: `session=${secret}` })).status).toBe(401)
  expect((await me({ Authorization: `Bearer ${secret}` })).status).toBe(401)

  const answer = await askForToken(cookie)
  const renewed = (await answer.json()) as Bearer
  expect([answer.status, answer.headers.get('Cache-Control')]).toEqual([200, 'no-store'])
  expect((await me(bearing(renewed))).status).toBe(200)
})

test('gives no token for a session cookie, nor without a cookie', async () => {
  const ada = await signIn(server.url, 'ada')

  for (const cookie of [ada.cookie, '', 'refresh=nonsense', ada.cookie.replace('session', 'refresh')]) {
    const answer = await askForToken(cookie)
    expect(answer.status).toBe(401)
    expect(await problemTypeOf(answer)).toBe('urn:redux-broker-demo:problem:signed-out')
  }
})

test('ignores the session cookie of a request that has a token', async () => {
  const ada = await signInAsBearer('ada')
  const grace = await signIn(server.url, 'grace')

  expect(await (await me({ ...bearing(ada), Cookie: grace.cookie })).json()).toMatchObject({ id: 'ada' })
  for (const authorization of ['Bearer nonsense', 'Bearer ', 'Basic YTpi', ''])
    expect((await me({ Authorization: authorization, Cookie: grace.cookie })).status).toBe(401)
})

test('keeps several tokens of a session good, as each tab and the worker has its own', async () => {
  const ada = await signInAsBearer('ada')
  const second = (await (await askForToken(ada.cookie)).json()) as Bearer

  for (const token of [ada, second]) expect((await me(bearing(token))).status).toBe(200)
})

test('ends all tokens with the session, on sign-out and on a late sign-out', async () => {
  for (const query of ['', '?user=ada']) {
    const ada = await signInAsBearer('ada')

    const answer = await fetch(`${server.url}/api/session${query}`, {
      method: 'DELETE',
      headers: { Cookie: ada.cookie },
    })

    expect(answer.status).toBe(204)
    if (query === '')
      expect(answer.headers.getSetCookie()[1]).toMatch(/^refresh=; Path=\/api\/session;.*Max-Age=0/)
    expect((await me(bearing(ada))).status).toBe(401)
    expect((await askForToken(ada.cookie)).status).toBe(401)
  }
})

test('keeps the session of a user whom a late sign-out does not name', async () => {
  const grace = await signInAsBearer('grace')

  await fetch(`${server.url}/api/session?user=ada`, { method: 'DELETE', headers: { Cookie: grace.cookie } })

  expect((await me(bearing(grace))).status).toBe(200)
})

test('puts a new session in place of the browser’s last one, whatever kind it was', async () => {
  const cookieUser = await signIn(server.url, 'grace')
  const ada = await signInAsBearer('ada', { Cookie: cookieUser.cookie })
  expect((await cookieUser.get('/api/me')).status).toBe(401)

  await fetch(`${server.url}/api/session`, {
    method: 'POST',
    headers: { Cookie: ada.cookie },
    body: '{"user":"ada"}',
  })
  expect((await me(bearing(ada))).status).toBe(401)
})

test('ends a bearer session, or gives it to another user, by a fault', async () => {
  const ada = await signInAsBearer('ada')
  await putFaults(server.url, [
    { match: { path: '/api/posts' }, kind: 'switch-session', user: 'grace', times: 1 },
    { match: { path: '/api/posts' }, kind: 'expire-session', times: 1 },
  ])

  const switched = await clap(bearing(ada))
  expect([switched.status, await problemTypeOf(switched)]).toEqual([
    403,
    expect.stringContaining('principal-mismatch'),
  ])
  expect(await (await me(bearing(ada))).json()).toMatchObject({ id: 'grace' })

  expect((await clap(bearing(ada), 'grace')).status).toBe(401)
  expect((await askForToken(ada.cookie)).status).toBe(401)
  expect((await readLedger(server.url)).effects).toEqual([])
})

test('stores no secret that a reader of the files could use', async () => {
  const { token, cookie } = await signInAsBearer('ada')

  const files = readdirSync(server.folder, { withFileTypes: true, recursive: true })
    .filter((file) => file.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name)))

  expect(files.length).toBeGreaterThan(0)
  for (const secret of [token, cookie.split('=')[1] ?? ''])
    expect(files.some((bytes) => bytes.includes(secret))).toBe(false)
})

test('refuses a token after its lifetime, and forgets it', async () => {
  const folder = await temporaryFolder()
  const { reader, writer, close } = openDatabases(folder)
  let now = 1_000_000
  const transact: Transact = async (work) => work(writer)
  const sessions = createSessions({ reader, transact, tokenMs: 300_000, now: () => now })
  const { token, cookie } = await sessions.startBearer('ada', {})
  const shown = { authorization: `Bearer ${token}` }

  now += 299_999
  expect(sessions.userOf(shown)).toBe('ada')
  now += 1
  expect(sessions.userOf(shown)).toBeUndefined()
  const renewed = await sessions.renew({ cookie })

  expect(sessions.userOf({ authorization: `Bearer ${renewed?.token}` })).toBe('ada')
  expect(reader.prepare('SELECT count(*) AS count FROM tokens').get()).toMatchObject({ count: 1 })
  close()
})
