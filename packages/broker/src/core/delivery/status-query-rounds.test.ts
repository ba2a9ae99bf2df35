// Questions that a round leaves open are asked again, whatever ends the round.
import { describe, expect, it } from 'vitest'
import { captureTo, doubting } from '../fixtures/doubt.fixture.js'
import { done, statusReply, told } from '../fixtures/status-query.fixture.js'
import { type ActorWire, createExecutorWorld, rowsOf } from '../fixtures/world.fixture.js'
import { keySpan } from '../rows/key-spans.js'

const second = 1_000
const minuteMs = 60_000

describe('an answer that cannot be written down', () => {
  it.each([
    ['done', done(201), 1],
    ['done, and the disk takes nothing for a while', done(201), 20],
    ['refused', done(422), 1],
    ['refused, twice', done(422), 2],
    ['never seen', told('unknown'), 1],
    ['never seen, three times', told('unknown'), 3],
  ])('P3 is asked for again by backoff, and the lane goes on: %s', async (_what, reply, failures) => {
    let left = failures
    const { world, asked, sent, mend } = await doubting(() => {
      mend()
      if (left-- > 0) world.breakStore(true)
      world.after(10, () => world.breakStore(false))
      return reply
    })
    world.start().poke('capture')
    await world.run(120 * minuteMs)

    expect((await rowsOf(world)).entries).toEqual([])
    expect(sent).toContain('x/1')
    expect(asked).toHaveLength(failures + 1)
    expect(world.reports).not.toEqual([])
  })

  it('P6 is asked for again where the session was another user’s when it came', async () => {
    let whenAsked = async () => {}
    const { world, asked, signIn } = await doubting(() => {
      void whenAsked()
      return done(200)
    })
    whenAsked = async () => {
      whenAsked = async () => {}
      await signIn('bob')
    }
    const actor = world.start()
    actor.poke('capture')
    await world.run(10 * second)
    expect(asked).toHaveLength(1)
    await signIn()
    actor.poke('capture')
    await world.run(10 * minuteMs)

    expect((await rowsOf(world)).entries).toEqual([])
    expect(asked).toHaveLength(2)
  })

  it('is not asked for again where it was written down and leaves the doubt to a person', async () => {
    const { world, asked } = await doubting(() => told('expired'))
    world.start().poke('capture')
    await world.run(120 * minuteMs)

    expect(asked).toHaveLength(1)
  })
})

describe('a doubt that comes while another waits for its next question', () => {
  /** `x` is answered so as long as it is asked; `y` becomes in doubt later. */
  async function twoDoubts(reply: () => ReturnType<typeof statusReply>, atMs: number) {
    const asked: (readonly [at: number, key: string])[] = []
    const send = async ({ request: { url, method } }: ActorWire) => {
      if (method !== 'GET') return { kind: 'cut', status: 200 } as const
      const key = url.slice(-1)
      asked.push([world.clock.monotonic() - began, key])
      return key === 'x' ? reply() : done(200)
    }
    const world = await createExecutorWorld({ send, app: { statusQuery: 'https://o.example/keys/:key' } })
    const began = world.clock.monotonic()
    const actor = world.start()
    await world.accept([captureTo('x', 'x')])
    actor.poke('capture')
    world.after(atMs, async () => {
      await world.accept([captureTo('y', 'y')])
      actor.poke('capture')
    })
    await world.run(atMs + 5 * minuteMs)
    return { world, askedOf: (key: string) => asked.flatMap(([at, of]) => (of === key ? [at] : [])) }
  }

  it.each([1_100, 9_000, 14_000, 31_000, 58_000, 90_000])(
    'P3 is asked about at once, and the other by its backoff: %i ms later',
    async (atMs) => {
      const replies = { 'in progress': told('in-progress'), '404': statusReply(404), '503': statusReply(503) }
      for (const [what, reply] of Object.entries(replies)) {
        const { askedOf } = await twoDoubts(() => reply, atMs)

        expect(askedOf('y'), what).toHaveLength(1)
        expect(askedOf('y')[0], what).toBeLessThan(atMs + second)
        expect(askedOf('x').length, what).toBeGreaterThan(4)
        expect(askedOf('x').length, what).toBeLessThan(20)
      }
    },
  )
})

describe('a drain whose storage fails while questions are open', () => {
  it.each([
    ['at once', 0],
    ['after a second', second],
    ['after five', 5 * second],
    ['after five, and the server was away', 5 * second, statusReply(503)],
    ['after two minutes', 120 * second, statusReply(404)],
  ])('P3 leaves them to a later one: %s', async (_what, afterMs, reply = told('in-progress')) => {
    let healed = false
    const { world } = await doubting(() => (healed ? done(200) : reply))
    world.start().poke('capture')
    await world.run(afterMs)
    world.breakStore(true)
    await world.run(20 * second)
    world.breakStore(false)
    healed = true
    await world.run(10 * minuteMs)

    expect((await rowsOf(world)).entries).toEqual([])
  })
})

describe('a doubt behind many others that stay', () => {
  it.each([
    ['210 whose key is expired', 210, told('expired'), true],
    ['210 that were found expired before', 210, told('expired'), false],
    ['450 whose key is expired', 450, told('expired'), true],
    ['205 that a 404 answers', 205, statusReply(404), true],
    ['2,300 that were found expired before', 2_300, told('expired'), false],
  ])('P3 is asked about, and its lane goes on: %s', async (_what, others, reply, isNew) => {
    const lanes = Array.from({ length: others + 3 }, (_, i) => `lane${i}`)
    const numberOf = (wire?: ActorWire) => Number(wire?.request.url.split('key-')[1])
    const doubted = await doubting(() => (numberOf(doubted.asked.at(-1)) >= others ? done(200) : reply), {
      lanes,
    })
    const { world } = doubted
    const entriesOf = () =>
      world.store.transact('readonly', 'relaxed', (tx) => tx.list(keySpan('entries', ['p']), 9_999))
    const entries = await entriesOf()
    await world.store.transact('readwrite', 'strict', async (tx) => {
      for (const { dueAt: _dueAt, ...row } of entries) {
        const trouble = !isNew && Number(row.id) < others && { reason: 'keyExpired', at: 0, times: 1 }
        const doubt = { ...row, state: 'inDoubt', unsure: 'inDoubt', effect: 'unknown' }
        tx.put('entries', { ...doubt, ...(trouble && { trouble }) } as never)
      }
    })
    world.start().poke('signal')
    await world.run(5 * second)

    expect(await entriesOf()).toHaveLength(others)
  })
})
