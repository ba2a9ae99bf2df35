import { describe, expect, it, vi } from 'vitest'
import { sendingEntry } from '../fixtures/entry.fixture.js'
import type { Reply, SendOptions, WireRequest } from '../network/network.js'
import type { Ports } from '../ports.js'
import { type AttemptContext, askSession, attempt } from './attempt.js'

const json = { 'content-type': 'application/json' }
const answer = (status: number, headers: Readonly<Record<string, string>> = json, body = '{}'): Reply => ({
  kind: 'answer',
  status,
  headers,
  body,
})
const failed: Reply = { kind: 'failed', timedOut: false }
const redirect: Reply = { kind: 'redirect' }
const probeUrl = 'https://o.example/me'

/** The world of an attempt: a network that gives the replies in their order, and a clock that is moved by hand. */
function scene(
  replies: readonly Reply[],
  { active, ...more }: Partial<AttemptContext> & { readonly active?: { readonly partition: string } } = {},
) {
  const sent: WireRequest[] = []
  const options: SendOptions[] = []
  const reports: unknown[] = []
  const timers = new Set<() => void>()
  const ports = {
    clock: {
      now: () => 0,
      monotonic: () => 0,
      after: (_ms: number, callback: () => void) => {
        timers.add(callback)
        return () => void timers.delete(callback)
      },
    },
    network: {
      knock: async () => 200,
      isOnline: () => true,
      send: async (request: WireRequest, given: SendOptions) => {
        sent.push(request)
        options.push(given)
        return replies[sent.length - 1] ?? failed
      },
    },
    store: {
      transact: async (_mode: unknown, _durability: unknown, work: (tx: unknown) => unknown) =>
        work({ list: async () => [{ name: 'active', partition: 'p', principal: 'ann', ...active }] }),
    },
    report: (error: unknown) => void reports.push(error),
  } as unknown as Ports
  const context: AttemptContext = {
    ports,
    attemptMs: 30_000,
    answerBytesMax: 1_000,
    principal: 'ann',
    row: { partition: 'p', sessionProbe: probeUrl },
    serves: (origin) => origin === 'https://o.example',
    prepare: async ({ headers }) => headers,
    signal: new AbortController().signal,
    ...more,
  }
  return { context, sent, options, timers, reports }
}

describe('attempt', () => {
  it('I9 I14 sends what was captured, under its key and for its user', async () => {
    const { context, sent } = scene([answer(200)])
    const entry = sendingEntry({
      request: { ...sendingEntry().request, headers: [['accept', 'text/x']], body: 'b' },
    })

    await attempt(context, entry)

    expect(sent).toEqual([
      {
        url: 'https://o.example/like',
        method: 'POST',
        body: 'b',
        headers: [
          ['accept', 'text/x'],
          ['idempotency-key', '"key-1"'],
          ['idempotency-principal', 'ann'],
        ],
      },
    ])
  })

  it.each([
    [0, 30_000],
    [1_000, 30_020],
    [4_200_000, 114_000],
  ])('waits for an upload of %i bytes as long as a line of 50 kB/s takes: %i ms', async (bytes, expected) => {
    const { context, options } = scene([answer(200)])

    await attempt(context, { ...sendingEntry(), bytes })

    expect(options).toMatchObject([{ timeoutMs: expected, bytesMax: 1_000 }])
  })

  it('P6 sends nothing where another user has signed in while the headers were prepared', async () => {
    const { context, sent } = scene([answer(200)], {
      active: { partition: 'another' },
      prepare: async () => [['authorization', 'Bearer of another']],
    })

    const { outcome } = await attempt(context, sendingEntry())

    expect(sent).toEqual([])
    expect(outcome).toMatchObject({
      kind: 'retry',
      reason: 'signedOut',
      sent: false,
      effect: 'none',
      counts: false,
    })
  })

  it("adds what the app prepares, but for the names that are the broker's own", async () => {
    const own = [
      ['Idempotency-Key', 'mine'],
      ['idempotency-principal', 'bob'],
      ['authorization', 'token'],
    ] as const
    const { context, sent } = scene([answer(200)], { prepare: async () => own })

    await attempt(context, sendingEntry())

    expect(sent[0]?.headers.map(([name]) => name)).toEqual([
      'authorization',
      'idempotency-key',
      'idempotency-principal',
    ])
  })

  it('SC12 hears how long the server remembers keys, where its answer says so', async () => {
    const retentionOf = async (reply: Reply) =>
      (await attempt(scene([reply]).context, sendingEntry())).retentionMs

    expect(await retentionOf(answer(200, { ...json, 'idempotency-retention': '604800' }))).toBe(604_800_000)
    expect(await retentionOf(answer(422, { 'idempotency-retention': '60' }))).toBe(60_000)
    expect(await retentionOf(answer(200))).toBeUndefined()
    expect(await retentionOf(failed)).toBeUndefined()
  })

  it('sends nothing where the headers cannot be prepared, and says so to whoever asked', async () => {
    const { context, sent } = scene([], { prepare: () => Promise.reject(new Error('no token')) })

    await expect(attempt(context, sendingEntry())).rejects.toThrow('no token')
    expect(sent).toEqual([])
  })

  it('gives up on headers that take longer than an attempt may, and leaves no timer behind', async () => {
    const slow = scene([], { prepare: () => new Promise(() => {}) })
    const attempted = attempt(slow.context, sendingEntry())
    for (const fire of slow.timers) fire()
    await expect(attempted).rejects.toThrow('prepareHeaders took longer than 30000 ms')

    const quick = scene([answer(200)])
    await attempt(quick.context, sendingEntry())
    expect(quick.timers.size).toBe(0)
  })

  describe("F31 that is redirected asks the session's probe", () => {
    const outcomes: readonly (readonly [string, readonly Reply[], object])[] = [
      ['over: paused', [redirect, answer(401)], { kind: 'paused', reason: 'auth' }],
      ['redirected too: paused', [redirect, redirect], { kind: 'paused', reason: 'auth' }],
      [
        'good: returned, and nobody knows the effect',
        [redirect, answer(200)],
        { kind: 'returned', reason: 'redirected', effect: 'unknown' },
      ],
      ['silent: tried again', [redirect, failed], { kind: 'retry', reason: 'redirected', effect: 'unknown' }],
    ]

    it.each(outcomes)('%s', async (_name, replies, expected) => {
      const { context, sent } = scene(replies)

      expect((await attempt(context, sendingEntry({ server: 'idempotent' }))).outcome).toMatchObject(expected)
      expect(sent[1]).toEqual({
        url: probeUrl,
        method: 'GET',
        headers: [['accept', 'application/json']],
        body: undefined,
      })
    })

    it('and a POST to a plain server is in doubt where the probe tells nothing', async () => {
      const { context } = scene([redirect], { row: { partition: 'p' } })

      const { outcome } = await attempt(context, sendingEntry())

      expect(outcome).toMatchObject({ kind: 'inDoubt', reason: 'redirected' })
    })
  })
})

describe('askSession', () => {
  it.each([
    ['good', answer(200)],
    ['good', answer(204, {}, '')],
    ['over', answer(401)],
    ['over', redirect],
    ['unknown', answer(200, { 'content-type': 'text/html; charset=utf-8' }, '<html>')],
    ['over', answer(403)],
    ['over', answer(419)],
    ['over', answer(440, {}, '')],
    ['unknown', answer(404)],
    ['unknown', answer(503)],
    ['unknown', failed],
    ['unknown', { kind: 'cut', status: 200 }],
  ] as const)('takes the session for %s after %j', async (expected, reply) => {
    expect(await askSession(scene([reply]).context)).toBe(expected)
  })

  it('asks nobody where the app named no URL', async () => {
    const { context, sent } = scene([answer(200)], { row: { partition: 'p' } })

    expect(await askSession(context)).toBe('unknown')
    expect(sent).toEqual([])
  })

  const withToken = async (): Promise<[string, string][]> => [['authorization', 'Bearer t']]

  it('SEC3 asks with the credentials of a request, and tells the app that it is none of its own', async () => {
    const prepare = vi.fn(withToken)
    const { context, sent } = scene([answer(200)], { prepare })

    expect(await askSession(context)).toBe('good')
    expect(sent[0]?.headers).toEqual([['authorization', 'Bearer t']])
    expect(prepare).toHaveBeenCalledWith({
      partition: 'p',
      url: probeUrl,
      headers: [['accept', 'application/json']],
      route: undefined,
    })
  })

  it.each([
    'https://evil.example/me',
    'https://o.example.evil.example/me',
    'https://o.example@evil.example/me',
    'https://o.example:444/me',
    'https://o.example\\@evil.example/me',
    'http://o.example/me',
    'javascript:alert(1)',
  ])('SEC6 takes no credentials to %s, which only a row names', async (sessionProbe) => {
    const prepare = vi.fn(withToken)
    const { context, sent } = scene([answer(200)], { row: { partition: 'p', sessionProbe }, prepare })

    expect(await askSession(context)).toBe('unknown')
    expect(sent).toEqual([])
    expect(prepare).not.toHaveBeenCalled()
  })

  it('SEC3 asks nothing where it lacks a function that the app gives to its requests', async () => {
    const { context, sent } = scene([answer(200)], {
      row: { partition: 'p', sessionProbe: probeUrl, needs: ['prepareHeaders'] },
      serves: (_origin, needs) => needs.length === 0,
    })

    expect(await askSession(context)).toBe('unknown')
    expect(sent).toEqual([])
  })

  it('knows nothing where the headers cannot be prepared, and reports why', async () => {
    const noToken = new Error('no token')
    const { context, sent, reports } = scene([answer(200)], { prepare: () => Promise.reject(noToken) })

    expect(await askSession(context)).toBe('unknown')
    expect([sent, reports]).toEqual([[], [noToken]])
  })

  it('and so what was redirected is of unknown effect, for it was sent', async () => {
    const prepare = vi.fn(withToken).mockResolvedValueOnce([]).mockRejectedValueOnce(new Error('no token'))
    const { context } = scene([redirect], { prepare })

    const { outcome } = await attempt(context, sendingEntry())

    expect(outcome).toMatchObject({ kind: 'inDoubt', reason: 'redirected' })
  })
})
