import { describe, expect, it } from 'vitest'
import { deadLetter, sendingEntry, waitingEntry } from '../fixtures/entry.fixture.js'
import { events } from '../fixtures/entry-events.fixture.js'
import type { SendingEntry } from '../rows/entry.js'
import { type EntryEvent, transition } from './entry-state.js'

describe('a claim', () => {
  it('raises the fence, counts the send, and gives the lease to the owner', () => {
    const entry = waitingEntry({ fence: 3, attempts: 2, failures: 1 })

    expect(transition(entry, { type: 'claimed', owner: 'me', session: 0, now: 50 })).toMatchObject({
      fence: 4,
      attempts: 3,
      failures: 1,
      firstSentAt: 50,
      lease: { owner: 'me', session: 0, renewals: 0 },
    })
  })

  it('keeps the time of the first send that may have taken effect, and of no other', () => {
    const claim = { type: 'claimed', owner: 'me', session: 0, now: 50 } as const
    const sent = { attempts: 1, firstSentAt: 7 }

    expect(transition(waitingEntry({ ...sent, effect: 'unknown' }), claim)).toMatchObject({ firstSentAt: 7 })
    expect(transition(waitingEntry({ ...sent, effect: 'none' }), claim)).toMatchObject({ firstSentAt: 50 })
  })

  it('clears the fields of the wait', () => {
    expect(
      transition(waitingEntry(), { type: 'claimed', owner: 'me', session: 0, now: 50 }),
    ).not.toHaveProperty('notBefore')
  })
})

describe('a deferral', () => {
  const defer = (
    entry: Parameters<typeof sendingEntry>[0],
    more: Partial<EntryEvent & { type: 'deferred' }>,
  ) => transition(sendingEntry(entry), { ...events.deferred, ...more })

  it('waits as the head, with the time of the deferral', () => {
    expect(defer({}, {})).toMatchObject({ head: true, notBefore: 90, savedAt: 80 })
    expect(defer({}, {})).not.toHaveProperty('lease')
  })

  it('counts only failures that count against the entry', () => {
    expect(defer({ failures: 4 }, { counts: true })).toMatchObject({ failures: 5 })
    expect(defer({ failures: 4 }, { counts: false })).toMatchObject({ failures: 4 })
  })

  it('does not count a send that never left the device', () => {
    expect(defer({ attempts: 3 }, { sent: false })).toMatchObject({ attempts: 2 })
    expect(defer({ attempts: 3 }, { sent: true })).toMatchObject({ attempts: 3 })
  })

  it('keeps an unknown effect unknown, since a later refusal does not tell about the first attempt', () => {
    expect(defer({ effect: 'unknown' }, { effect: 'none' })).toMatchObject({ effect: 'unknown' })
    expect(defer({ effect: 'none' }, { effect: 'unknown' })).toMatchObject({ effect: 'unknown' })
    expect(defer({ effect: 'none' }, { effect: 'none' })).toMatchObject({ effect: 'none' })
  })
})

it('a return does not count a send that never left the device, as a deferral does not', () => {
  const sent = transition(sendingEntry({ attempts: 3 }), events.returned)
  const unsent = transition(sendingEntry({ attempts: 3 }), { ...events.returned, sent: false })

  expect([sent.attempts, unsent.attempts]).toEqual([3, 2])
})

describe('a requeue', () => {
  const tried = { effect: 'unknown', attempts: 5, failures: 60, fence: 7, key: 'key-1' } as const

  it('keeps the count of sends and the fence, and clears the failures and the reason of the return', () => {
    const entry = transition(
      deadLetter({ ...tried, trouble: { reason: 'http', at: 1, times: 60 } }),
      events.requeued,
    )

    expect(entry).toMatchObject({ attempts: 5, failures: 0, fence: 7, notBefore: 9, savedAt: 9 })
    for (const column of ['reason', 'problem', 'returnedAt', 'httpStatus', 'trouble'])
      expect(entry).not.toHaveProperty(column)
  })

  it('clears the effect under a new key, and keeps it under the old one', () => {
    expect(transition(deadLetter(tried), events.requeued)).toMatchObject({ key: 'key-2', effect: 'none' })
    expect(transition(deadLetter(tried), { ...events.requeued, key: 'key-1' })).toMatchObject({
      key: 'key-1',
      effect: 'unknown',
    })
  })
})

it('a renewal changes the lease only, so that a watcher sees a live executor (P4)', () => {
  const entry = sendingEntry({ lease: { owner: 'me', session: 0, renewals: 4 } })

  expect(transition(entry, events.renewed)).toEqual({
    ...entry,
    lease: { owner: 'me', session: 0, renewals: 5 },
  })
})

it('an entry in doubt has an unknown effect and no lease', () => {
  expect(transition(sendingEntry(), events.doubted)).toMatchObject({ effect: 'unknown' })
  expect(transition(sendingEntry(), events.doubted)).not.toHaveProperty('lease')
})

it('a knocking entry keeps its lease when its request leaves', () => {
  const knocking = transition(waitingEntry(), { ...events.claimed, knocking: true }) as SendingEntry

  expect(knocking.lease).toMatchObject({ knocking: true })
  expect(transition(knocking, events.renewed)).toMatchObject({ lease: { knocking: true, renewals: 1 } })
  expect(transition(knocking, events.left)).toEqual({
    ...knocking,
    lease: { owner: 'other', session: 0, renewals: 0 },
  })
  expect(transition(sendingEntry(), events.held)).toMatchObject({ lease: { knocking: true } })
})
