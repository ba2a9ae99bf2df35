import { describe, expect, it } from 'vitest'
import { waitingEntry } from '../fixtures/entry.fixture.js'
import type { EntryCore } from '../rows/entry.js'
import type { SessionSettings } from './classify-error-status.js'
import { classifyReply } from './classify-reply.js'

const reply = (status: number, contentType: string, body = '{}', headers = {}) => ({
  kind: 'answer' as const,
  status,
  headers: { 'content-type': contentType, ...headers },
  body,
})
const json = (status: number, body: unknown = {}, headers = {}) =>
  reply(status, 'application/json', JSON.stringify(body), headers)

describe('a refusal that may be a gateway’s', () => {
  const accepting = (accept: string) => ({
    request: { ...waitingEntry().request, headers: [['accept', accept]] as const },
  })

  it.each([
    ['404', reply(404, 'text/plain', '404 page not found')],
    ['403', reply(403, 'text/html; charset=utf-8', '<html>')],
    ['413', reply(413, 'text/html', '<html>')],
  ])(
    'of %s is sent up to 17 times in ten minutes or more at a plain server, and then returned',
    (_what, answer) => {
      let entry: EntryCore = waitingEntry()
      let waitedMs = 0
      let sends = 1
      for (; ; sends++) {
        const outcome = classifyReply(answer, entry, 0)
        if (outcome.kind !== 'retry') {
          expect(outcome).toMatchObject({ kind: 'returned', reason: 'refused', problem: answer.body })
          break
        }
        expect(outcome).toMatchObject({ reason: 'unsignedRefusal', counts: true, effect: 'none' })
        waitedMs += outcome.retryAfterMs ?? 0
        entry = waitingEntry({
          trouble: { reason: outcome.reason, httpStatus: answer.status, at: 0, times: sends },
        })
      }
      expect(sends).toBeLessThanOrEqual(20)
      expect(waitedMs).toBeGreaterThanOrEqual(600_000)
    },
  )

  it.each([
    ['XHTML', reply(404, 'application/xhtml+xml', '<html/>')],
    ['XHTML with its charset', reply(403, 'Application/XHTML+XML; charset=utf-8', '<html/>')],
    ['HTML in capitals', reply(413, 'TEXT/HTML', '<html>')],
  ])('is one of %s too', (_what, answer) => {
    expect(classifyReply(answer, waitingEntry(), 0)).toMatchObject({
      kind: 'retry',
      reason: 'unsignedRefusal',
    })
  })

  it.each([
    ['JSON', json(404), {}],
    ['a problem', reply(403, 'application/problem+json'), {}],
    ['nothing that has a type', reply(404, '', ''), {}],
    ['text that was asked for', reply(404, 'text/plain', 'no'), accepting('text/plain')],
    ['another status', reply(422, 'text/html', '<html>'), {}],
  ] as const)('is the application’s own where it is %s', (_what, answer, more) => {
    expect(classifyReply(answer, waitingEntry(more), 0).kind).toBe('returned')
  })

  it.each([400, 404, 405, 409, 410, 412, 413, 415, 422, 451])(
    'is every %i without the key’s echo, of a server that honours keys: tried again as a 502 is',
    (status) => {
      const { came: _came, ...outcome } = classifyReply(
        json(status),
        waitingEntry({ server: 'idempotent' }),
        0,
      ) as Record<string, unknown>

      expect(outcome).toEqual({
        ...classifyReply(json(502), waitingEntry({ server: 'idempotent' }), 0),
        reason: 'unsignedRefusal',
        httpStatus: status,
      })
    },
  )

  it('is the application’s own where the app has declared what success looks like without an echo', () => {
    expect(classifyReply(json(422), waitingEntry({ server: 'idempotent', success: 'json' }), 0).kind).toBe(
      'returned',
    )
  })
})

describe('the end of a session', () => {
  const probing: SessionSettings = { sessionProbe: 'https://o.example/me' }
  const of = (status: number, app: SessionSettings = {}, more: Partial<EntryCore> = {}) =>
    classifyReply(json(status, { detail: 'no' }), waitingEntry(more), 0, app)
  const csrf = { trouble: { reason: 'csrf', httpStatus: 419, at: 0, times: 1 } }
  const paused = { kind: 'paused', reason: 'auth' }

  it.each([401, 440])('is told by %i, whether the probe is there or not', (status) => {
    expect(of(status)).toMatchObject(paused)
    expect(of(status, probing)).toMatchObject(paused)
    expect(of(status, probing, { server: 'idempotent' })).toMatchObject(paused)
  })

  it.each([
    [401, {}],
    [440, {}],
    [498, { endedBy: [498] }],
    [401, { endedBy: [401], probeOn: [401] }],
  ])(
    'is not told by %i again after a pause, where the probe says that the session is good',
    (status, rules) => {
      const app = { ...probing, sessionRules: rules }
      const trouble = { reason: 'auth', at: 0, times: 1 }
      const refused = { kind: 'returned', reason: 'refused', httpStatus: status }
      const asked = { kind: 'askSession', good: { ...paused, refused }, unknown: paused }

      expect(of(status, app, { trouble })).toMatchObject(asked)
      expect(of(status, app, { trouble, server: 'idempotent' })).toMatchObject(asked)
      expect(of(status, { sessionRules: rules }, { trouble })).toMatchObject(paused)
    },
  )

  it('may be told by 403: the probe decides, and without one it is a refusal', () => {
    expect(of(403)).toMatchObject({ kind: 'returned', reason: 'refused' })
    expect(of(403, probing)).toMatchObject({
      kind: 'askSession',
      good: { kind: 'returned', reason: 'refused', httpStatus: 403 },
      unknown: { kind: 'retry', reason: 'sessionUnknown', counts: true, effect: 'none' },
    })
  })

  it('is told by 419 once fresh headers changed nothing, unless the probe says that the session is good', () => {
    expect(of(419)).toMatchObject({ kind: 'retry', reason: 'csrf', counts: false })
    expect(of(419, {}, csrf)).toMatchObject(paused)
    expect(of(419, probing, csrf)).toMatchObject({
      kind: 'askSession',
      good: { kind: 'returned', reason: 'refused' },
      unknown: paused,
    })
  })

  it('is told by the statuses that the app names', () => {
    const sessionRules = { endedBy: [401, 498], probeOn: [404], csrf: [] }

    expect(of(498, { sessionRules })).toMatchObject(paused)
    expect(of(419, { sessionRules })).toMatchObject({ kind: 'returned' })
    expect(of(404, { ...probing, sessionRules })).toMatchObject({ kind: 'askSession' })
    expect(of(403, { ...probing, sessionRules })).toMatchObject({ kind: 'returned' })
  })

  it.each([
    ['a header', { status: 403, header: 'X-CSRF-Error' }],
    ['a part of the body’s text', { status: 403, text: 'CSRF Failed' }],
    ['a value in the body', { status: 403, path: '/code', value: 'EBADCSRFTOKEN' }],
  ])('is told apart from an old CSRF token by %s that the app names: sent once more', (_what, mark) => {
    const app = { sessionRules: { csrf: [mark] } }
    const marked = json(
      403,
      { code: 'EBADCSRFTOKEN', detail: 'CSRF Failed: no token' },
      { 'x-csrf-error': '1' },
    )

    expect(classifyReply(marked, waitingEntry(), 0, app)).toMatchObject({ kind: 'retry', reason: 'csrf' })
    expect(classifyReply(marked, waitingEntry(csrf), 0, app)).toMatchObject({
      kind: 'returned',
      reason: 'refused',
    })
    expect(classifyReply(json(403, { code: 'OTHER' }), waitingEntry(), 0, app)).toMatchObject({
      kind: 'returned',
    })
  })

  it('is not told by a mismatch of users, which pauses for the right one', () => {
    const mismatch = json(403, { type: 'urn:x:principal-mismatch' })

    expect(classifyReply(mismatch, waitingEntry(), 0, probing)).toMatchObject({
      kind: 'paused',
      reason: 'principal',
    })
  })
})
