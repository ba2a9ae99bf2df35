import { describe, expect, it } from 'vitest'
import { isCacheable, isTooOld, makeRoom } from './cache-policy.js'

const answer = (status: number, headers: Readonly<Record<string, string>> = {}) => ({
  status,
  headers: Object.entries(headers),
  body: new ArrayBuffer(0),
})

describe('an answer', () => {
  it.each([
    [200, true],
    [204, true],
    [299, true],
    [199, false],
    [304, false],
    [401, false],
    [404, false],
    [500, false],
  ])('with %i may be kept: %s', (status, may) => {
    expect(isCacheable(answer(status))).toBe(may)
  })

  it.each([
    [{ 'cache-control': 'no-store' }, false],
    [{ 'cache-control': 'private, No-Store ,max-age=0' }, false],
    [{ 'cache-control': 'private, no-cache' }, true],
    [{ 'cache-control': 'x-no-store' }, true],
    [{ vary: '*' }, false],
    [{ vary: 'cookie, *' }, false],
    [{ vary: 'cookie' }, true],
  ])('that says %j may be kept: %s', (headers, may) => {
    expect(isCacheable(answer(200, headers))).toBe(may)
  })
})

describe('a copy', () => {
  it('is too old a moment after its time', () => {
    expect(isTooOld({ fetchedAt: 1_000 }, { ageMsMax: 500 }, 1_500)).toBe(false)
    expect(isTooOld({ fetchedAt: 1_000 }, { ageMsMax: 500 }, 1_501)).toBe(true)
  })

  it('with a date in the future, by a wrong clock, does not outlive the others', () => {
    expect(isTooOld({ fetchedAt: 1_501 }, { ageMsMax: 500 }, 1_000)).toBe(true)
    expect(isTooOld({ fetchedAt: 1_400 }, { ageMsMax: 500 }, 1_000)).toBe(false)
  })
})

describe('making room', () => {
  const copy = (fetchedAt: number, bytes: number) => ({ fetchedAt, bytes })
  const bounds = { bytesMax: 100, ageMsMax: 1_000 }

  it('drops nothing that fits, and returns the free bytes', () => {
    expect(makeRoom([copy(1, 40), copy(2, 60)], bounds, 2)).toEqual({ gone: [], freeBytes: 0 })
    expect(makeRoom([], bounds, 2)).toEqual({ gone: [], freeBytes: 100 })
  })

  it('drops copies that are too old first', () => {
    const old = copy(1, 100)

    expect(makeRoom([old, copy(2_000, 60)], bounds, 2_000)).toEqual({ gone: [old], freeBytes: 40 })
  })

  it('drops the oldest first, even if a younger one is larger', () => {
    const [small, large, newest] = [copy(1, 10), copy(2, 80), copy(3, 30)]

    expect(makeRoom([newest, small, large], bounds, 3)).toEqual({ gone: [small, large], freeBytes: 70 })
  })

  it('drops a copy with a date in the future before the others', () => {
    const ahead = copy(9_000, 100)

    expect(makeRoom([ahead, copy(1, 60)], bounds, 2)).toEqual({ gone: [ahead], freeBytes: 40 })
  })
})
