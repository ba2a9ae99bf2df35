import { describe, expect, it } from 'vitest'
import { deadLetter, inDoubtEntry, sendingEntry, waitingEntry } from '../fixtures/entry.fixture.js'
import { events } from '../fixtures/entry-events.fixture.js'
import type { Entry } from '../rows/entry.js'
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
type EventType = keyof typeof events

const ended = 'ended'
/** The events that are allowed, and the state that each leads to. */
const allowed: Readonly<Record<State, Partial<Record<EventType, string>>>> = {
  'waiting behind its head': {
    promoted: 'waiting',
    rescheduled: 'waiting',
    cancelled: ended,
  },
  'waiting as head': { claimed: 'sending', rescheduled: 'waiting', cancelled: ended },
  'waiting as head, effect unknown': {
    claimed: 'sending',
    rescheduled: 'waiting',
    doubted: 'inDoubt',
  },
  'waiting behind its head, effect unknown': {
    promoted: 'waiting',
    rescheduled: 'waiting',
  },
  sending: {
    renewed: 'sending',
    held: 'sending',
    left: 'sending',
    deferred: 'waiting',
    doubted: 'inDoubt',
    returned: 'dead',
    delivered: ended,
  },
  'in doubt': {
    confirmed: ended,
    discarded: ended,
    requeued: 'waiting',
    deferred: 'waiting',
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

  it('is not mutated', () => {
    const before = structuredClone(entry)
    for (const type of Object.keys(allowed[name]) as EventType[]) transition(entry, events[type])

    expect(entry).toEqual(before)
  })
})

describe('an entry keeps its identity through every change', () => {
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
