import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffBaseMs, backoffCapMs, retryAfterCapMs } from '../limits.js'
import { backoffMs, retryAfterMs } from './backoff.js'

const failures = fc.nat({ max: 2_000 })
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
// biome-ignore-start lint/style/noRestrictedGlobals: turning dates into text and back reads no clock
const at = (text: string) => Date.parse(text)
const inText = (ms: number) => new Date(ms).toUTCString()
// biome-ignore-end lint/style/noRestrictedGlobals: see above
const runs = { seed: 3, numRuns: 300 }

describe('backoffMs', () => {
  it('lies between nothing and the doubled base, and never above the cap', () => {
    fc.assert(
      fc.property(failures, random, (n, r) => {
        const delay = backoffMs(n, r)
        expect(delay).toBeGreaterThanOrEqual(0)
        expect(delay).toBeLessThanOrEqual(Math.min(backoffCapMs, backoffBaseMs * 2 ** n))
      }),
      runs,
    )
  })

  it('uses the whole range (full jitter), so that many clients spread out', () => {
    expect(backoffMs(3, 0)).toBe(0)
    expect(backoffMs(3, 0.5)).toBe(4_000)
    expect(backoffMs(3, 0.999_999)).toBe(8_000)
    expect(backoffMs(30, 0.5)).toBe(backoffCapMs / 2)
  })

  it('is never shorter than the floor that the server set, and jitters above it', () => {
    fc.assert(
      fc.property(failures, random, fc.nat({ max: retryAfterCapMs }), (n, r, floor) => {
        expect(backoffMs(n, r, floor)).toBe(floor + backoffMs(n, r))
      }),
      runs,
    )
  })
})

describe('retryAfterMs', () => {
  const now = at('2026-01-01T00:00:00Z')
  const given = (value: string, date?: string) =>
    retryAfterMs({ 'retry-after': value, ...(date === undefined ? {} : { date }) }, now)

  it.each([
    ['0', 0],
    ['5', 5_000],
    [' 5 ', 5_000],
    ['0005', 5_000],
    ['3600', 3_600_000],
    ['3601', 3_600_000],
    ['1000000000', 3_600_000],
    ['9'.repeat(400), 3_600_000],
    ['Thu, 01 Jan 2026 00:00:09 GMT', 9_000],
    ['Thursday, 01-Jan-26 00:00:09 GMT', 9_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
    ['Fri, 01 Jan 2027 00:00:00 GMT', 3_600_000],
  ])('takes `%s` for %i ms', (value, expected) => {
    expect(given(value)).toBe(expected)
  })

  it.each(['', '-5', '1.5', '5s', 'soon', 'in 5', '01 Jan', '1e3', '+5', 'Mon, 99 Jan 2026 00:00:00 GMT'])(
    'ignores the invalid value `%s`',
    (value) => {
      expect(given(value)).toBeUndefined()
    },
  )

  it('is undefined without a Retry-After', () => {
    expect(retryAfterMs({}, now)).toBeUndefined()
  })

  it("counts a date from the server's own Date, even if the clock of the device is wrong", () => {
    const served = 'Thu, 01 Jan 2026 00:00:00 GMT'
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.nat({ max: 3_600 }), (skewMs, seconds) => {
        const until = inText(at(served) + seconds * 1_000)
        expect(retryAfterMs({ 'retry-after': until, date: served }, now + skewMs)).toBe(seconds * 1_000)
      }),
      runs,
    )
  })

  it("counts a date from the clock of the device if the server's Date is invalid", () => {
    expect(given('Thu, 01 Jan 2026 00:00:09 GMT', 'today')).toBe(9_000)
  })

  it('always waits between zero and an hour, whatever the header says', () => {
    const header = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.integer({ min: -8e15, max: 8e15 }).map(inText),
    )
    fc.assert(
      fc.property(header, (value) => {
        const delay = given(value) ?? 0
        expect(delay).toBeGreaterThanOrEqual(0)
        expect(delay).toBeLessThanOrEqual(retryAfterCapMs)
      }),
      runs,
    )
  })
})
