import { describe, expect, it } from 'vitest'
import { capture, waiting } from '../fixtures/entry.fixture.js'
import { deliveredOutcome, outbox, retriedOutcome } from '../fixtures/outbox.fixture.js'
import type { Capture } from '../outbox/append.js'
import { type CanSend, channelOf, originOf } from '../outbox/delivery-requirements.js'
import { activate, changePartition, deactivate, readPartition } from '../outbox/partition.js'
import { healthyOrigin } from '../outcomes/circuit-breaker.js'
import type { Outcome } from '../outcomes/outcome.js'
import { entryVersion } from '../rows/entry.js'
import { nextDue } from './claim.js'

const origin = 'https://o.example'
const ids = (entries: readonly { readonly id: string }[]) => entries.map(({ id }) => id)

async function filled(...lanes: readonly string[]) {
  const box = outbox()
  await box.activate()
  await box.accept(lanes.map((lane, i) => capture(`${lane}${i + 1}`, { lane })))
  return box
}

describe('claim', () => {
  it('takes the first of each lane, and none behind it until that one has ended', async () => {
    const box = await filled('x', 'x', 'y')

    const first = await box.claim()
    const meanwhile = await box.claim()
    if (first[0]) await box.settle(first[0], deliveredOutcome)

    expect(ids(first)).toEqual(['x1', 'y3'])
    expect(meanwhile).toEqual([])
    expect(ids(await box.claim())).toEqual(['x2'])
  })

  it('R1 writes down who sends, under a fence that rises with each claim', async () => {
    const box = await filled('x')

    const [first] = await box.claim({ owner: 'one' })
    if (first) await box.settle(first, retriedOutcome({ counts: false }), { random: 0 })
    const [second] = await box.claim({ owner: 'two' })

    expect(first).toMatchObject({ state: 'sending', fence: 1, attempts: 1, lease: { owner: 'one' } })
    expect(second).toMatchObject({ state: 'sending', fence: 2, attempts: 2, lease: { owner: 'two' } })
    expect((await box.contents()).entries).toMatchObject([{ fence: 2, unsure: 'sending' }])
  })

  it('takes nothing before its time', async () => {
    const box = await filled('x')
    const [sent] = await box.claim()
    if (sent) await box.settle(sent, retriedOutcome({ retryAfterMs: 5_000 }), { now: 0, random: 0 })

    expect(await box.claim({ now: 4_999 })).toEqual([])
    expect(ids(await box.claim({ now: 5_000 }))).toEqual(['x1'])
  })

  it('takes those that are due longest first', async () => {
    const box = outbox()
    await box.activate()
    for (const [now, id] of [
      [30, 'late'],
      [10, 'early'],
      [20, 'middle'],
    ] as const)
      await box.accept([capture(id, { lane: id })], { now })

    expect(ids(await box.claim({ now: 40, concurrencyMax: 2 }))).toEqual(['early', 'middle'])
  })

  it('keeps to the number of requests in flight to one origin, those of other claims included', async () => {
    const box = await filled('a', 'b', 'c', 'd')

    expect(ids(await box.claim({ concurrencyMax: 3, inFlight: [origin, origin] }))).toEqual(['a1'])
    expect(ids(await box.claim({ concurrencyMax: 3, inFlight: ['https://other.example'] }))).toEqual([
      'b2',
      'c3',
      'd4',
    ])
    expect(await box.claim({ concurrencyMax: 0 })).toEqual([])
  })

  it('counts what two channels send to one origin together', async () => {
    const box = outbox()
    await box.activate()
    const channels = [channelOf(origin, []), channelOf(origin, ['prepareHeaders'])]
    await box.accept(
      [0, 1, 2, 3].map((i) => capture(`${i}`, { lane: `${i}`, channel: channels[i % 2] ?? '' })),
    )

    expect(ids(await box.claim({ concurrencyMax: 3 }))).toEqual(['0', '2', '1'])
  })

  it('leaves what needs a function that this executor lacks, and what goes where it may not send', async () => {
    const box = outbox()
    await box.activate()
    const needy = channelOf(origin, ['prepareHeaders'])
    await box.accept([capture('plain', { lane: 'a' }), capture('needy', { lane: 'b', channel: needy })])

    expect(ids(await box.claim({ serves: (_origin, needs) => needs.length === 0 }))).toEqual(['plain'])
    expect(ids(await box.claim({ serves: (to) => to !== origin }))).toEqual([])
    expect(ids(await box.claim({ serves: (_origin, needs) => needs.includes('prepareHeaders') }))).toEqual([
      'needy',
    ])
    expect(originOf(needy)).toBe(origin)
  })

  it('leaves to others also what was captured before the app needed the function that it lacks', async () => {
    const box = outbox()
    await box.write((tx) => activate(tx, { partition: 'p', principal: 'ann' }, { needs: ['prepareHeaders'] }))
    await box.accept([capture('plain', { lane: 'a' })])

    expect(ids(await box.claim({ serves: (_origin, needs) => needs.length === 0 }))).toEqual([])
    expect(ids(await box.claim())).toEqual(['plain'])
  })

  it('makes one probe to an origin that rests, and remembers when', async () => {
    const box = await filled('a', 'b')
    await box.write(async (tx) => tx.put('origins', { ...healthyOrigin(origin), rest: { kind: 'away' } }))

    expect(await box.claim({ now: 1e9, probe: 'none' })).toEqual([])
    expect(await box.claim({ now: 1e9, probe: 'signal' })).toHaveLength(1)
    expect((await box.origin())?.probedAt).toBe(1e9)
    expect(await box.claim({ now: 1e9, probe: 'signal', inFlight: [origin] })).toEqual([])
  })

  describe('P6 sends only for the user of the session', () => {
    it('and so nothing of another user, of a paused one, or of anybody while nobody is signed in', async () => {
      const box = await filled('x')

      await box.activate('q')
      expect(await box.claim()).toEqual([])
      await box.write(async (tx) => deactivate(tx, 'p'))
      expect(await box.claim()).toEqual([])
      await box.activate('p')
      await box.write((tx) =>
        changePartition(tx, 'p', (row) => {
          row.paused = 'auth'
        }),
      )
      expect(await box.claim()).toEqual([])
    })

    it('P7 and again what was paused, in its order, once that user has signed in', async () => {
      const box = await filled('x', 'x')
      const [sent] = await box.claim()
      if (sent) await box.settle(sent, { kind: 'paused', reason: 'auth', httpStatus: 401 })
      expect(await box.claim()).toEqual([])

      await box.activate('p')

      expect(ids(await box.claim())).toEqual(['x1'])
    })

    it('SEC2 and never takes a row of another, whatever the names have in common', async () => {
      const box = outbox()
      for (const partition of ['p', 'p1', '', 'P'])
        await box.accept([capture(`of ${partition}`)], { partition })

      await box.activate('p')

      expect(ids(await box.claim())).toEqual(['of p'])
    })
  })

  describe('R3 of what may have been done, by a server that may have forgotten it,', () => {
    const day = 86_400_000
    const sentLongAgo = async (
      outcome: Outcome = retriedOutcome({ httpStatus: undefined }),
      more: Partial<Capture> = {},
    ) => {
      const box = outbox()
      await box.activate()
      await box.accept([
        capture('old', { server: 'idempotent', ...more }),
        capture('behind'),
        capture('b', { lane: 'b' }),
      ])
      const [old, b] = await box.claim()
      if (old) await box.settle(old, outcome, { random: 0 })
      if (b) await box.settle(b, deliveredOutcome)
      return box
    }

    it('F55 sends nothing again by itself: it is in doubt, its lane waits, and all see it', async () => {
      const box = await sentLongAgo()

      expect(await box.claim({ now: day })).toEqual([])

      const { row, entries, journal } = await box.contents()
      expect(entries).toMatchObject([
        { id: 'old', state: 'inDoubt', unsure: 'inDoubt', trouble: { reason: 'retentionOver', at: day } },
        { id: 'behind', head: false },
      ])
      expect(journal.at(-1)).toMatchObject({ kind: 'doubted', entryId: 'old', reason: 'retentionOver' })
      expect(row.waiting).toBe(2)
    })

    it('goes by what the server said last of its retention, however its health changed since', async () => {
      const box = await sentLongAgo()
      await box.accept([capture('c', { lane: 'c' }), capture('d', { lane: 'd' })])
      const [c, d] = await box.claim({ concurrencyMax: 9 })
      if (c) await box.settle(c, retriedOutcome({ httpStatus: 503 }), { retentionMs: 7 * day, random: 0 })
      if (d) await box.settle(d, deliveredOutcome)

      expect((await box.origin())?.retentionMs).toBe(7 * day)
      expect(ids(await box.claim({ now: 6 * day }))).toContain('old')
    })

    it('sends what was never sent at any age', async () => {
      const box = await filled('x')

      expect(ids(await box.claim({ now: 4_000 * day }))).toEqual(['x1'])
    })

    it.each([
      ['the server certainly did nothing', retriedOutcome({ httpStatus: 503, effect: 'none' }), {}],
      [
        'the request surely never left',
        retriedOutcome({ counts: 'unreachable', sent: false, effect: 'none' }),
        {},
      ],
      ['it may be done twice', retriedOutcome(), { request: { ...capture('').request, method: 'PUT' } }],
    ] as const)('sends it at any age where %s', async (_name, outcome, more) => {
      const box = await sentLongAgo(outcome, more)

      expect(ids(await box.claim({ now: 4_000 * day }))).toEqual(['old'])
    })

    it('counts from the first send that may have taken effect, not from an earlier one that did not', async () => {
      const box = await sentLongAgo({ kind: 'paused', reason: 'auth', httpStatus: 401 })
      await box.activate()
      const [again] = await box.claim({ now: 3 * day })
      if (again) await box.settle(again, retriedOutcome(), { now: 3 * day, random: 0 })

      expect(ids(await box.claim({ now: 3 * day + 1_000 }))).toEqual(['old'])
    })

    it('makes no probe of it to an origin that is away', async () => {
      const box = await sentLongAgo(retriedOutcome({ counts: 'unreachable', effect: 'unknown' }))
      await box.claim({ now: day, probe: 'signal' })

      expect((await box.origin())?.probedAt).toBe(0)
    })
  })

  describe('leaves alone', () => {
    it('P11 a row of a newer release and the lane behind it, and goes on with the other lanes', async () => {
      const box = await filled('x', 'y')
      const newer = waiting({ seq: 0, id: 'newer', lane: 'z', version: entryVersion + 1, notBefore: -1 })
      await box.write(async (tx) => tx.put('entries', newer))

      expect(ids(await box.claim({ concurrencyMax: 1 }))).toEqual(['x1'])
      expect((await box.contents()).entries[0]).toEqual(newer)
    })

    it.each([
      'https://evil.example/like',
      'https://o.example.evil/like',
      'https://o.example@evil.example/',
      'javascript:0',
      '//o.example/',
    ])('SEC6 a row that somebody planted to send to %s over a channel that is allowed', async (url) => {
      const box = await filled('x')
      const { request } = capture('')
      await box.write(async (tx) =>
        tx.put('entries', waiting({ seq: 0, id: 'planted', lane: 'z', request: { ...request, url } })),
      )

      expect(ids(await box.claim())).toEqual(['x1'])
    })

    it('F16 a row whose columns belie it: one that is due and is no head', async () => {
      const box = await filled('x')
      await box.write(async (tx) =>
        tx.put('entries', { ...waiting({ seq: 0, id: 'bent', head: false }), dueAt: 0 }),
      )

      expect(ids(await box.claim())).toEqual(['x1'])
    })
  })
})

describe('nextDue', () => {
  const next = async (box: Awaited<ReturnType<typeof filled>>, serves: CanSend = () => true) =>
    (await box.write(async (tx) => nextDue(tx, await readPartition(tx, 'p'), serves))).map(({ at }) => at)

  const to = (origin: string) => {
    const { request } = capture('')
    const url = `${origin}/like`
    return capture(origin, { lane: origin, channel: origin, request: { ...request, url } })
  }

  it('is the time of the head that is due first, of each channel that is served', async () => {
    const box = outbox()
    await box.accept([to('https://a.example')], { now: 20 })
    await box.accept([to('https://b.example')], { now: 10 })
    await box.accept([{ ...to('https://b.example'), lane: 'later' }], { now: 30 })

    expect(await next(box)).toEqual([20, 10])
    expect(await next(box, (origin) => origin === 'https://a.example')).toEqual([20])
    expect(await next(box, () => false)).toEqual([])
  })

  it('P11 passes over what cannot be read, however much of it there is, so that nobody wakes for it', async () => {
    const box = outbox()
    await box.activate()
    await box.write(async (tx) => {
      for (let seq = 1; seq <= 300; seq++)
        tx.put('entries', waiting({ seq, id: `${seq}`, lane: `${seq}`, version: entryVersion + 1 }))
    })
    await box.accept([capture('a')], { now: 20 })
    const before = await next(box)

    expect(ids(await box.claim({ now: 20 }))).toEqual(['a'])
    expect(before).toEqual([20])
    expect(await next(box)).toEqual([])
  })

  it('does not look at what waits behind a head that is in flight', async () => {
    const box = await filled('x', 'x')
    await box.claim()

    expect(await next(box)).toEqual([])
  })
})
