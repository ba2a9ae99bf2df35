// The app's functions for headers throw for some entries. All that they can tell is of those entries.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { captureFor } from '../fixtures/server.fixture.js'
import { createExecutorWorld, rowsOf } from '../fixtures/world.fixture.js'
import { channelOf, lateHeaders } from '../outbox/delivery-requirements.js'

const origin = 'https://o.example'
const hour = 3_600_000

interface Given {
  readonly isBad: (lane: string) => boolean
  /** Whether the network is there, after so much time. */
  readonly isThere?: (passedMs: number) => boolean
  readonly failuresMax?: number
}

/** Where an actor's headers throw for bad lanes. Tells what was sent, and after how long. */
async function worldOf({ isBad, isThere = () => true, failuresMax = 60 }: Given) {
  const sent: { lane: string; at: number }[] = []
  let asked = 0
  const passed = (): number => world.clock.now() - start
  const laneOf = (url: string) => url.split('/').at(3) ?? ''
  const world = await createExecutorWorld({
    limits: { failuresMax },
    knock: async () => (isThere(passed()) ? 200 : undefined),
    async send({ request: { url, headers } }) {
      if (!isThere(passed())) return { kind: 'failed', timedOut: false }
      sent.push({ lane: laneOf(url), at: passed() })
      const key = headers.find(([name]) => name === 'idempotency-key')?.[1] ?? ''
      return {
        kind: 'answer',
        status: 200,
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: '{}',
      }
    },
  })
  const start = world.clock.now()
  const actor = world.start({
    prepare: async ({ url, headers }) => {
      asked += 1
      if (isBad(laneOf(url))) throw new Error(`no header for ${laneOf(url)}`)
      return headers
    },
  })
  const accept = async (lane: string, channel = origin) => {
    await world.accept([captureFor(lane, lane, { channel })])
    actor.poke('capture')
  }
  return { world, actor, sent, accept, asked: () => asked }
}
const bound = channelOf(origin, [lateHeaders])
const isBad = (lane: string) => lane.startsWith('bad')

describe('lanes of one origin beside those whose headers throw', () => {
  const story = fc.record({
    bad: fc.integer({ min: 1, max: 25 }),
    /** When each healthy one comes, in seconds, and whether its route has headers too. */
    healthy: fc.array(fc.record({ at: fc.nat({ max: 120 }), isBound: fc.boolean() }), {
      minLength: 1,
      maxLength: 9,
    }),
    badIsBound: fc.boolean(),
    badFirst: fc.boolean(),
    awayFor: fc.constantFrom(0, 0, 40_000),
  })

  it('are delivered as without those, however many throw', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ bad, healthy, badIsBound, badFirst, awayFor }) => {
        const play = async (badOnes: number) => {
          const { world, actor, sent, accept } = await worldOf({ isBad, isThere: (ms) => ms >= awayFor })
          const acceptBad = async () => {
            // From the third lane on the app's own function throws for all, as far as anybody can tell.
            const lanes = badIsBound ? badOnes : Math.min(badOnes, 2)
            for (let i = 0; i < lanes; i++) await accept(`bad${i}`, badIsBound ? bound : origin)
          }
          if (badFirst) await acceptBad()
          for (const [i, { at, isBound }] of healthy.entries())
            world.after(at * 1_000, () => void accept(`good${i}`, isBound ? bound : origin))
          if (!badFirst) world.after(121_000, () => void acceptBad())
          actor.poke('signal')
          await world.run(awayFor)
          actor.poke('signal')
          await world.run(200_000)
          return new Map(sent.map(({ lane, at }) => [lane, at]))
        }
        const without = await play(0)
        const beside = await play(bad)

        expect([...beside.keys()].sort()).toEqual(healthy.map((_, i) => `good${i}`).sort())
        for (const [lane, at] of beside) expect(at - (without.get(lane) ?? 0)).toBeLessThanOrEqual(2_500)
      }),
      { seed: 5, numRuns: 12 },
    )
  })

  it.each([
    ['one', 1],
    ['twenty', 20],
    ['fifty', 50],
  ])('are sent within seconds where %s of another channel threw first, also later', async (_name, bad) => {
    const { world, actor, sent, accept } = await worldOf({ isBad, failuresMax: 1e6 })
    for (let i = 0; i < bad; i++) await accept(`bad${i}`, bound)
    actor.poke('signal')
    await world.run(hour / 4)
    expect(sent).toEqual([])

    await accept('good')
    await world.run(10_000)

    expect(sent.map(({ lane }) => lane)).toEqual(['good'])
  })
})

describe('an entry whose headers throw', () => {
  it.each([
    ['a route’s', bound, 60],
    ['the app’s', origin, 60],
    ['a route’s, with few tries,', bound, 2],
  ])(
    'by %s function is returned in the end as invalidRequest, with the error, never sent',
    async (_whose, channel, failuresMax) => {
      const { world, sent, accept } = await worldOf({ isBad, failuresMax })
      await accept('bad', channel)

      await world.run(5 * hour)

      const { entries, letters } = await rowsOf(world)
      expect(entries).toEqual([])
      expect(letters).toMatchObject([
        {
          reason: 'invalidRequest',
          problem: 'Error: no header for bad',
          attempts: 0,
          effect: 'none',
        },
      ])
      expect(sent).toEqual([])
      expect(world.reports).toHaveLength(failuresMax)
    },
  )

  it.each([9, 3, 1])(
    'waits over hours without a network where %i lanes do, and is sent after it',
    async (lanes) => {
      const { world, actor, sent, accept } = await worldOf({
        isBad: () => world.clock.now() - begun < 2 * hour,
        isThere: (ms) => ms >= 2 * hour,
        failuresMax: 3,
      })
      const begun = world.clock.now()
      for (let i = 0; i < lanes; i++) await accept(`lane${i}`)
      actor.poke('signal')
      await world.run(2 * hour)
      actor.poke('signal')
      await world.run(60_000)

      expect(sent).toHaveLength(lanes)
      expect((await rowsOf(world)).letters).toEqual([])
    },
  )

  it('P9 asks for few of a thousand at a time where each throws', async () => {
    const { world, actor, asked } = await worldOf({ isBad: () => true, failuresMax: 1e6 })
    await world.accept(Array.from({ length: 1_000 }, (_, i) => captureFor(`${i}`, `${i}`)))
    actor.poke('signal')
    await world.run(10_000)

    // Twenty for each wake-up, which come every two seconds, and those that are in flight by then.
    expect(asked()).toBeLessThan(250)
  })
})
