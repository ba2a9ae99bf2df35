// P8 holds for any behaviour of the network, in any order. Every frame shows the server's value with
// exactly the pending changes on top.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Id, openPosts, type ShownPosts, type WorldWay } from '../fixtures/write-barrier.fixture.js'

const ids = ['a', 'b'] as const

const way: fc.Arbitrary<WorldWay> = fc.record({
  thereMs: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 40_000 })),
  backMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 40_000 })),
  fate: fc.constantFrom('ok', 'ok', 'ok', 'answerLost', 'lost', 'busy'),
})
const good: WorldWay = { thereMs: 20, backMs: 20, fate: 'ok' }

const steps = [
  'clap',
  'clap',
  'heart',
  'unheart',
  'load',
  'load',
  'load',
  'somebody else claps',
  'other tab claps',
  'other tab loads',
  'reload',
  'offline',
  'online',
] as const

const step = fc.record({
  what: fc.constantFrom(...steps),
  id: fc.constantFrom(...ids),
  afterMs: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 8_000 })),
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** A page shows all of its own changes, no more of others than there is, and never less again. */
function createWatch(done: Readonly<Record<Id, { here: number; elsewhere: number; heart: boolean }>>) {
  const before = { a: 0, b: 0 }
  return (shown: ShownPosts) => {
    for (const id of ids) {
      const { claps, hearted, isLoaded } = shown[id]
      const { here, elsewhere, heart } = done[id]
      if (!isLoaded) continue
      expect(claps).toBeGreaterThanOrEqual(Math.max(before[id], here))
      expect(claps).toBeLessThanOrEqual(here + elsewhere)
      expect(hearted).toBe(heart)
      before[id] = claps
    }
  }
}

async function run(given: readonly Step[], ways: readonly WorldWay[]): Promise<void> {
  const coming = [...ways]
  const { world, server, openTab } = openPosts(() => coming.shift() ?? good)
  const nothing = { here: 0, elsewhere: 0, heart: false }
  const done = { a: { ...nothing }, b: { ...nothing } }
  const errors: unknown[] = []
  const open = () => {
    const watch = createWatch(done)
    return openTab((shown) => {
      try {
        watch(shown)
      } catch (error) {
        errors.push(error)
      }
    })
  }
  let here = open()
  const other = openTab(() => {})

  for (const { what, id, afterMs } of given) {
    await world.clock.advance(afterMs)
    if (what === 'clap') {
      done[id].here += 1
      here.clap(id)
    } else if (what === 'heart' || what === 'unheart') {
      done[id].heart = what === 'heart'
      here.heart(id, done[id].heart)
    } else if (what === 'load') here.load(id)
    else if (what === 'other tab loads') other.load(id)
    else if (what === 'somebody else claps') {
      done[id].elsewhere += 1
      server[id].claps += 1
    } else if (what === 'other tab claps') {
      done[id].elsewhere += 1
      other.clap(id)
    } else if (what === 'reload') {
      await world.settle()
      here.tab.crash()
      here = open()
    } else world.setOnline(what === 'online')
  }

  coming.length = 0
  world.setOnline(true)
  await world.clock.advance(3_600_000)
  for (const id of ids) here.load(id)
  await world.clock.advance(60_000)
  if (errors.length > 0) throw errors[0]
  for (const id of ids) {
    const { here: own, elsewhere, heart } = done[id]
    expect(server[id]).toEqual({ claps: own + elsewhere, hearted: heart })
    expect(here.posts()[id]).toMatchObject(server[id])
  }
  expect(world.reports).toEqual([])
}

describe('P8 counters and hearts', () => {
  it('are right in every frame, for any outcomes of writes and reads', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.array(way, { maxLength: 40 }), run),
      { numRuns: 100 },
    )
  })
})
