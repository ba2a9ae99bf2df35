// Each drain comes to its end, whatever its questions and its uploads do, and what it left over is done by the next.
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { captureTo } from '../fixtures/doubt.fixture.js'
import { done, lostReply, statusReply, told } from '../fixtures/status-query.fixture.js'
import { type ActorWire, createExecutorWorld, type ExecutorWorld, rowsOf } from '../fixtures/world.fixture.js'
import type { Reply } from '../network/network.js'
import type { WakeReason } from '../outcomes/circuit-breaker.js'
import type { DrainContext } from './drain.js'

/** By how much each drain since the last look was over its time when it ended. */
let over: number[] = []
vi.mock('./drain.js', async (original) => {
  const { drain } = await original<typeof import('./drain.js')>()
  const timed = async (context: DrainContext) => {
    await drain(context)
    over.push(context.ports.clock.monotonic() - context.until)
  }
  return { drain: timed }
})

const second = 1_000
/** The longest of the answers to questions, as a timeout cuts them off. */
const hangMs = 30 * second

const words = {
  '503': [statusReply(503), 0],
  '404': [statusReply(404), 0],
  'slow 404': [statusReply(404), 20 * second],
  'slow 503': [statusReply(503), 20 * second],
  429: [statusReply(429, {}, { 'retry-after': '7' }), 100],
  silence: [lostReply, 0],
  hang: [{ kind: 'failed', timedOut: true }, hangMs],
  'in progress': [told('in-progress'), 100],
  expired: [told('expired'), 100],
  unknown: [told('unknown'), 100],
  done: [done(200), 5 * second],
} as const satisfies Record<string, readonly [Reply, number]>
type Word = keyof typeof words

interface Story {
  readonly seed: number
  readonly doubts: number
  /** The answers to the questions, one after the other and from the front again. */
  readonly words: readonly Word[]
  /** How long each upload takes, each in a lane of its own. */
  readonly uploads: readonly number[]
  readonly wakes: readonly { readonly atMs: number; readonly probe: WakeReason }[]
  /** When somebody does something more. */
  readonly tapMs: number
}

/** A loop without a pause ends here: each pass reads which channels are served. */
const passesMax = 10_000

const untilQuiet = async (world: ExecutorWorld, ms: number) => {
  world.after(ms, () => {})
  await world.run(ms)
}

async function play({ seed, doubts, words: said, uploads, wakes, tapMs }: Story) {
  over = []
  let passes = 0
  let questions = 0
  let healed = false
  const sent: string[] = []
  const after = (world: ExecutorWorld, ms: number, reply: Reply) =>
    new Promise<Reply>((resolve) => world.after(ms, () => resolve(reply)))
  const send = async ({ request: { url, method } }: ActorWire, world: ExecutorWorld) => {
    if (method === 'GET') {
      const [reply, ms] = healed ? words.done : words[said[questions++ % said.length] ?? 'done']
      return after(world, ms, reply)
    }
    const [, , , what = '', id = ''] = url.split('/')
    sent.push(id)
    if (what === 'pay' && !healed) return { kind: 'cut', status: 200 } as const
    return after(world, what === 'upload' ? (uploads[Number(id.slice(1))] ?? 0) : 0, statusReply(200))
  }
  const world = await createExecutorWorld({
    seed,
    send,
    limits: { failuresMax: 1e6 },
    app: { statusQuery: 'https://o.example/keys/:key' },
  })
  const actor = world.start({
    serves: () => {
      if (++passes > passesMax) throw new Error('a loop without a pause')
      return true
    },
  })
  const to = (what: string, id: string) => {
    const { request, ...rest } = captureTo(id, id)
    return { ...rest, request: { ...request, url: `https://o.example/${what}/${id}` } }
  }
  await world.accept([
    ...Array.from({ length: doubts }, (_, i) => to('pay', `d${i}`)),
    ...uploads.map((_, i) => to('upload', `u${i}`)),
  ])
  actor.poke('capture')
  for (const { atMs, probe } of wakes) world.after(atMs, () => actor.poke(probe))
  await untilQuiet(world, tapMs)
  await world.accept([to('tap', 'later')])
  actor.poke('capture')
  return {
    world,
    sent,
    passes: () => passes,
    heal() {
      healed = true
    },
  }
}

/** At the end of its time a drain may have these in flight. */
const longestMs = ({ uploads }: Story) => Math.max(hangMs, ...uploads) + second
/** The drain of the tap is over its time at worst, and the next one sends it. */
const tapMsMax = (story: Story) => longestMs(story) + 3 * second

const upload100: Story = {
  seed: 4,
  doubts: 1,
  words: ['503'],
  uploads: [100 * second],
  wakes: [],
  tapMs: 80 * second,
}

describe('a drain that is over its time while an upload still goes on', () => {
  it.each<[string, Partial<Story>]>([
    ['one doubt whose server says 503', {}],
    ['another seed', { seed: 5 }],
    ['a third seed', { seed: 7 }],
    ['three doubts and a 404 after 20 s each', { doubts: 3, words: ['slow 404'], uploads: [] }],
    ['three doubts and a 404 after 20 s each, and an upload', { doubts: 3, words: ['slow 404'] }],
    ['questions that hang', { doubts: 2, words: ['hang'] }],
    ['a server in progress', { doubts: 2, words: ['in progress'] }],
    ['silence', { doubts: 3, words: ['silence'] }],
    [
      'a signal every few seconds',
      { wakes: [62, 65, 70, 85, 95].map((s) => ({ atMs: s * second, probe: 'signal' })) },
    ],
    ['a doubt that comes after its time', { doubts: 3, words: ['unknown', '503'] }],
    ['two uploads', { uploads: [55 * second, 90 * second] }],
  ])(
    'P3 comes to its end, asks nothing meanwhile, and a tap is delivered by the next: %s',
    async (_what, given) => {
      const story = { ...upload100, ...given }
      const { world, sent, passes, heal } = await play(story)
      await untilQuiet(world, tapMsMax(story))

      expect(sent).toContain('later')
      expect(Math.max(...over)).toBeLessThanOrEqual(longestMs(story))
      expect(passes()).toBeLessThan(600)

      heal()
      await untilQuiet(world, 700 * second)
      expect((await rowsOf(world)).entries).toEqual([])
      expect(world.reports).toEqual([])
    },
  )

  it('leaves a wake-up to the next drain, which tries at once what seemed away', async () => {
    const story: Story = { ...upload100, doubts: 0, wakes: [] }
    const { world, sent } = await play(story)
    await untilQuiet(world, 20 * second + 1)

    expect(sent).toEqual(['u0', 'later'])
  })
})

const story: fc.Arbitrary<Story> = fc.record({
  seed: fc.integer(),
  doubts: fc.nat({ max: 4 }),
  words: fc.array(fc.constantFrom(...(Object.keys(words) as Word[])), { minLength: 1, maxLength: 5 }),
  uploads: fc.array(fc.integer({ min: 0, max: 120 * second }), { maxLength: 4 }),
  wakes: fc.array(
    fc.record({
      atMs: fc.nat({ max: 200 * second }),
      probe: fc.constantFrom<WakeReason>('none', 'slowTimer', 'timer', 'capture', 'signal'),
    }),
    { maxLength: 8 },
  ),
  tapMs: fc.integer({ min: 1, max: 200 * second }),
})

describe('any drain', () => {
  it('P3 ends within its time and the longest attempt, and a tap is delivered by it or by the next', async () => {
    let overtime = 0
    await fc.assert(
      fc.asyncProperty(story, async (given) => {
        const { world, sent, passes, heal } = await play(given)
        await untilQuiet(world, tapMsMax(given))

        expect(sent).toContain('later')
        expect(Math.max(...over)).toBeLessThanOrEqual(longestMs(given))
        expect(passes()).toBeLessThan(2_000)
        if (over.some((ms) => ms > 0)) overtime += 1

        heal()
        await untilQuiet(world, 700 * second)
        const { entries } = await rowsOf(world)
        expect(entries.filter(({ trouble }) => trouble?.reason !== 'keyExpired')).toEqual([])
        expect(world.reports).toEqual([])
      }),
      { seed: 60, numRuns: 100 },
    )
    // A case that never happened proves nothing.
    expect(overtime).toBeGreaterThan(30)
  })
})
