import { describe, expect, it } from 'vitest'
import { deadLetter, inDoubtEntry, sendingEntry, waitingEntry } from '../fixtures/entry.fixture.js'
import type { Entry, SendingEntry } from '../rows/entry.js'
import { type EntryEvent, transition } from './entry-state.js'

/** Every state, with what tells its cases apart. */
const states = {
  'waiting behind its head': waitingEntry({ head: false }),
  'waiting as head': waitingEntry({ head: true }),
  'waiting as head, effect unknown': waitingEntry({ head: true, effect: 'unknown', attempts: 1 }),
  'waiting behind its head, effect unknown': waitingEntry({ head: false, effect: 'unknown', attempts: 1 }),
  sending: sendingEntry(),
  'in doubt': inDoubtEntry(),
  dead: deadLetter(),
} satisfies Record<string, Entry>
type State = keyof typeof states

/** Every event; a new one fails to compile here until it is listed. */
const events: { readonly [T in EntryEvent['type']]: EntryEvent & { type: T } } = {
  promoted: { type: 'promoted' },
  rescheduled: { type: 'rescheduled', notBefore: 70, now: 60 },
  restored: { type: 'restored', head: true, mayHaveEnded: false, now: 50 },
  claimed: { type: 'claimed', owner: 'other', session: 0, now: 50 },
  renewed: { type: 'renewed' },
  held: { type: 'held' },
  left: { type: 'left' },
  deferred: { type: 'deferred', notBefore: 90, now: 80, counts: true, sent: true, effect: 'none' },
  doubted: { type: 'doubted', trouble: { reason: 'cut', at: 5, times: 1 } },
  returned: {
    type: 'returned',
    reason: 'refused',
    httpStatus: 422,
    problem: 'p',
    effect: 'none',
    sent: true,
    now: 7,
  },
  delivered: { type: 'delivered' },
  confirmed: { type: 'confirmed' },
  cancelled: { type: 'cancelled' },
  discarded: { type: 'discarded' },
  requeued: { type: 'requeued', key: 'key-2', seq: 1, head: false, now: 9 },
}
type EventType = keyof typeof events

const ended = 'ended'
/** The events that are allowed, and the state that each leads to. */
const allowed: Readonly<Record<State, Partial<Record<EventType, string>>>> = {
  'waiting behind its head': {
    promoted: 'waiting',
    rescheduled: 'waiting',
    restored: 'inDoubt',
    cancelled: ended,
  },
  'waiting as head': { claimed: 'sending', rescheduled: 'waiting', restored: 'inDoubt', cancelled: ended },
  'waiting as head, effect unknown': {
    claimed: 'sending',
    rescheduled: 'waiting',
    restored: 'inDoubt',
    doubted: 'inDoubt',
  },
  'waiting behind its head, effect unknown': {
    promoted: 'waiting',
    rescheduled: 'waiting',
    restored: 'inDoubt',
  },
  sending: {
    restored: 'inDoubt',
    renewed: 'sending',
    held: 'sending',
    left: 'sending',
    deferred: 'waiting',
    doubted: 'inDoubt',
    returned: 'dead',
    delivered: ended,
  },
  'in doubt': {
    restored: 'inDoubt',
    confirmed: ended,
    discarded: ended,
    requeued: 'waiting',
    returned: 'dead',
    doubted: 'inDoubt',
  },
  dead: { discarded: ended, requeued: 'waiting' },
}

const stateNames = Object.keys(states) as State[]
const eventTypes = Object.keys(events) as EventType[]

describe.each(stateNames)('an entry that is %s', (name) => {
  const entry: Entry = states[name]

  it.each(eventTypes)('when %s', (type) => {
    const event: EntryEvent = events[type]
    const next = allowed[name][type]

    if (next === undefined)
      expect(() => transition(entry, event)).toThrow(`is ${entry.state} cannot be ${type}`)
    else expect(transition(entry, event)?.state ?? ended).toBe(next)
  })

  it('is never changed itself', () => {
    const before = structuredClone(entry)
    for (const type of Object.keys(allowed[name]) as EventType[]) transition(entry, events[type])

    expect(entry).toEqual(before)
  })
})

describe('an entry keeps what it is through every change', () => {
  const identity = ({
    id,
    lane,
    channel,
    partition,
    request,
    action,
    acceptedAt,
    bytes,
    server,
    ...rest
  }: Entry) => ({
    id,
    lane,
    channel,
    partition,
    request,
    action,
    acceptedAt,
    bytes: bytes - ('problemBytes' in rest ? (rest.problemBytes ?? 0) : 0),
    server,
  })
  const pairs = stateNames.flatMap((state) =>
    (Object.keys(allowed[state]) as EventType[]).map((type) => [state, type] as const),
  )

  it.each(pairs)('%s, %s', (name, type) => {
    const after = transition(states[name], events[type])

    if (after !== undefined) expect(identity(after)).toEqual(identity(states[name]))
  })
})

describe('a claim', () => {
  it("raises the fence and counts the send, and the lease is the owner's", () => {
    const entry = waitingEntry({ fence: 3, attempts: 2, failures: 1 })

    expect(transition(entry, { type: 'claimed', owner: 'me', session: 0, now: 50 })).toMatchObject({
      fence: 4,
      attempts: 3,
      failures: 1,
      firstSentAt: 50,
      lease: { owner: 'me', session: 0, renewals: 0 },
    })
  })

  it('R3 keeps the time of the first send that may have taken effect, and of no other', () => {
    const claim = { type: 'claimed', owner: 'me', session: 0, now: 50 } as const
    const sent = { attempts: 1, firstSentAt: 7 }

    expect(transition(waitingEntry({ ...sent, effect: 'unknown' }), claim)).toMatchObject({ firstSentAt: 7 })
    expect(transition(waitingEntry({ ...sent, effect: 'none' }), claim)).toMatchObject({ firstSentAt: 50 })
  })

  it('leaves nothing of the wait behind', () => {
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

  it('waits as the head that it is, with the time at which that was written (R9)', () => {
    expect(defer({}, {})).toMatchObject({ head: true, notBefore: 90, savedAt: 80 })
    expect(defer({}, {})).not.toHaveProperty('lease')
  })

  it('R6 counts a failure that counts and no other', () => {
    expect(defer({ failures: 4 }, { counts: true })).toMatchObject({ failures: 5 })
    expect(defer({ failures: 4 }, { counts: false })).toMatchObject({ failures: 4 })
  })

  it('F23 takes the send back that never left the device', () => {
    expect(defer({ attempts: 3 }, { sent: false })).toMatchObject({ attempts: 2 })
    expect(defer({ attempts: 3 }, { sent: true })).toMatchObject({ attempts: 3 })
  })

  it('keeps an unknown effect unknown: a later refusal says nothing of the first try', () => {
    expect(defer({ effect: 'unknown' }, { effect: 'none' })).toMatchObject({ effect: 'unknown' })
    expect(defer({ effect: 'none' }, { effect: 'unknown' })).toMatchObject({ effect: 'unknown' })
    expect(defer({ effect: 'none' }, { effect: 'none' })).toMatchObject({ effect: 'none' })
  })
})

it('a return takes the send back that never left the device, as a deferral does', () => {
  const sent = transition(sendingEntry({ attempts: 3 }), events.returned)
  const unsent = transition(sendingEntry({ attempts: 3 }), { ...events.returned, sent: false })

  expect([sent.attempts, unsent.attempts]).toEqual([3, 2])
})

describe('a requeue', () => {
  const tried = { effect: 'unknown', attempts: 5, failures: 60, fence: 7, key: 'key-1' } as const

  it('keeps the count of sends and the fence, begins the failures anew, and forgets why it came back', () => {
    const entry = transition(
      deadLetter({ ...tried, trouble: { reason: 'http', at: 1, times: 60 } }),
      events.requeued,
    )

    expect(entry).toMatchObject({ attempts: 5, failures: 0, fence: 7, notBefore: 9, savedAt: 9 })
    for (const column of ['reason', 'problem', 'returnedAt', 'httpStatus', 'trouble'])
      expect(entry).not.toHaveProperty(column)
  })

  it('R4 knows nothing of an effect under a new key, and what it knew under the old one', () => {
    expect(transition(deadLetter(tried), events.requeued)).toMatchObject({ key: 'key-2', effect: 'none' })
    expect(transition(deadLetter(tried), { ...events.requeued, key: 'key-1' })).toMatchObject({
      key: 'key-1',
      effect: 'unknown',
    })
  })
})

it('a renewal shows in the lease alone, so that a watcher sees life (P4)', () => {
  const entry = sendingEntry({ lease: { owner: 'me', session: 0, renewals: 4 } })

  expect(transition(entry, events.renewed)).toEqual({
    ...entry,
    lease: { owner: 'me', session: 0, renewals: 5 },
  })
})

it('a doubt is of unknown effect, and no longer leased', () => {
  expect(transition(sendingEntry(), events.doubted)).toMatchObject({ effect: 'unknown' })
  expect(transition(sendingEntry(), events.doubted)).not.toHaveProperty('lease')
})

it('knocks before it leaves, and loses nothing of its lease as it does', () => {
  const knocking = transition(waitingEntry(), { ...events.claimed, knocking: true }) as SendingEntry

  expect(knocking.lease).toMatchObject({ knocking: true })
  expect(transition(knocking, events.renewed)).toMatchObject({ lease: { knocking: true, renewals: 1 } })
  expect(transition(knocking, events.left)).toEqual({
    ...knocking,
    lease: { owner: 'other', session: 0, renewals: 0 },
  })
  expect(transition(sendingEntry(), events.held)).toMatchObject({ lease: { knocking: true } })
})
