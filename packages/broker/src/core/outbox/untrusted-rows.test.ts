// Whatever comes over a border, nothing throws past it, and what it lets in is what the broker itself could have put
// there. `npm run fuzz` runs a million inputs of a seed that it prints; `SEED=7 npm run fuzz` makes a run again.
import { describe, expect, it } from 'vitest'
import { seededChance } from '../../testing/memory-realms.js'
import { connectivityOf, nextWake } from '../delivery/next-wake.js'
import { statusAnswerOf } from '../delivery/status-query.js'
import { isAskCommand, isDrainCommand, isDraining } from '../delivery/worker-messages.js'
import { deadLetter, inDoubtEntry, sendingEntry, waitingEntry } from '../fixtures/entry.fixture.js'
import { clockSlackMs, retentionDefaultMs, retryAfterCapMs, waitCapMs } from '../limits.js'
import { retryAfterMs } from '../network/backoff.js'
import { accepts } from '../network/media-type.js'
import type { Reply } from '../network/network.js'
import { originOfUrl } from '../network/url-origin.js'
import { allowedRequests, healthyOrigin } from '../outcomes/circuit-breaker.js'
import { classifyReply } from '../outcomes/classify-reply.js'
import { mayBeForgotten, retentionMsOf } from '../outcomes/key-retention.js'
import { isReadCommand } from '../reads/worker-messages.js'
import { type EntryRow, toRow, type WaitingEntry } from '../rows/entry.js'
import type { JournalRow, OriginRow } from '../rows/rows.js'
import { isCount } from '../type-checks.js'
import { originOf } from './delivery-requirements.js'
import { newPartition } from './partition.js'
import { isValidOrigin } from './partition-validation.js'
import { isMethod, isValidEntry, isValidJournalRow, toQuarantined } from './row-validation.js'

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

/** JSON knows no big integers. */
const jsonOf = (value: unknown): string | undefined =>
  JSON.stringify(value, (_name, part) => (typeof part === 'bigint' ? String(part) : part))

const stateOf = {
  done: 'done',
  refused: 'done',
  never: 'unknown',
  inProgress: 'in-progress',
  expired: 'expired',
} as const

/** A text with one character less, more, or another. */
function mutated(text: string): string {
  const at = upTo(text.length)
  return text.slice(0, at) + one(['', one([...text]), one(texts)]) + text.slice(at + upTo(2))
}

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
/** As RFC 9110 has dates today, and as servers write them too. */
const dateForms: readonly ((ms: number) => string)[] = [
  (ms) => new Date(ms).toUTCString(),
  (ms) => new Date(ms).toUTCString().toLowerCase(),
  (ms) => ` ${new Date(ms).toUTCString()} `,
  (ms) => new Date(ms).toUTCString().replace(/^\w+/, days[new Date(ms).getUTCDay()] ?? ''),
]

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
    if (typeof row !== 'object' || row === null || !isValidEntry(row)) return
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
    if (isValidJournalRow(row))
      expect([typeof row.entryId, typeof row.action.type]).toEqual(['string', 'string'])
  })
})

describe('a time in a row', () => {
  const time = () => one([...numbers, upTo(2 ** 42), String(upTo(2 ** 42)), null, undefined])
  const now = 2 ** 40

  fuzz('has no origin rest, and no page sleep, for longer than it may', () => {
    const rest = one([
      undefined,
      { kind: 'away' },
      { kind: 'told', until: time(), rounds: time() },
      { kind: 'failing', until: time(), rounds: time() },
    ])
    const health = { ...healthyOrigin('https://o.example'), probedAt: time(), rest } as OriginRow
    if (!isValidOrigin(health)) return
    expect([0, 1, Infinity]).toContain(
      allowedRequests(health, one(['none', 'timer', 'signal']), now, upTo(2)),
    )
    const due = isCount(health.probedAt) ? [{ channel: 'https://o.example', at: health.probedAt }] : []
    const row = { ...newPartition('p'), waiting: 1 }
    const next = nextWake({ row, origins: [health], due, sending: chance.random() < 0.5 }, now, true, {})
    if (next !== undefined) expect(next.delayMs >= 0 && next.delayMs <= waitCapMs).toBe(true)
    expect(['online', 'offline', 'degraded']).toContain(connectivityOf([health], true, now))
  })

  fuzz('never has an entry that must not be repeated sent again by a clock that went back', () => {
    const given = {
      acceptedAt: time(),
      firstSentAt: time(),
      trouble: { reason: 'http', at: time(), times: 1 },
    }
    const entry = toRow({
      ...waitingEntry({ effect: 'unknown', server: 'idempotent' }),
      ...given,
    } as WaitingEntry)
    if (!isValidEntry(entry)) return
    const sentAt = entry.firstSentAt ?? entry.acceptedAt
    const isForgotten = mayBeForgotten(entry, retentionDefaultMs, now)
    if (sentAt > now + clockSlackMs || now - sentAt > retentionDefaultMs) expect(isForgotten).toBe(true)
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
    const verdict = classifyReply(given, entry, upTo(2 ** 40))
    const isDelivered = verdict.kind === 'delivered' || verdict.kind === 'confirmed'
    if (isDelivered && given.kind === 'answer') expect(given.status).toBeLessThan(300)
  })

  fuzz('of a key is heard only from the very answer that was agreed on', () => {
    const states = ['done', 'unknown', 'in-progress', 'expired', 'Done']
    const document = () => ({ state: one(states), status: one([200, 201, 302, 404, 500, 599, 600]) })
    const given: Reply = one([
      { kind: 'redirect' },
      { kind: 'cut', status: 200 },
      { kind: 'failed', timedOut: false },
      { kind: 'invalid', message: one(texts) },
      ...Array.from({ length: 8 }, (): Reply => {
        const type = one(['application/json', 'application/status+json', one(texts)])
        const body = one([jsonOf(inputs(document)), jsonOf(document()), one(texts), undefined])
        return {
          kind: 'answer',
          status: one([200, 200, 200, upTo(600)]),
          headers: { 'content-type': type },
          body,
        }
      }),
    ])
    const finding = statusAnswerOf(given)
    if (finding.kind === 'silent' || finding.kind === 'unclear') return
    expect(given).toMatchObject({ kind: 'answer', status: 200 })
    const said = JSON.parse(given.kind === 'answer' ? (given.body ?? '') : '')
    if (finding.kind === 'refused') expect([said.state, said.status]).toEqual(['done', finding.httpStatus])
    expect(said.state).toBe(stateOf[finding.kind])
    if (finding.kind === 'done') expect(said.status >= 200 && said.status < 300).toBe(true)
    if (finding.kind === 'refused') expect(said.status >= 400 && said.status < 600).toBe(true)
  })

  fuzz('of a date is a wait by its own clock, or by ours, of an hour at most, or nothing', () => {
    const at = upTo(2 ** 42)
    const later = at + upTo(10_000_000) - 1_000_000
    const form = one(dateForms)
    const isSound = chance.random() < 0.5
    const spell = (ms: number) => (isSound ? form(ms) : mutated(form(ms)))
    const given = { 'retry-after': spell(later), ...(chance.random() < 0.8 && { date: spell(at) }) }
    const now = one([at, ...numbers])

    const ms = retryAfterMs(given, now)

    if (ms !== undefined) expect(ms >= 0 && ms <= retryAfterCapMs).toBe(true)
    if (!isSound || given.date === undefined) return
    const expected = (Math.floor(later / 1_000) - Math.floor(at / 1_000)) * 1_000
    expect(ms).toBe(Math.min(Math.max(expected, 0), retryAfterCapMs))
  })

  fuzz('of its media type never makes HTML of a wildcard', () => {
    const accept = Array.from({ length: upTo(3) }, () => one([...texts, '*/*', 'text/*'])).join(',')
    accepts(accept, one(texts))
    if (!accept.includes('html')) expect(accepts(accept, 'text/html')).toBe(false)
  })
})
