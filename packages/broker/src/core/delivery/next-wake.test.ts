import { describe, expect, it } from 'vitest'
import type { Conditions, Surroundings } from '../conditions/conditions.js'
import { otherOrigin, restingOrigins } from '../fixtures/resting-origins.fixture.js'
import type { OutboxChanges } from '../journal/outbox-changes.js'
import { probeHiddenMs, probeVisibleMs, waitCapMs } from '../limits.js'
import { channelOf } from '../outbox/delivery-requirements.js'
import type { Cooldown, OriginRow, PartitionRow } from '../rows/rows.js'
import { nextWake } from './next-wake.js'

const row: PartitionRow = {
  partition: 'p',
  nextSeq: 2,
  nextNumber: 1,
  waiting: 1,
  dead: 0,
  bytes: 0,
  channels: ['https://o.example'],
  blockedLanes: [],
  session: 0,
}
const now = 1_000_000
const resting = restingOrigins(now)
const told = (until: number): Cooldown => ({ kind: 'told', rounds: 0, until })
const failing = (until: number): Cooldown => ({ kind: 'failing', rounds: 0, until })
const away: Cooldown = { kind: 'away' }
const dueAt = (at: number, when?: Conditions, origin = 'https://o.example') => [
  { channel: channelOf(origin, [], when), at },
]
const dueAtBoth = [...dueAt(now), ...dueAt(now, undefined, otherOrigin)]

function wake(more: Partial<OutboxChanges>, watched = true, surroundings: Surroundings = {}) {
  const seen = { seq: 0, number: 0 }
  const news: OutboxChanges = {
    row,
    entries: [],
    quarantined: [],
    journal: [],
    lanes: [],
    blocked: [],
    origins: [],
    due: dueAt(now),
    sending: false,
    seen,
    more: false,
    stranded: false,
    ...more,
  }
  return nextWake(news, now, watched, surroundings)
}

describe('nextWake', () => {
  it('is never where nothing waits', () => {
    expect(wake({ row: { ...row, waiting: 0 }, due: [] })).toBeUndefined()
  })

  it("P6 is never while the server takes us for somebody else: only that user's return changes it", () => {
    expect(wake({ row: { ...row, paused: 'principal' } })).toBeUndefined()
  })

  it('P7 is at the pace of probes while the session is over', () => {
    const paused = { ...row, paused: 'auth' } as const

    expect(wake({ row: paused })).toEqual({ delayMs: probeVisibleMs, probe: 'timer' })
    expect(wake({ row: paused }, false)).toEqual({ delayMs: probeHiddenMs, probe: 'slowTimer' })
  })

  it.each([
    [1, 14_999],
    [14_000, 1_000],
    [15_000, 15_000],
    [40_000, 5_000],
    [-10_000, 5_000],
  ])('P14 counts the pace of probes from the last one, %i ms ago: a look puts none off', (ago, delayMs) => {
    const paused = { ...row, paused: 'auth', askedAt: now - ago } as const
    const [missed] = resting(away).map((one) => ({ ...one, probedAt: now - ago }))

    expect(wake({ row: paused })).toEqual({ delayMs, probe: 'timer' })
    expect(wake({ origins: [missed as OriginRow] })).toEqual({ delayMs, probe: 'timer' })
  })

  it('P14 is when the next entry becomes due', () => {
    expect(wake({ due: dueAt(now + 1_234) })).toEqual({ delayMs: 1_234, probe: 'timer' })
    expect(wake({ due: dueAt(now + 1_234) }, false)).toEqual({ delayMs: 1_234, probe: 'slowTimer' })
  })

  it('is within a day where the clock went back', () => {
    expect(wake({ due: dueAt(now + 1e11) })).toEqual({ delayMs: waitCapMs, probe: 'timer' })
  })

  it('P14 looks after an entry that is due and that nothing holds back', () => {
    expect(wake({})).toEqual({ delayMs: 2_000, probe: 'timer' })
    expect(wake({ due: dueAt(now - 5) })).toEqual({ delayMs: 2_000, probe: 'timer' })
  })

  it.each([
    ['in two seconds', dueAt(now + 2_000, undefined, otherOrigin)],
    ['now', dueAt(now, undefined, otherOrigin)],
    [
      'in two seconds, from the hour that opened',
      dueAt(now + 2_000, { between: { from: '00:00', to: '06:00' } }, otherOrigin),
    ],
  ])('P14 is in time for an origin that is well, %s, whatever another rests for', (_when, due) => {
    for (const rest of [away, told(now + 3_600_000), failing(now + 60_000)])
      for (const watched of [true, false])
        expect(wake({ due: [...dueAt(now), ...due], origins: resting(rest) }, watched)?.delayMs).toBe(2_000)
  })

  it('is not before the rest of its origin has ended, though it is due before', () => {
    const due = dueAt(now + 300)

    expect(wake({ due, origins: resting(told(now + 9_000)) })?.delayMs).toBe(9_000)
    expect(wake({ due, origins: resting(away) })?.delayMs).toBe(probeVisibleMs)
  })

  it('P14 is at the pace of probes while all that is due is for an origin that is away', () => {
    expect(wake({ origins: resting(away, told(now + 5)) })).toEqual({
      delayMs: probeVisibleMs,
      probe: 'timer',
    })
    expect(wake({ origins: resting(away, told(now + 5)), due: dueAtBoth })?.delayMs).toBe(5)
    expect(wake({ origins: resting(away) }, false)).toEqual({ delayMs: probeHiddenMs, probe: 'slowTimer' })
  })

  it('is at the end of the rest that ends first, and soon where all have ended', () => {
    const both = (...rests: readonly Cooldown[]) =>
      wake({ origins: resting(...rests), due: dueAtBoth })?.delayMs

    expect(both(told(now + 500), failing(now + 300))).toBe(300)
    expect(both(told(now - 500), failing(now + 300))).toBe(300)
    expect(both(told(now - 500), failing(now))).toBe(2_000)
  })

  it('is never where all that waits is in doubt: only a person can tell', () => {
    expect(wake({ due: [] })).toBeUndefined()
  })

  it('P4 waits for the lock of whoever is sending, so as to take over should it die', () => {
    const soon = { delayMs: 2_000, probe: 'timer' }

    expect(wake({ due: [], sending: true })).toEqual(soon)
    expect(wake({ due: dueAt(now + 60_000), sending: true })).toEqual(soon)
    expect(wake({ due: dueAt(now + 700), sending: true })?.delayMs).toBe(700)
  })

  it('is at the opening of what waits for its hours, and within a minute, since a wall clock may be set forward', () => {
    const between = { from: '00:17', to: '06:00' }
    const opening = 17 * 60_000

    expect(wake({ due: dueAt(now - 5, { between }) })).toEqual({ delayMs: opening - now, probe: 'timer' })
    expect(wake({ due: dueAt(now - 5, { between: { ...between, from: '00:18' } }) })?.delayMs).toBe(60_000)
    expect(wake({ due: dueAt(opening + 5_000, { between }) })?.delayMs).toBe(opening + 5_000 - now)
  })

  it('looks every minute whether the device has become fit, and at once after what is due', () => {
    const device = { now: () => ({ unmetered: false }), listen: () => () => {} }
    const due = dueAt(now, { network: 'unmetered' })

    expect(wake({ due }, true, { device })?.delayMs).toBe(60_000)
    expect(wake({ due: [...due, ...dueAt(now + 40)] }, true, { device })?.delayMs).toBe(40)
    expect(wake({ due })?.delayMs).toBe(2_000)
  })
})
