// How long to wait before the next attempt: capped exponential backoff with full jitter
// (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015), above the floor that the server set.
import { backoffBaseMs, backoffCapMs, retryAfterCapMs } from '../limits.js'

/** Uniform in [0, min(cap, base × 2^failures)), on top of `floorMs`. `random` is uniform in [0, 1). */
export function backoffMs(failures: number, random: number, floorMs = 0): number {
  return Math.round(floorMs + random * Math.min(backoffCapMs, backoffBaseMs * 2 ** failures))
}

/**
 * The delay that a `Retry-After` header asks for (RFC 9110 §10.2.3), in milliseconds, at most an hour; undefined
 * where there is none or it makes no sense. A date counts from the server's own `Date` where it sent one, so a
 * device clock that is wrong does not matter.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const value = headers['retry-after']?.trim()
  if (value === undefined) return undefined
  const delayMs = /^\d+$/.test(value)
    ? Number(value) * 1_000
    : dateMs(value) - (dateMs(headers['date']) || now)
  return Number.isNaN(delayMs) ? undefined : Math.min(Math.max(delayMs, 0), retryAfterCapMs)
}

/** Date.parse alone makes a date of almost anything with a digit in it, of `-5` too. */
const httpDate = /^[a-z]{3,9}, \d\d[ -][a-z]{3}[ -]\d{2,4} \d\d:\d\d:\d\d gmt$/i
// biome-ignore lint/style/noRestrictedGlobals: parsing a date reads no clock
const dateMs = (text = '') => (httpDate.test(text.trim()) ? Date.parse(text) : Number.NaN)
