import { describe, expect } from 'vitest'
import { isAskCommand, isDrainCommand, isDraining } from '../delivery/drain-messages.js'
import { statusAnswerOf } from '../delivery/status-query.js'
import { fuzz, inputs, numbers, one, randomSource, texts, upTo } from '../fixtures/anything.fixture.js'
import { sendingEntry } from '../fixtures/entry.fixture.js'
import { retryAfterCapMs } from '../limits.js'
import { retryAfterMs } from '../network/backoff.js'
import { accepts } from '../network/media-type.js'
import type { Reply } from '../network/network.js'
import { classifyReply } from '../outcomes/classify-reply.js'
import { retentionMsOf } from '../outcomes/key-retention.js'
import { isReadCommand } from '../reads/read-messages.js'

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
    const isSound = randomSource.random() < 0.5
    const spell = (ms: number) => (isSound ? form(ms) : mutated(form(ms)))
    const given = { 'retry-after': spell(later), ...(randomSource.random() < 0.8 && { date: spell(at) }) }
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
