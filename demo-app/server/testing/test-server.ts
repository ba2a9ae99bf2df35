// The start of the server's tests. Each test file has a server of its own in a fresh folder, with users who send as the
// broker does. Helpers set faults and read the ledger.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { startDemoServer } from '../create-server.js'
import type { LedgerContent } from '../storage/ledger.js'

export interface TestServer {
  readonly url: string
  readonly url2: string
  readonly folder: string
  stop(): Promise<void>
}

export interface TestServerOptions {
  readonly faults?: boolean
  readonly pagesFolder?: string
}

export async function startTestServer({
  faults = true,
  pagesFolder,
}: TestServerOptions = {}): Promise<TestServer> {
  const folder = await temporaryFolder()
  const { url, url2, close } = await startDemoServer({
    port: 0,
    port2: undefined,
    dataFolder: folder,
    pagesFolder: pagesFolder ?? join(folder, 'no-pages'),
    faults,
  })
  const stop = async () => {
    await close()
    await rm(folder, { recursive: true })
  }
  return { url, url2, folder, stop }
}

/** One server for all tests of a file, with the seed data before each. Call it where the file begins. */
export function testServer({
  faults = true,
}: Pick<TestServerOptions, 'faults'> = {}): Omit<TestServer, 'stop'> {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer({ faults })
  })
  beforeEach(async () => {
    if (faults) await fetch(`${server.url}/__test__/reset`, { method: 'POST' })
  })
  afterAll(() => server.stop())
  return {
    get url() {
      return server.url
    },
    get url2() {
      return server.url2
    },
    get folder() {
      return server.folder
    },
  }
}

/** A user who is signed in anew before each test. */
export function testUser(server: { readonly url: string }, id: string): User {
  let user: User
  beforeEach(async () => {
    user = await signIn(server.url, id)
  })
  return {
    id,
    get cookie() {
      return user.cookie
    },
    get: (path) => user.get(path),
    send: (...sent) => user.send(...sent),
  }
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'demo-server-'))
}

export interface Sending {
  /** A new key by default. */
  readonly key?: string
  readonly headers?: Record<string, string>
  readonly signal?: AbortSignal
  /** The first origin by default. */
  readonly at?: string
}

/** Somebody who is signed in. */
export interface User {
  readonly id: string
  readonly cookie: string
  get(path: string): Promise<Response>
  /** Sends a change as the broker does, with key and principal, and `body` as JSON. */
  send(method: string, path: string, body?: unknown, sending?: Sending): Promise<Response>
}

export async function signIn(url: string, id: string): Promise<User> {
  const answer = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user: id }),
  })
  return userAt(url, id, cookieOf(answer))
}

/** A user by the cookie of an earlier sign-in. After a restart the server may be at another URL. */
export function userAt(url: string, id: string, cookie: string): User {
  return {
    id,
    cookie,
    get: (path) => fetch(url + path, { headers: { Cookie: cookie } }),
    send: (method, path, body, { key = randomUUID(), headers = {}, signal, at = url } = {}) =>
      fetch(at + path, {
        method,
        headers: {
          Cookie: cookie,
          'Content-Type': 'application/json',
          'Idempotency-Key': `"${key}"`,
          'Idempotency-Principal': id,
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      }),
  }
}

export function cookieOf(answer: Response): string {
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

export async function putFaults(url: string, rules: unknown): Promise<Response> {
  return fetch(`${url}/__test__/faults`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(rules),
  })
}

export async function readLedger(url: string): Promise<LedgerContent> {
  return (await fetch(`${url}/__test__/ledger`)).json() as Promise<LedgerContent>
}

/** The attempts with this key, as the ledger has them. */
export async function attemptsOf(url: string, key: string): Promise<LedgerContent['attempts']> {
  return (await readLedger(url)).attempts.filter((attempt) => attempt.key === key)
}

export async function effectsOf(url: string, key: string): Promise<LedgerContent['effects']> {
  return (await readLedger(url)).effects.filter((effect) => effect.key === key)
}

export async function clapsOf(user: User, post: string): Promise<number> {
  const posts = (await (await user.get('/api/posts/top')).json()) as { id: string; claps: number }[]
  return posts.find(({ id }) => id === post)?.claps ?? Number.NaN
}

export async function problemTypeOf(answer: Response): Promise<string> {
  return ((await answer.json()) as { type: string }).type
}
