// The app's `prepareHeaders` throws for all, as while a token server is down. One entry asks it again for all.
import { describe, expect, it } from 'vitest'
import { captureFor } from '../fixtures/server.fixture.js'
import { createExecutorWorld, rowsOf } from '../fixtures/world.fixture.js'
import { PrepareHeadersError } from '../network/invalid-request.js'
import { channelOf, lateHeaders } from '../outbox/delivery-requirements.js'

const origin = 'https://o.example'
const other = 'https://p.example'
const minute = 60_000
const bound = channelOf(origin, [lateHeaders])

interface Given {
  /** Whether the function throws for a URL, after so much time. */
  readonly throws: (url: string, passedMs: number) => boolean
  readonly failuresMax?: number
}

async function worldOf({ throws, failuresMax = 60 }: Given) {
  const sent: { url: string; at: number }[] = []
  const asked: { url: string; at: number }[] = []
  const world = await createExecutorWorld({
    limits: { failuresMax },
    async send({ request: { url, headers } }) {
      sent.push({ url, at: passed() })
      const key = headers.find(([name]) => name === 'idempotency-key')?.[1] ?? ''
      const about = { 'content-type': 'application/json', 'idempotency-key': key }
      return { kind: 'answer', status: 200, headers: about, body: '{}' }
    },
  })
  const start = world.clock.now()
  const passed = () => world.clock.now() - start
  const actor = world.start({
    prepare: async ({ url, headers }) => {
      asked.push({ url, at: passed() })
      if (throws(url, passed())) throw new PrepareHeadersError('no token')
      return headers
    },
  })
  const accept = async (lanes: readonly string[], channel = origin) => {
    const [name = ''] = channel.split(' ')
    const request = (lane: string) => ({ url: `${name}/${lane}`, method: 'PUT', headers: [], body: '{}' })
    await world.accept(lanes.map((lane) => captureFor(lane, lane, { channel, request: request(lane) })))
    actor.poke('capture')
  }
  const askedFrom = (from: number, to: number) => asked.filter(({ at }) => at >= from && at < to).length
  return { world, actor, sent, accept, askedFrom, passed }
}

const lanesOf = (count: number) => Array.from({ length: count }, (_, i) => `lane${i}`)

describe('while `prepareHeaders` throws', () => {
  it.each([
    [1, origin],
    [2, origin],
    [7, bound],
    [30, origin],
    [300, origin],
    [300, bound],
  ])('P9 one entry asks it at a time, of %i lanes in %s', async (count, channel) => {
    const { world, accept, askedFrom } = await worldOf({ throws: () => true })
    await accept(lanesOf(count), channel)
    await world.run(20 * minute)

    expect(askedFrom(0, minute)).toBeLessThanOrEqual(18)
    for (let i = 1; i < 20; i++) expect(askedFrom(i * minute, (i + 1) * minute)).toBeLessThanOrEqual(7)
    expect(askedFrom(0, 20 * minute)).toBeLessThan(120)
    expect((await rowsOf(world)).letters).toEqual([])
  })

  it.each([
    [3, 3],
    [7, 20],
    [30, 20],
    [300, 61],
    [50, 1],
  ])(
    '%i lanes rest, and all go on together as soon as it works again, after %i minutes',
    async (count, minutes) => {
      const { world, sent, accept } = await worldOf({ throws: (_url, ms) => ms < minutes * minute })
      await accept(lanesOf(count))
      await world.run((minutes + 1) * minute)

      expect(sent).toHaveLength(count)
      const times = sent.map(({ at }) => at - minutes * minute)
      expect(Math.min(...times)).toBeLessThanOrEqual(15_500)
      expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(1_000)
    },
  )

  it.each(['capture', 'signal'] as const)('it is asked again at once at a %s', async (why) => {
    const { world, actor, sent, accept, passed } = await worldOf({ throws: (_url, ms) => ms < 10 * minute })
    await accept(lanesOf(40))
    await world.run(10 * minute)
    // The clock stands at the last event.
    world.after(10 * minute + 2_100 - passed(), () =>
      why === 'capture' ? void accept(['tapped']) : actor.poke(why),
    )
    await world.run(20_000)

    expect((await rowsOf(world)).entries).toEqual([])
    expect(Math.max(...sent.map(({ at }) => at))).toBeLessThanOrEqual(10 * minute + 3_200)
  })

  it('it is asked once at a time where it hangs', async () => {
    const world = await createExecutorWorld({
      send: async () => ({ kind: 'failed', timedOut: false }),
    })
    let asked = 0
    const actor = world.start({
      prepare: () => {
        asked += 1
        return new Promise(() => {})
      },
    })
    await world.accept(lanesOf(50).map((lane) => captureFor(lane, lane)))
    actor.poke('signal')
    for (let i = 0; i < 100; i++) {
      actor.poke('signal')
      await world.run(3_000)
    }

    // Six at first, which end after 30 s. From then on one each 30 s.
    expect(asked).toBeLessThanOrEqual(6 + 10)
  })

  it.each([
    ['a channel of its own', bound],
    ['the same channel', origin],
  ])('for some lanes alone, a tap of another lane in %s leaves first', async (_where, channel) => {
    const { world, sent, accept } = await worldOf({ throws: (url) => url.includes('lane') })
    await accept(lanesOf(25))
    for (let i = 0; i < 5; i++) {
      world.after(5 * minute + 1, () => void accept([`good${i}`], channel))
      await world.run(5 * minute + 15_500)
      expect(sent.map(({ url }) => url)).toEqual(lanesOf(i + 1).map((_, at) => `${origin}/good${at}`))
    }
  })

  it.each([5, 60, 300])(
    'for one origin alone, entries of others leave at once, beside %i lanes',
    async (count) => {
      const { world, sent, accept, askedFrom } = await worldOf({ throws: (url) => url.startsWith(other) })
      await accept(lanesOf(count), other)
      await world.run(minute)
      for (let i = 0; i < 10; i++) {
        await accept([`good${i}`])
        await world.run(10)
        expect(sent).toHaveLength(i + 1)
        await world.run(10_000)
      }

      expect(askedFrom(minute, 2 * minute)).toBeLessThanOrEqual(16)
    },
  )

  it('for all origins, each of them is tried as soon as it works for one', async () => {
    const { world, sent, accept } = await worldOf({ throws: (_url, ms) => ms < 10 * minute })
    await accept(lanesOf(9))
    await world.run(7_000)
    await accept(lanesOf(9), other)
    await world.run(11 * minute)

    const times = sent.map(({ at }) => at)
    expect(times).toHaveLength(18)
    expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(3_000)
  })

  it.each([3, 9, 20])(
    'each of %i lanes is returned in the end, unsent, and not sooner than by its backoff',
    async (count) => {
      const { world, sent, accept } = await worldOf({ throws: () => true, failuresMax: 10 })
      await accept(lanesOf(count))
      // The mean waits between ten tries are 255 s together.
      await world.run(250_000)
      expect((await rowsOf(world)).letters).toEqual([])

      await world.run(60 * minute)
      const { entries, letters } = await rowsOf(world)
      expect(entries).toEqual([])
      expect(letters.map(({ reason, attempts, effect }) => [reason, attempts, effect])).toEqual(
        letters.map(() => ['invalidRequest', 0, 'none']),
      )
      expect(letters).toHaveLength(count)
      expect(sent).toEqual([])
    },
  )

  it.each([1, 2])('for %i of 52 lanes, the others arrive as without it', async (bad) => {
    const play = async (isThrowing: boolean, afterMs: number) => {
      const { world, sent, accept } = await worldOf({ throws: (url) => isThrowing && url.includes('bad') })
      await accept(lanesOf(bad).map((lane) => `bad${lane}`))
      await world.run(1)
      for (let i = 0; i < 50; i++) world.after(i * afterMs, () => void accept([`good${i}`]))
      await world.run(50 * afterMs + minute)
      return new Map(sent.filter(({ url }) => url.includes('good')).map(({ url, at }) => [url, at]))
    }
    for (const afterMs of [0, 700, 5_000]) {
      const without = await play(false, afterMs)
      const beside = await play(true, afterMs)
      expect(beside.size).toBe(50)
      for (const [url, at] of beside) expect(at - (without.get(url) ?? 0)).toBeLessThanOrEqual(2_000)
    }
  })
})
