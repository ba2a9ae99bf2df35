import { describe, expect, it } from 'vitest'
import { capture } from '../fixtures/entry.fixture.js'
import {
  deliveredOutcome,
  doubted,
  outbox,
  refusedReply,
  retriedOutcome,
} from '../fixtures/outbox.fixture.js'
import { journalMax } from '../limits.js'
import { record } from '../outbox/journal.js'
import { changePartition } from '../outbox/partition.js'
import type { Outcome } from '../outcomes/outcome.js'
import { bytesAtMost, type SendingEntry } from '../rows/entry.js'

/** An outbox whose first entry is being sent. */
async function sending(...captures: Parameters<typeof capture>[]) {
  const box = outbox()
  await box.activate()
  await box.accept(captures.map(([id, more]) => capture(id, more)))
  const [entry] = await box.claim()
  return { box, entry: entry as SendingEntry }
}

describe('settle', () => {
  it('ends a delivered entry and lets its lane go on', async () => {
    const { box, entry } = await sending(['a'], ['b'])

    expect(await box.settle(entry, deliveredOutcome, { now: 9 })).toBe(true)

    const { row, entries, journal } = await box.contents()
    expect(entries).toMatchObject([{ id: 'b', head: true, dueAt: 0 }])
    expect(row).toMatchObject({ waiting: 1, dead: 0, bytes: 10 })
    expect(journal).toMatchObject([
      {
        number: 1,
        kind: 'delivered',
        at: 9,
        entryId: 'a',
        seq: 1,
        lane: 'lane',
        answer: { likes: 1 },
        httpStatus: 200,
      },
    ])
  })

  it('F35 returns an entry that was refused with 422 and lets its lane go on', async () => {
    const { box, entry } = await sending(['a'], ['b'])

    await box.settle(entry, refusedReply, { now: 9 })

    const { row, entries, letters, journal } = await box.contents()
    expect(entries).toMatchObject([{ id: 'b', head: true }])
    expect(letters).toMatchObject([
      { id: 'a', state: 'dead', reason: 'refused', httpStatus: 422, problem: 'no', returnedAt: 9 },
    ])
    const letterBytes = bytesAtMost('no')
    expect(row).toMatchObject({ waiting: 1, dead: 1, bytes: 20 + letterBytes })
    expect(journal).toMatchObject([
      { kind: 'returned', reason: 'refused', httpStatus: 422, problem: 'no', at: 9 },
    ])
  })

  it('RP8 holds a lane back behind a returned entry that says so, and no other lane', async () => {
    const { box, entry } = await sending(['a', { onReturned: 'block' }], ['b'], ['c', { lane: 'other' }])

    await box.settle(entry, refusedReply)

    const { row, entries } = await box.contents()
    expect(row.blockedLanes).toEqual(['lane'])
    expect(entries).toMatchObject([
      { id: 'b', head: false },
      { id: 'c', state: 'sending' },
    ])
  })

  it('keeps an entry in doubt at the head of its lane, where it holds back what depends on it', async () => {
    const { box, entry } = await sending(['a'], ['b'])

    await box.settle(entry, doubted, { now: 9 })

    const { row, entries, journal } = await box.contents()
    expect(entries).toMatchObject([
      { id: 'a', state: 'inDoubt', effect: 'unknown', unsure: 'inDoubt', trouble: { reason: 'cut', at: 9 } },
      { id: 'b', head: false },
    ])
    expect(row.waiting).toBe(2)
    expect(journal).toMatchObject([{ kind: 'doubted', entryId: 'a', reason: 'cut' }])
    expect(await box.claim({ now: 1e12 })).toEqual([])
  })

  it('F32 pauses the user for want of a session, and the entry waits where it was', async () => {
    const { box, entry } = await sending(['a'], ['b'])

    await box.settle(entry, { kind: 'paused', reason: 'auth', httpStatus: 401 }, { now: 9 })

    const { row, entries, journal } = await box.contents()
    expect(row.paused).toBe('auth')
    expect(entries).toMatchObject([
      { id: 'a', head: true, failures: 0, attempts: 1, dueAt: 9, effect: 'none' },
      { head: false },
    ])
    expect(journal).toEqual([])
  })

  it('F32 does not pause a session that began after the attempt: it says nothing of that one', async () => {
    const { box, entry } = await sending(['a'])
    await box.activate()

    await box.settle(entry, { kind: 'paused', reason: 'principal', httpStatus: 403 }, { now: 9 })

    const { row, entries } = await box.contents()
    expect(row.paused).toBeUndefined()
    expect(entries).toMatchObject([{ id: 'a', state: 'waiting', dueAt: 9 }])
    const [again] = await box.claim({ now: 9 })
    await box.settle(again as SendingEntry, { kind: 'paused', reason: 'principal', httpStatus: 403 })
    expect((await box.contents()).row.paused).toBe('principal')
  })

  it('R2 F8 drops what an executor says of an entry that was taken over, and changes nothing', async () => {
    const { box, entry } = await sending(['a'])
    await box.settle(entry, retriedOutcome({ counts: false }), { random: 0 })
    const waiting = await box.contents()
    expect(await box.settle(entry, deliveredOutcome)).toBe(false)
    expect(await box.contents()).toEqual(waiting)
    const [again] = await box.claim()
    const claimed = await box.contents()
    const health = await box.origin()

    for (const outcome of [deliveredOutcome, refusedReply, doubted, retriedOutcome()])
      expect(await box.settle(entry, outcome)).toBe(false)

    expect(await box.contents()).toEqual(claimed)
    expect(await box.origin()).toEqual(health)
    expect(again?.fence).toBe(2)
  })

  it('R2 drops what an executor says of an entry that has ended', async () => {
    const { box, entry } = await sending(['a'])
    await box.settle(entry, deliveredOutcome)
    const ended = await box.contents()

    expect(await box.settle(entry, refusedReply)).toBe(false)
    expect(await box.contents()).toEqual(ended)
  })
})

describe('an entry that is tried again', () => {
  const again = async (
    outcomes: readonly Outcome[],
    more: Parameters<Awaited<ReturnType<typeof sending>>['box']['settle']>[2] = {},
  ) => {
    // A PUT, which no time makes doubtful.
    const put = { ...capture('').request, method: 'PUT' }
    const { box, entry } = await sending(['a', { server: 'idempotent', request: put }])
    let now = 0
    for (let sent: SendingEntry | undefined = entry, i = 0; sent && outcomes[i] !== undefined; i++) {
      await box.settle(sent, outcomes[i] as Outcome, { now, ...more })
      now += 1e9
      ;[sent] = i + 1 < outcomes.length ? await box.claim({ now, probe: 'signal' }) : []
    }
    return {
      ...(await box.contents()),
      waitedMs: async () => ((await box.contents()).entries[0]?.dueAt ?? 0) - now + 1e9,
    }
  }

  it('waits longer with each failure, up to the cap', async () => {
    const waits = await Promise.all(
      [1, 2, 3, 4, 30].map(async (n) => (await again(Array(n).fill(retriedOutcome()))).waitedMs()),
    )

    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 150_000])
  })

  it.each([
    [
      '503 with Retry-After',
      retriedOutcome({ httpStatus: 503, counts: false, retryAfterMs: 2_000, effect: 'none' }),
      2_000,
    ],
    ['425', retriedOutcome({ httpStatus: 425, counts: false, effect: 'none' }), 0],
    ['409 in progress', retriedOutcome({ httpStatus: 409, counts: false, retryAfterMs: 1_000 }), 1_000],
  ])(
    'P9 waits longer with each %s too, though it does not count: never a loop',
    async (_name, outcome, floor) => {
      const waits = await Promise.all(
        [1, 2, 3, 5].map(async (n) => (await again(Array(n).fill(outcome))).waitedMs()),
      )

      expect(waits).toEqual([500, 1_000, 2_000, 8_000].map((ms) => floor + ms))
      expect((await again(Array(5).fill(outcome))).entries[0]).toMatchObject({ failures: 0, attempts: 5 })
    },
  )

  it('P9 reaches a server that answers 503 with Retry-After: 2 for ever at most 8 times in 30 s', async () => {
    let now = 0
    let sends = 0
    const { box, entry } = await sending(['a'])
    for (let sent: SendingEntry | undefined = entry; now <= 30_000; ) {
      if (sent) sends += 1
      const told = retriedOutcome({ httpStatus: 503, counts: false, retryAfterMs: 2_000, effect: 'none' })
      if (sent) await box.settle(sent, told, { now, random: 0.1 })
      now = (await box.contents()).entries[0]?.dueAt ?? now
      ;[sent] = await box.claim({ now })
    }

    expect(sends).toBeLessThanOrEqual(8)
  })

  it('begins anew with the waits where it fails in another way', async () => {
    const told = retriedOutcome({ httpStatus: 503, counts: false, effect: 'none' })
    const early = retriedOutcome({ httpStatus: 425, counts: false, effect: 'none' })

    expect(await (await again([told, told, told, early])).waitedMs()).toBe(500)
  })

  it('says what happened and how often in a row', async () => {
    const { entries } = await again([
      retriedOutcome(),
      retriedOutcome(),
      retriedOutcome({ httpStatus: 502 }),
      retriedOutcome({ httpStatus: 502 }),
    ])

    expect(entries[0]?.trouble).toEqual({ reason: 'http', httpStatus: 502, at: 3e9, times: 2 })
  })

  it('F23 stays due and burns nothing while the device is offline', async () => {
    const offline = retriedOutcome({ reason: 'offline', counts: 'unreachable', sent: false, effect: 'none' })
    const { entries } = await again(Array(20).fill(offline), { failuresMax: 2 })

    expect(entries[0]).toMatchObject({ failures: 0, attempts: 0, effect: 'none', dueAt: 19e9 })
  })

  it('F29 burns one failure at the most while the network is away, however often it is probed', async () => {
    const miss = retriedOutcome({ reason: 'network', counts: 'away' })
    const { entries } = await again(Array(20).fill(miss), { failuresMax: 2 })

    expect(entries[0]).toMatchObject({ failures: 1, attempts: 20, effect: 'unknown', dueAt: 19e9 })
  })

  it('F38 comes back to its sender when its failures reach the maximum, with what the last one was', async () => {
    const { entries, letters } = await again(Array(3).fill(retriedOutcome()), { failuresMax: 3 })

    expect(entries).toEqual([])
    expect(letters).toMatchObject([
      { reason: 'failuresMax', httpStatus: 500, problem: 'http', effect: 'unknown' },
    ])
  })

  it('R4 comes back with its effect unknown if any try may have had one, whatever the last one was', async () => {
    const overloaded = retriedOutcome({ httpStatus: 503, effect: 'none' })
    const { letters } = await again([retriedOutcome({ effect: 'unknown' }), overloaded], { failuresMax: 2 })

    expect(letters).toMatchObject([{ httpStatus: 503, effect: 'unknown' }])
  })
})

describe('the journal', () => {
  it('numbers what happened without a gap, and keeps only the latest of it', async () => {
    const box = outbox()
    await box.activate()
    await box.accept([capture('a')])
    const [entry] = await box.claim()
    await box.store.transact('readwrite', 'relaxed', (tx) =>
      changePartition(tx, 'p', (row) => {
        for (let i = 0; i < journalMax + 3; i++)
          record(tx, row, entry as SendingEntry, { kind: 'delivered' }, i)
      }),
    )

    const { row, journal } = await box.contents()
    expect(journal).toHaveLength(journalMax)
    expect(journal.map(({ number }) => number)).toEqual(Array.from({ length: journalMax }, (_, i) => i + 4))
    expect(row.nextNumber).toBe(journalMax + 4)
  })
})
