// Whatever comes over a border, nothing throws past it, and what it lets in is what the broker itself could have put
// there. `npm run fuzz` runs a million inputs of a seed that it prints; `SEED=7 npm run fuzz` makes a run again.
import { describe, expect, it } from 'vitest'
import { seededChance } from '../testing/memory-realms.js'
import { retryAfterMs } from './backoff.js'
import { originOf, originOfUrl } from './channel.js'
import { deadLetter, inDoubtEntry, sendingEntry, waitingEntry } from './entry.fixture.js'
import { type EntryRow, toRow } from './entry.js'
import { retryAfterCapMs } from './limits.js'
import { accepts } from './media-type.js'
import { classify } from './outcome.js'
import type { Reply } from './ports.js'
import { isAskCommand, isDrainCommand, isDraining } from './protocol.js'
import { isMethod, isReadable, isTold, toQuarantined } from './readable.js'
import { isReadCommand } from './reads/messages.js'
import { retentionMsOf } from './retention.js'
import type { JournalRow } from './schema.js'

declare const process: { readonly env: Readonly<Record<string, string | undefined>> }

const runs = Number(process.env['FUZZ_RUNS'] ?? 4_000)
const seed = Number(process.env['SEED'] ?? 1)
const chance = seededChance(seed)
const upTo = (max: number) => Math.floor(chance.random() * max)
const one = <T>(values: readonly T[]): T => values[upTo(values.length)] as T

const texts = [
  '',
  ' ',
  '0',
  '-1',
  '1e9',
  '99999999999999999999',
  'NaN',
  '__proto__',
  'constructor',
  'waiting',
  'PUT',
  'GET',
  'get\r\nx: y',
  'https://api.test/a',
  'https://api.test@evil.test/',
  'javascript:alert(1)',
  '//evil.test/a',
  '\u0000',
  '\ud800',
  '李',
  'Sun, 06 Nov 1994 08:49:37 GMT',
  'Sunday, 99-Nov-94 08:49:37 GMT',
  'application/json',
  'text/html;q=0',
  '*/*, text/*;q=0.0, "a,b";c',
  '{"state":"done","status":201}',
  '[[[[[[',
  'x'.repeat(300),
]
const numbers = [0, -0, 1, -1, 0.5, 2 ** 31, 2 ** 53, -(2 ** 53), Number.NaN, Infinity, -Infinity, 1e308]

/** Anything at all, as deep as `depth`. */
function anything(depth = 3): unknown {
  const kinds = depth === 0 ? 7 : 11
  switch (upTo(kinds)) {
    case 0:
      return undefined
    case 1:
      return null
    case 2:
      return chance.random() < 0.5
    case 3:
      return one(numbers)
    case 4:
      return upTo(1_000)
    case 5:
      return one(texts)
    case 6:
      return one([new Date(Number.NaN), new Map(), new ArrayBuffer(3), Object.create(null), 5n, /x/])
    case 7:
    case 8:
      return Array.from({ length: upTo(4) }, () => anything(depth - 1))
    default:
      return Object.fromEntries(
        Array.from({ length: upTo(5) }, () => [one(['type', 'id', 'status', ...texts]), anything(depth - 1)]),
      )
  }
}

/** A sound value, of which some parts are anything. */
function damaged(value: unknown, rate: number): unknown {
  if (chance.random() < rate) return anything()
  if (Array.isArray(value)) return value.map((part) => damaged(part, rate))
  if (typeof value !== 'object' || value === null) return value
  const parts = Object.entries(value).flatMap(([name, part]) =>
    chance.random() < rate ? [] : [[name, damaged(part, rate)] as const],
  )
  if (chance.random() < rate) parts.push([one(texts), anything()])
  return Object.fromEntries(parts)
}

/** Some of them sound, some damaged in a place or two, some beyond recognition. */
const inputs = (sound: () => unknown) => damaged(sound(), one([0, 0.02, 0.1, 0.6]))

function fuzz(name: string, check: () => void): void {
  it(`${name} (seed ${seed}, ${runs} inputs)`, () => {
    for (let i = 0; i < runs; i++) check()
  })
}

describe('a row of the outbox', () => {
  const sound = () => one([toRow(waitingEntry()), toRow(sendingEntry()), toRow(inDoubtEntry()), deadLetter()])

  fuzz('is readable only where it names a request to its own origin that a capture could have made', () => {
    const row = inputs(sound) as EntryRow
    if (typeof row !== 'object' || row === null || !isReadable(row)) return
    const { request, channel } = row
    expect(originOfUrl(request.url)).toBe(originOf(channel))
    expect(new URL(request.url).origin).toBe(new URL(originOf(channel)).origin)
    expect(isMethod(request.method)).toBe(true)
    expect(() => new Headers(request.headers as [string, string][])).not.toThrow()
  })

  fuzz('that is not readable can be named all the same', () => {
    // Its place is its key, which no store lets be anything.
    const row = { ...Object(inputs(sound)), seq: upTo(1_000) } as EntryRow
    const { id, lane, type, reason } = toQuarantined(row)
    expect([id, lane, type].every((part) => typeof part === 'string')).toBe(true)
    expect(['newer', 'damaged']).toContain(reason)
  })

  fuzz('of the journal is told only where it names its entry', () => {
    const row = Object(
      inputs(() => ({
        kind: 'delivered',
        entryId: 'e1',
        lane: 'l',
        at: 1,
        seq: 1,
        action: { type: 'a', payload: 1 },
      })),
    ) as JournalRow
    if (isTold(row)) expect([typeof row.entryId, typeof row.action.type]).toEqual(['string', 'string'])
  })
})

describe('a message', () => {
  const ask = {
    id: 1,
    key: 'k',
    priority: 5,
    request: { url: 'https://api.test/a', method: 'GET', headers: [] },
  }
  const messages = [
    { type: 'redux-broker/drain', database: 'd', probe: 'signal' },
    { type: 'redux-broker/ask', database: 'd' },
    { type: 'redux-broker/draining', has: ['reads'] },
    {
      type: 'redux-broker/read',
      database: 'd',
      tab: 't',
      needs: [],
      limit: { readsMax: 6, saidAt: 1 },
      asks: [ask],
    },
  ]

  fuzz('is taken for a command only where it is one, and asks for reads alone', () => {
    const data = inputs(() => one(messages))
    for (const is of [isDrainCommand, isAskCommand]) if (is(data, 'd')) expect(data.database).toBe('d')
    if (isDraining(data)) expect(Array.isArray(data.has)).toBe(true)
    if (isReadCommand(data, 'd'))
      for (const { request } of data.asks) expect(['GET', 'HEAD']).toContain(request.method)
  })
})

describe('what a server says', () => {
  const name = () => one(['retry-after', 'date', 'content-type', 'idempotency-key', 'idempotency-retention'])
  const headers = () =>
    Object.fromEntries(Array.from({ length: upTo(5) }, () => [name(), one([...texts, String(upTo(1e6))])]))
  const body = () => one(['', one(texts), JSON.stringify({ type: one(texts), status: upTo(600) })])
  const reply = (): Reply => ({
    kind: 'answer',
    status: 200 + upTo(400),
    headers: headers(),
    body: body(),
  })

  fuzz('of a wait is an hour at most, or nothing', () => {
    const ms = retryAfterMs(headers(), upTo(2 ** 40))
    if (ms !== undefined) expect(ms >= 0 && ms <= retryAfterCapMs).toBe(true)
  })

  fuzz('of its memory for keys is a time, or nothing', () => {
    expect(retentionMsOf(headers()) ?? 0).toBeGreaterThanOrEqual(0)
  })

  fuzz('in an answer is success only with a status of success', () => {
    const given = reply()
    const entry = { ...sendingEntry(), server: one(['plain', 'idempotent'] as const) }
    const verdict = classify(given, entry, upTo(2 ** 40))
    const isDelivered = verdict.kind === 'delivered' || verdict.kind === 'confirmed'
    if (isDelivered && given.kind === 'answer') expect(given.status).toBeLessThan(300)
  })

  fuzz('of its media type never makes HTML of a wildcard', () => {
    const accept = Array.from({ length: upTo(3) }, () => one([...texts, '*/*', 'text/*'])).join(',')
    accepts(accept, one(texts))
    if (!accept.includes('html')) expect(accepts(accept, 'text/html')).toBe(false)
  })
})
