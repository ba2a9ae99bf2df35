import { beforeEach, describe, expect, test } from 'vitest'
import { sessionRoutes } from '../api/session-routes.js'
import { limits } from '../limits.js'
import { problemTypeOf, testServer } from '../testing/test-server.js'
import type { Sessions } from './sessions.js'
import { createSignInLimit, type SignInLimit } from './sign-in-limit.js'

const { signInsMax, signInEveryMs, signInBucketsMax } = limits

describe('createSignInLimit', () => {
  let now: number
  let limit: SignInLimit
  beforeEach(() => {
    now = 1_000_000
    limit = createSignInLimit(() => now)
  })
  const waits = (times: number, address = '10.0.0.1', user: string | null = 'ada') =>
    Array.from({ length: times }, () => limit.take(address, user ?? undefined).waitMs)
  const isFree = (wait: number) => wait === 0

  test('allows a number of sign-ins at once, and tells the next one how long to wait', () => {
    expect(waits(signInsMax).every(isFree)).toBe(true)
    expect(waits(2)).toEqual([signInEveryMs, signInEveryMs])
  })

  test('allows one more sign-in after each interval, up to the first number', () => {
    waits(signInsMax)
    now += signInEveryMs - 1
    expect(waits(1)).toEqual([1])
    now += 1
    expect(waits(2)).toEqual([0, signInEveryMs])
    now += 1_000 * signInsMax * signInEveryMs
    expect(waits(signInsMax + 1).filter(isFree)).toHaveLength(signInsMax)
  })

  test('counts each address and each user apart, and all unknown names together', () => {
    waits(signInsMax)
    expect(waits(1, '10.0.0.2')).toEqual([0])
    expect(waits(1, '10.0.0.1', 'grace')).toEqual([0])
    expect(waits(signInsMax + 1, '10.0.0.1', null).filter(isFree)).toHaveLength(signInsMax)
  })

  test('never mixes up two pairs of address and name, whatever characters they have', () => {
    waits(signInsMax, 'a', 'b,c')
    expect(waits(1, 'a,b', 'c')).toEqual([0])
    expect(waits(1, 'a","b', ',c')).toEqual([0])
  })

  test('allows no more sign-ins when the clock is set back', () => {
    waits(signInsMax)
    now -= 10 * signInEveryMs
    expect(waits(1)).toEqual([signInEveryMs])
  })

  test('remembers a bounded number of addresses, and forgets the least recent one first', () => {
    waits(signInsMax, 'first')
    waits(signInsMax, 'second')
    now += signInEveryMs
    waits(1, 'first')
    for (let i = 0; i < signInBucketsMax - 1; i++) waits(1, `other ${i}`)
    expect(waits(1, 'first')).toEqual([signInEveryMs])
    expect(waits(1, 'second')).toEqual([0])
  })
})

describe('POST /api/session', () => {
  let now: number
  let routes: ReturnType<typeof sessionRoutes>
  beforeEach(() => {
    now = 1_000_000
    const sessions = { start: async () => 'session=secret' } as unknown as Sessions
    routes = sessionRoutes({ sessions, signInLimit: createSignInLimit(() => now) })
  })
  const signIn = async (user: unknown, address = '10.0.0.1') =>
    routes.request('/session', { method: 'POST', body: JSON.stringify({ user }) }, { address })
  const statuses = async (users: readonly unknown[]) => {
    const answers = []
    for (const user of users) answers.push((await signIn(user)).status)
    return answers
  }
  const many = Array.from({ length: signInsMax }, (_, i) => i)

  test('answers 429 after too many sign-ins, and says when to try again', async () => {
    expect(await statuses(many.map(() => 'ada'))).toEqual(many.map(() => 200))
    now += 500

    const answer = await signIn('ada')

    expect(answer.status).toBe(429)
    expect(answer.headers.get('Retry-After')).toBe(String(Math.ceil((signInEveryMs - 500) / 1000)))
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(await problemTypeOf(answer)).toBe('urn:redux-broker-demo:problem:too-many-sign-ins')
    now += 1000 * Number(answer.headers.get('Retry-After'))
    expect(await statuses(['ada', 'ada'])).toEqual([200, 429])
  })

  test('leaves other users and other addresses alone', async () => {
    await statuses(many.map(() => 'ada'))

    expect((await signIn('grace')).status).toBe(200)
    expect((await signIn('ada', '10.0.0.2')).status).toBe(200)
  })

  test('limits how often names are guessed, whether they exist or not', async () => {
    const guesses = [...many.slice(4).map((i) => `user ${i}`), 1, null, {}, '__proto__']

    expect(await statuses([...guesses, 'one more'])).toEqual([...many.map(() => 422), 429])
  })
})

describe('the server', () => {
  const server = testServer()

  test('knows the address of a user who signs in, on both origins', async () => {
    for (const at of [server.url, server.url2]) {
      const burst = Array.from({ length: 5 * signInsMax }, () =>
        fetch(`${at}/api/session`, { method: 'POST', body: '{"user":"ada"}' }),
      )
      expect((await Promise.all(burst)).map(({ status }) => status)).toContain(429)
    }
    await fetch(`${server.url}/__test__/reset`, { method: 'POST' })
    const answer = await fetch(`${server.url}/api/session`, { method: 'POST', body: '{"user":"ada"}' })
    expect(answer.status).toBe(200)
  })
})
