import { describe, expect, it } from 'vitest'
import { capture } from '../fixtures/entry.fixture.js'
import {
  deliveredOutcome,
  doubted,
  outbox,
  refusedReply,
  retriedOutcome,
} from '../fixtures/outbox.fixture.js'
import { sending } from '../fixtures/sending.fixture.js'
import { journalMax } from '../limits.js'
import { record } from '../outbox/journal.js'
import { changePartition } from '../outbox/partition.js'
import { bytesAtMost, type SendingEntry } from '../rows/entry.js'

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

  it('returns an entry that was refused with 422 and lets its lane go on', async () => {
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

  it('holds a lane back behind a returned entry that says so, and no other lane', async () => {
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

  it('pauses the user for want of a session, and the entry waits where it was', async () => {
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

  it('does not pause a session that began after the attempt: it says nothing of that one', async () => {
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

  it('drops what an executor says of an entry that was taken over, and changes nothing', async () => {
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

  it('drops what an executor says of an entry that has ended', async () => {
    const { box, entry } = await sending(['a'])
    await box.settle(entry, deliveredOutcome)
    const ended = await box.contents()

    expect(await box.settle(entry, refusedReply)).toBe(false)
    expect(await box.contents()).toEqual(ended)
  })
})

describe('the journal', () => {
  it('numbers what happened without a gap, and keeps only the latest of it', async () => {
    const box = outbox()
    await box.activate()
    await box.accept([capture('a')])
    const [entry] = await box.claim()
    await box.store.transact('readwrite', 'relaxed', (tx) =>
      changePartition(tx, 'p', 0, (row) => {
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
