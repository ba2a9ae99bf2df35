import { describe, expect, it, vi } from 'vitest'
import { answer, failed, probeUrl, scene } from '../fixtures/attempt.fixture.js'
import { sendingEntry } from '../fixtures/entry.fixture.js'
import type { Reply } from '../network/network.js'
import { askSession } from './ask-server.js'
import { attempt } from './attempt.js'

const redirect: Reply = { kind: 'redirect' }

describe('attempt', () => {
  describe("that is redirected asks the session's probe", () => {
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
    expect((await askSession(scene([reply]).context))?.[0]).toBe(expected)
  })

  it('asks nobody where the app named no URL', async () => {
    const { context, sent } = scene([answer(200)], { row: { partition: 'p' } })

    expect(await askSession(context)).toBeUndefined()
    expect(sent).toEqual([])
  })

  const withToken = async (): Promise<[string, string][]> => [['authorization', 'Bearer t']]

  it('asks with the credentials of a request, and tells the app that it is none of its own', async () => {
    const prepare = vi.fn(withToken)
    const { context, sent } = scene([answer(200)], { prepare })

    expect(await askSession(context)).toEqual(['good'])
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
  ])('takes no credentials to %s, which only a row names', async (sessionProbe) => {
    const prepare = vi.fn(withToken)
    const { context, sent } = scene([answer(200)], { row: { partition: 'p', sessionProbe }, prepare })

    expect(await askSession(context)).toBeUndefined()
    expect(sent).toEqual([])
    expect(prepare).not.toHaveBeenCalled()
  })

  it('asks nothing where it lacks a function that the app gives to its requests', async () => {
    const { context, sent } = scene([answer(200)], {
      row: { partition: 'p', sessionProbe: probeUrl, needs: ['prepareHeaders'] },
      serves: (_origin, needs) => needs.length === 0,
    })

    expect(await askSession(context)).toBeUndefined()
    expect(sent).toEqual([])
  })

  it('knows nothing where the headers cannot be prepared, and reports why', async () => {
    const noToken = new Error('no token')
    const { context, sent, reports } = scene([answer(200)], { prepare: () => Promise.reject(noToken) })

    expect(await askSession(context)).toBeUndefined()
    expect([sent, reports]).toEqual([[], [noToken]])
  })

  it('and so what was redirected is of unknown effect, for it was sent', async () => {
    const prepare = vi.fn(withToken).mockResolvedValueOnce([]).mockRejectedValueOnce(new Error('no token'))
    const { context } = scene([redirect], { prepare })

    const { outcome } = await attempt(context, sendingEntry())

    expect(outcome).toMatchObject({ kind: 'inDoubt', reason: 'redirected' })
  })
})
