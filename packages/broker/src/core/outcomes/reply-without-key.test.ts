import { describe, expect, it } from 'vitest'
import { waitingEntry } from '../fixtures/entry.fixture.js'
import {
  answer,
  echo,
  free,
  type Headers,
  html,
  json,
  plainText,
  post,
  problem,
  refused,
  seconds,
  unknown,
  verdict,
} from '../fixtures/replies.fixture.js'
import type { Reply } from '../network/network.js'
import { classifyReply } from './classify-reply.js'

describe('classify', () => {
  it('says what the answer was, and keeps the problem of a refusal for whoever has to read it', () => {
    const refusal = classifyReply(answer(422, { title: 'Too long' }), post(), 0)
    const text = classifyReply(answer(400, 'x'.repeat(5_000), { 'content-type': 'text/plain' }), post(), 0)

    expect(classifyReply(answer(201, { likes: 3 }), post(), 0)).toEqual({
      kind: 'delivered',
      httpStatus: 201,
      answer: { likes: 3 },
    })
    expect(refusal).toMatchObject({ httpStatus: 422, problem: { title: 'Too long' } })
    expect(text).toMatchObject({ problem: 'x'.repeat(5_000) })
    expect(classifyReply(answer(400, `{${'x'.repeat(5_000)}`), post(), 0)).toMatchObject({
      problem: `{${'x'.repeat(5_000)}`,
    })
  })

  describe('the effect of a returned entry that was tried before', () => {
    const tried = { effect: 'unknown', server: 'idempotent' } as const

    it('is none where the server itself refuses: it would have repeated its first answer', () => {
      expect(verdict(answer(422, {}, echo), tried)).toBe(refused)
    })

    it('stays unknown where a proxy may have refused before the server looked at the key', () => {
      expect(verdict(answer(413, '<html>', html), tried)).toBe(unknown)
    })

    it('stays unknown on a plain server, which knows no key', () => {
      expect(verdict(answer(422, {}, echo), { effect: 'unknown' })).toBe('returned: refused, effect unknown')
    })
  })

  describe('acknowledges for a plain server', () => {
    const asking = (accept: string) => ({
      request: { ...post().request, headers: [['accept', accept]] as const },
    })
    const text = answer(200, 'done', { 'content-type': 'text/plain; charset=utf-8' })

    it('the type that was asked for, and JSON of any name', () => {
      expect(verdict(text, asking('text/plain'))).toBe('delivered')
      expect(verdict(answer(200, {}, { 'content-type': 'Application/HAL+JSON' }))).toBe('delivered')
    })

    it('nothing else: no other type, no type at all, no 204 with a body', () => {
      expect(verdict(text)).toBe('inDoubt: notAcknowledged')
      expect(verdict(answer(200, '', { 'content-type': '' }))).toBe('inDoubt: notAcknowledged')
      expect(verdict(answer(204, '<html>', { 'content-type': 'text/html' }))).toBe('inDoubt: notAcknowledged')
    })
  })

  it.each([
    ['{"type":{"toString":1,"valueOf":1}}'],
    ['{"type":7}'],
    ['{"type":null}'],
    ['null'],
    ['[]'],
    ['"in-progress"'],
  ])('takes no harm from a problem that is no problem: %s', (body) => {
    expect(verdict(answer(409, body))).toBe('returned: conflict, effect none')
  })

  it.each(['https://a.example/problems/in-progress', 'about:x#in-progress', 'in-progress'])(
    'knows a problem by the end of its type, whatever URI the server chose: %s',
    (type) => {
      expect(verdict(answer(409, { type }))).toContain('retry')
    },
  )

  it("counts a Retry-After that is a date from the server's own clock", () => {
    const headers = { date: 'Fri, 01 Jan 2021 00:00:00 GMT', ...seconds('Fri, 01 Jan 2021 00:00:07 GMT') }

    expect(verdict(answer(503, {}, headers))).toBe(`${free}, after 7000`)
  })
})

describe('a key that was used for another request, says the server,', () => {
  const reused = problem(422, 'key-reused', echo)

  it.each([
    ['of a POST', {}],
    ['of a PUT', { request: { ...post().request, method: 'PUT' } }],
    ['of a DELETE', { request: { ...post().request, method: 'DELETE' } }],
  ])('leaves an entry in doubt that was tried before, with other headers perhaps: %s', (_, more) => {
    expect(verdict(reused, { ...more, effect: 'unknown' })).toBe('inDoubt: keyReused')
    expect(verdict(reused, more)).toBe('returned: refused, effect none')
  })
})

describe('an answer that is longer than what is kept of one', () => {
  const long = (status: number, headers: Headers): Reply => ({
    kind: 'answer',
    status,
    headers,
    body: undefined,
  })
  const plain = waitingEntry({ server: 'plain' })
  const idempotent = waitingEntry({ server: 'idempotent' })

  it.each([
    ['a companion that echoes the key', idempotent, long(200, echo)],
    ['a plain server that gives JSON', plain, long(201, json)],
    ['a repeat without its body', idempotent, answer(200, '', { ...echo, 'idempotency-body': 'elided' })],
    [
      'a repeat of another type',
      idempotent,
      answer(201, '', { ...echo, ...plainText, 'idempotency-body': 'elided' }),
    ],
    ['one that says so of a body', plain, answer(200, {}, { 'idempotency-body': 'elided' })],
  ])('counts, without its body, from %s', (_, entry, reply) => {
    expect(classifyReply(reply, entry, 0)).toMatchObject({ kind: 'confirmed', reason: 'answerTooLong' })
  })

  it.each([
    ['a page where JSON was asked for', plain, long(200, { 'content-type': 'text/html' })],
    ['an answer without the key of a server that honours it', idempotent, long(200, json)],
  ])('is no success where a short one would be none: %s', (_, entry, reply) => {
    expect(classifyReply(reply, entry, 0).kind).not.toMatch('confirmed|delivered')
  })

  it('returns an entry without the problem where it refuses', () => {
    expect(classifyReply(long(422, { ...json, ...echo }), idempotent, 0)).toMatchObject({
      kind: 'returned',
      httpStatus: 422,
    })
  })
})
