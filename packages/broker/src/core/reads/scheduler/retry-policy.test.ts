import { describe, expect, it } from 'vitest'
import type { ReadReply } from '../read-types.js'
import { retryDelayMs } from './retry-policy.js'

const now = 1_800_000_000_000
const request = { url: 'https://app.test/', method: 'GET', headers: [] } as const
const accepting = (accept: string) => ({ ...request, headers: [['accept', accept] as const] })
const answer = (status: number, headers: Readonly<Record<string, string>> = {}): ReadReply => ({
  kind: 'answer',
  answer: { status, headers: Object.entries(headers), body: new ArrayBuffer(0) },
})
const page = answer(200, { 'content-type': 'text/html; charset=utf-8' })
const delay = (
  reply: ReadReply,
  of: typeof request | ReturnType<typeof accepting> = request,
  tries = 0,
  random = 0.5,
) => retryDelayMs(reply, of, { tries, random, now })

describe('a read is repeated', () => {
  it.each([408, 425, 429, 500, 502, 503, 504, 507, 511, 520, 599])('after a %i', (status) => {
    expect(delay(answer(status))).toBe(500)
  })

  it('after no answer, or an answer that broke off', () => {
    expect(delay({ kind: 'failed' })).toBe(500)
  })

  it.each([
    [page, 'application/json'],
    [answer(200), 'application/json'],
    [answer(200, { 'content-type': 'text/plain' }), 'text/csv'],
  ])('after an answer of another type than it accepts: %#', (reply, accept) => {
    expect(delay(reply, accepting(accept))).toBe(500)
  })

  it('after ever longer, jittered waits', () => {
    const spread = (tries: number) =>
      [0, 0.5, 0.999].map((random) => delay(answer(503), request, tries, random))

    expect([0, 1, 2].map(spread)).toEqual([
      [0, 500, 999],
      [0, 1_000, 1_998],
      [0, 2_000, 3_996],
    ])
  })

  it.each([
    ['3', 3_500],
    ['0', 500],
    [new Date(now + 8_000).toUTCString(), 8_500],
    ['nonsense', 500],
  ])('not before the time that its server asked for: %s', (value, expected) => {
    expect(delay(answer(503, { 'retry-after': value }))).toBe(expected)
    expect(delay(answer(429, { 'retry-after': value }))).toBe(expected)
  })
})

describe('a read is not repeated', () => {
  it.each([200, 204, 206, 301, 304, 400, 401, 403, 404, 409, 410, 422, 501, 505])('after a %i', (status) => {
    expect(delay(answer(status))).toBeUndefined()
  })

  it('after a redirect, or an answer that is too large', () => {
    expect([delay({ kind: 'redirect' }), delay({ kind: 'tooLarge' })]).toEqual([undefined, undefined])
  })

  it.each([
    [page, undefined],
    [page, 'text/html'],
    [page, '*/*'],
    [answer(200, { 'content-type': 'application/problem+json' }), 'application/json'],
    [answer(204), 'application/json'],
  ])('after an answer of a type that it accepts: %#', (reply, accept) => {
    expect(delay(reply, accept === undefined ? request : accepting(accept))).toBeUndefined()
  })
})
