import { describe, expect, it } from 'vitest'
import { waitingEntry } from '../fixtures/entry.fixture.js'
import { mayBeForgotten, retentionMsOf } from './key-retention.js'

const day = 86_400_000
const hour = 3_600_000
const sent = waitingEntry({ server: 'idempotent', effect: 'unknown', attempts: 1, firstSentAt: day })
const request = (method: string) => ({ ...sent.request, method })

describe('what an answer says of its memory for keys', () => {
  it.each([
    ['604800', 604_800_000],
    ['0', 0],
    ['', undefined],
    ['a week', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['1e9', undefined],
    ['99999999999999', undefined],
  ])('%j', (header, expected) => {
    expect(retentionMsOf({ 'idempotency-retention': header })).toBe(expected)
  })

  it('is nothing where it has no such header', () => {
    expect(retentionMsOf({})).toBeUndefined()
  })
})

describe('a server may have forgotten the key of an entry', () => {
  const after = (age: number, retentionMs?: number, more: Partial<typeof sent> = {}) =>
    mayBeForgotten({ ...sent, ...more }, retentionMs, day + age)

  it('once nine tenths of the time that it names have gone by since the first send', () => {
    expect(after(9 * hour, 10 * hour)).toBe(false)
    expect(after(9 * hour + 1, 10 * hour)).toBe(true)
  })

  it('where it named none, of a day: the shortest that is common', () => {
    expect(after(0.9 * day)).toBe(false)
    expect(after(0.9 * day + 1)).toBe(true)
  })

  it('and that is no matter where it surely did nothing, however often it was sent', () => {
    expect(after(99 * day, day, { effect: 'none', attempts: 9 })).toBe(false)
  })

  it.each(['PUT', 'DELETE'])('nor for a %s, whose repeat has the same effect', (method) => {
    expect(after(99 * day, day, { request: request(method) })).toBe(false)
  })

  it.each(['POST', 'PATCH'])('and it is for a %s', (method) => {
    expect(after(99 * day, day, { request: request(method) })).toBe(true)
  })

  it('where the clock went back, since nobody knows then how long it was', () => {
    expect(after(-2_000, day)).toBe(false)
    expect(after(-2_001, day)).toBe(true)
    const trouble = { reason: 'cut', at: day + 8 * hour, times: 1 }
    expect(after(7 * hour, day, { trouble })).toBe(true)
    expect(after(8 * hour, day, { trouble })).toBe(false)
  })

  it('P11 counting from the acceptance of a row that an earlier release left, which does not say when', () => {
    const { firstSentAt: _at, ...older } = { ...sent, trouble: { reason: 'cut', at: day, times: 1 } }

    expect(mayBeForgotten({ ...older, acceptedAt: 0 }, day, day)).toBe(true)
    expect(mayBeForgotten({ ...older, acceptedAt: hour }, 2 * day, day)).toBe(false)
  })
})
