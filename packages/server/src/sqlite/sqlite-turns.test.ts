import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createIdempotency } from '../run/create-idempotency.js'
import { requestOf, sessionUser } from '../run/request-fixture.js'
import { sqliteStore } from '../sqlite.js'
import { drivers, type TestDatabase } from './sqlite-drivers-fixture.js'

describe.each(drivers)('turns on %s', (_name, openDatabase) => {
  let database: TestDatabase
  beforeEach(() => {
    vi.useFakeTimers()
    database = openDatabase(':memory:')
    database.exec('CREATE TABLE effects (user TEXT)')
  })
  afterEach(() => {
    vi.useRealTimers()
    database.close()
  })

  /** Sends writes whose handlers take as long as they are told, and notes when each was answered. */
  function startSending(waitMs = 5_000) {
    const errors: unknown[] = []
    const store = sqliteStore(database, { waitMs })
    const { run } = createIdempotency({
      store,
      principal: sessionUser,
      deadlineMs: 3_000,
      onError: (error) => errors.push(error),
    })
    const startedAt = performance.now()
    const answers: {
      user: string
      status: number
      atMs: number
      tookMs: number
      retryAfter: string | null
    }[] = []
    const send = async (user: string, ms: number) => {
      const sentAt = performance.now()
      const { status, headers } = await run(requestOf({ user }), async ({ tx }) => {
        tx.prepare('INSERT INTO effects VALUES (?)').run(user)
        await new Promise((resolve) => setTimeout(resolve, ms))
        tx.prepare('UPDATE effects SET user = ? WHERE user = ?').run(user, user)
        return new Response()
      })
      answers.push({
        user,
        status,
        atMs: Math.round(performance.now() - startedAt),
        tookMs: performance.now() - sentAt,
        retryAfter: headers.get('retry-after'),
      })
      return { status, retryMs: Number(headers.get('retry-after')) * 1_000 }
    }
    const sendUntilDone = async (user: string, ms: number): Promise<void> => {
      const { status, retryMs } = await send(user, ms)
      if (status === 200) return
      await new Promise((resolve) => setTimeout(resolve, retryMs))
      return sendUntilDone(user, ms)
    }
    return { store, answers, errors, send, sendUntilDone }
  }
  const effects = () =>
    (database.prepare('SELECT user FROM effects').all() as { user: string }[]).map(({ user }) => user)
  const many = (count: number, ms: number) =>
    Array.from({ length: count }, (_, index) => [`user-${index}`, ms] as const)

  it.each([
    [100, 1, 5_000, 1e9],
    [100, 10, 1_000, 1e9],
    [30, 50, 5_000, 3_001],
    [250, 0, 3_000, 3_200],
  ])(
    'answers %i others of %i ms within the deadline when one hangs, and goes on writing',
    async (count, ms, waitMs, hangsMs) => {
      const { answers, errors, send } = startSending(waitMs)
      void send('hanging', hangsMs)
      for (const [user, own] of many(count, ms)) void send(user, own)
      await vi.advanceTimersByTimeAsync(3_000)
      expect(answers).toHaveLength(count + 1)
      const { status, atMs } = answers.find(({ user }) => user === 'hanging') ?? {}
      expect([status, atMs]).toEqual([503, 3_000])
      for (const { status, retryAfter } of answers) {
        if (status === 503) expect(Number(retryAfter)).toBeGreaterThanOrEqual(1)
        else expect(status).toBe(200)
      }
      expect(errors).toHaveLength(1)
      expect(effects()).toEqual(answers.filter(({ status }) => status === 200).map(({ user }) => user))
      const late = send('late', 0)
      await vi.advanceTimersByTimeAsync(10)
      expect((await late).status).toBe(200)
    },
  )

  it.each<readonly [name: string, hangs: (index: number) => boolean, everyMs: number, ownMs: number]>([
    ['one hangs for ever', (index) => index === 0, 0, 0],
    ['ten hang for ever, one after the other', (index) => index < 10, 0, 5],
    ['one hangs and users come all the while', (index) => index === 0, 40, 5],
    ['each second one hangs', (index) => index % 2 === 0, 90, 20],
    ['each takes half of the deadline', () => false, 10, 1_500],
  ])(
    'answers each write within the deadline, its wait included, when %s',
    async (_, hangs, everyMs, ownMs) => {
      const { answers, send } = startSending(60_000)
      for (let index = 0; index < 101; index += 1) {
        void send(hangs(index) ? 'hanging' : 'ada', hangs(index) ? 1e9 : ownMs)
        await vi.advanceTimersByTimeAsync(everyMs)
      }
      await vi.advanceTimersByTimeAsync(3_000)
      expect(answers).toHaveLength(101)
      expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThanOrEqual(3_000)
    },
  )

  it('answers each write within the deadline beside a transaction of the application that hangs', async () => {
    const { answers, send, store } = startSending(60_000)
    void store.transaction(() => new Promise(() => {}))
    for (const [user, ms] of many(100, 1)) void send(user, ms)
    await vi.advanceTimersByTimeAsync(3_000)
    expect(answers.map(({ status, retryAfter }) => [status, retryAfter])).toEqual(Array(100).fill([503, '3']))
  })

  it.each([
    [200, 50],
    [80, 120],
    [400, 20],
  ])('completes %i parallel writes of %i ms, if they retry by Retry-After', async (count, ms) => {
    const { answers, sendUntilDone } = startSending()
    for (const [user, own] of many(count, ms)) void sendUntilDone(user, own)
    await vi.advanceTimersByTimeAsync(5_000 + ms)
    // All but a few end promptly, as soon as the pace of the turns is known.
    const refused = answers.filter(({ status }) => status === 503)
    expect(refused.filter(({ atMs }) => atMs > 4 * ms).length).toBeLessThanOrEqual(4)
    await vi.advanceTimersByTimeAsync(3 * count * ms)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(count)
    expect(effects()).toHaveLength(count)
  })
})
