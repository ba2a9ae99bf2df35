import { describe, expect, it } from 'vitest'
import { capture, waiting } from '../fixtures/entry.fixture.js'
import { deliveredOutcome, idsOf, outbox, outboxWith, retriedOutcome } from '../fixtures/outbox.fixture.js'
import { channelOf, originOf } from '../outbox/delivery-requirements.js'
import { activate } from '../outbox/partition.js'
import { healthyOrigin } from '../outcomes/circuit-breaker.js'
import { entryVersion } from '../rows/entry.js'

const origin = 'https://o.example'

describe('claim', () => {
  it('takes the first of each lane, and none behind it until that one has ended', async () => {
    const box = await outboxWith('x', 'x', 'y')

    const first = await box.claim()
    const meanwhile = await box.claim()
    if (first[0]) await box.settle(first[0], deliveredOutcome)

    expect(idsOf(first)).toEqual(['x1', 'y3'])
    expect(meanwhile).toEqual([])
    expect(idsOf(await box.claim())).toEqual(['x2'])
  })

  it('writes down who sends, under a fence that rises with each claim', async () => {
    const box = await outboxWith('x')

    const [first] = await box.claim({ owner: 'one' })
    if (first) await box.settle(first, retriedOutcome({ counts: false }), { random: 0 })
    const [second] = await box.claim({ owner: 'two' })

    expect(first).toMatchObject({ state: 'sending', fence: 1, attempts: 1, lease: { owner: 'one' } })
    expect(second).toMatchObject({ state: 'sending', fence: 2, attempts: 2, lease: { owner: 'two' } })
    expect((await box.contents()).entries).toMatchObject([{ fence: 2, unsure: 'sending' }])
  })

  it('takes nothing before its time', async () => {
    const box = await outboxWith('x')
    const [sent] = await box.claim()
    if (sent) await box.settle(sent, retriedOutcome({ retryAfterMs: 5_000 }), { now: 0, random: 0 })

    expect(await box.claim({ now: 4_999 })).toEqual([])
    expect(idsOf(await box.claim({ now: 5_000 }))).toEqual(['x1'])
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

    expect(idsOf(await box.claim({ now: 40, concurrencyMax: 2 }))).toEqual(['early', 'middle'])
  })

  it.each([
    ['at a probe', { probe: 'signal' }, true, ['c']],
    ['where few may be sent', { concurrencyMax: 2 }, false, ['c', 'a']],
    ['where all may', {}, false, ['c', 'a', 'b']],
  ] as const)(
    'takes those first over all channels, in whatever order these were used, %s',
    async (_when, more, rests, ids) => {
      const box = outbox()
      await box.activate()
      for (const [now, id, need] of [
        [30, 'b', 'first'],
        [20, 'a', 'second'],
        [10, 'c', 'third'],
      ] as const)
        await box.accept([capture(id, { lane: id, channel: channelOf(origin, [need]) })], { now })
      if (rests)
        await box.write(async (tx) => tx.put('origins', { ...healthyOrigin(origin), rest: { kind: 'away' } }))

      expect(idsOf(await box.claim({ now: 1e9, ...more }))).toEqual(ids)
    },
  )

  it('keeps to the number of requests in flight to one origin, those of other claims included', async () => {
    const box = await outboxWith('a', 'b', 'c', 'd')

    expect(idsOf(await box.claim({ concurrencyMax: 3, inFlight: [origin, origin] }))).toEqual(['a1'])
    expect(idsOf(await box.claim({ concurrencyMax: 3, inFlight: ['https://other.example'] }))).toEqual([
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

    expect(idsOf(await box.claim({ concurrencyMax: 3 }))).toEqual(['0', '2', '1'])
  })

  it('leaves what needs a function that this executor lacks, and what goes where it may not send', async () => {
    const box = outbox()
    await box.activate()
    const needy = channelOf(origin, ['prepareHeaders'])
    await box.accept([capture('plain', { lane: 'a' }), capture('needy', { lane: 'b', channel: needy })])

    expect(idsOf(await box.claim({ serves: (_origin, needs) => needs.length === 0 }))).toEqual(['plain'])
    expect(idsOf(await box.claim({ serves: (to) => to !== origin }))).toEqual([])
    expect(idsOf(await box.claim({ serves: (_origin, needs) => needs.includes('prepareHeaders') }))).toEqual([
      'needy',
    ])
    expect(originOf(needy)).toBe(origin)
  })

  it('leaves to others also what was captured before the app needed the function that it lacks', async () => {
    const box = outbox()
    await box.write((tx) => activate(tx, { partition: 'p', principal: 'ann' }, { needs: ['prepareHeaders'] }))
    await box.accept([capture('plain', { lane: 'a' })])

    expect(idsOf(await box.claim({ serves: (_origin, needs) => needs.length === 0 }))).toEqual([])
    expect(idsOf(await box.claim())).toEqual(['plain'])
  })

  it('makes one probe to an origin that rests, and remembers when', async () => {
    const box = await outboxWith('a', 'b')
    await box.write(async (tx) => tx.put('origins', { ...healthyOrigin(origin), rest: { kind: 'away' } }))

    expect(await box.claim({ now: 1e9, probe: 'none' })).toEqual([])
    expect(await box.claim({ now: 1e9, probe: 'signal' })).toHaveLength(1)
    expect((await box.origin())?.probedAt).toBe(1e9)
    expect(await box.claim({ now: 1e9, probe: 'signal', inFlight: [origin] })).toEqual([])
  })

  it.each([
    ['in the millisecond of the last one', 1e9],
    ['after the clock was set back', 1e9 - 86_400_000],
  ])('makes the next probe %s', async (_when, now) => {
    const box = await outboxWith('a', 'b')
    const away = { ...healthyOrigin(origin), rest: { kind: 'away' }, probedAt: 1e9 } as const
    await box.write(async (tx) => tx.put('origins', away))

    expect(idsOf(await box.claim({ now, probe: 'signal' }))).toEqual(['a1'])
  })

  describe('leaves alone', () => {
    it('P11 a row of a newer release and the lane behind it, and goes on with the other lanes', async () => {
      const box = await outboxWith('x', 'y')
      const newer = waiting({ seq: 0, id: 'newer', lane: 'z', version: entryVersion + 1, notBefore: -1 })
      await box.write(async (tx) => tx.put('entries', newer))

      expect(idsOf(await box.claim({ concurrencyMax: 1 }))).toEqual(['x1'])
      expect((await box.contents()).entries[0]).toEqual(newer)
    })

    it.each([
      'https://evil.example/like',
      'https://o.example.evil/like',
      'https://o.example@evil.example/',
      'javascript:0',
      '//o.example/',
    ])('a row that somebody planted to send to %s over a channel that is allowed', async (url) => {
      const box = await outboxWith('x')
      const { request } = capture('')
      await box.write(async (tx) =>
        tx.put('entries', waiting({ seq: 0, id: 'planted', lane: 'z', request: { ...request, url } })),
      )

      expect(idsOf(await box.claim())).toEqual(['x1'])
    })

    it('a row whose columns belie it: one that is due and is no head', async () => {
      const box = await outboxWith('x')
      await box.write(async (tx) =>
        tx.put('entries', { ...waiting({ seq: 0, id: 'bent', head: false }), dueAt: 0 }),
      )

      expect(idsOf(await box.claim())).toEqual(['x1'])
    })
  })
})
