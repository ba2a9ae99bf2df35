// Whatever comes over a border, nothing throws past it, and what it lets in is what the broker itself could have put
// there. `npm run fuzz` runs a million inputs of a seed that it prints; `SEED=7 npm run fuzz` makes a run again.
import { describe, expect } from 'vitest'
import { nextWake } from '../delivery/next-wake.js'
import { fuzz, inputs, numbers, one, randomSource, upTo } from '../fixtures/anything.fixture.js'
import { deadLetter, inDoubtEntry, sendingEntry, waitingEntry } from '../fixtures/entry.fixture.js'
import { clockSlackMs, retentionDefaultMs, waitCapMs } from '../limits.js'
import { originOfUrl } from '../network/url-origin.js'
import { allowedRequests, healthyOrigin } from '../outcomes/circuit-breaker.js'
import { connectivityOf } from '../outcomes/connectivity.js'
import { mayBeForgotten } from '../outcomes/key-retention.js'
import { type EntryRow, toRow, type WaitingEntry } from '../rows/entry.js'
import { isValidOrigin } from '../rows/origin-validation.js'
import type { JournalRow, OriginRow } from '../rows/rows.js'
import { isCount } from '../type-checks.js'
import { originOf } from './delivery-requirements.js'
import { newPartition } from './partition.js'
import { isMethod, isValidEntry, isValidJournalRow, toQuarantined } from './row-validation.js'

const nothingAnswers = { answeredAt: () => 0, isAnswering: () => false }
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
    const next = nextWake(
      { row, origins: [health], due, sending: randomSource.random() < 0.5 },
      now,
      true,
      {},
    )
    if (next !== undefined) expect(next.delayMs >= 0 && next.delayMs <= waitCapMs).toBe(true)
    expect(['online', 'offline', 'degraded']).toContain(connectivityOf([health], true, nothingAnswers))
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
