import { describe, expect, it } from 'vitest'
import { answer, failed, json, scene } from '../fixtures/attempt.fixture.js'
import { sendingEntry } from '../fixtures/entry.fixture.js'
import type { Reply } from '../network/network.js'
import { attempt } from './attempt.js'

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

  it('P4 sends nothing where another executor has taken the entry over while the headers were prepared', async () => {
    const { context, sent } = scene([answer(200)], {
      takenOver: true,
      prepare: async () => [['authorization', 'Bearer']],
    })

    const { outcome } = await attempt(context, sendingEntry())

    expect(sent).toEqual([])
    expect(outcome).toMatchObject({ kind: 'retry', sent: false, effect: 'none' })
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

  it('hears how long the server remembers keys, where its answer says so', async () => {
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
})
