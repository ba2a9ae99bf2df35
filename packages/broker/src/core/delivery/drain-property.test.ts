// The main promise, under random failures and deaths: each effect exactly once, in the order of its lane, nothing lost.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  captureFor,
  createServer,
  type Fate,
  fates,
  type Server,
  statusQuery,
} from '../fixtures/server.fixture.js'
import { createExecutorWorld, type ExecutorWorld, rowsOf, stealsOf } from '../fixtures/world.fixture.js'
import type { AppSettings } from '../rows/rows.js'

interface Story {
  readonly seed: number
  readonly locks: boolean
  readonly chaosMs: number
  readonly entries: readonly { readonly lane: string; readonly refused: boolean; readonly atMs: number }[]
  /** How many steps each actor lives, and when it is born. */
  readonly lives: readonly { readonly steps: number; readonly atMs: number }[]
  /** When somebody freezes, and for how long. */
  readonly frosts: readonly { readonly atMs: number; readonly forMs: number }[]
}

const story: fc.Arbitrary<Story> = fc.record({
  seed: fc.integer(),
  locks: fc.boolean(),
  chaosMs: fc.integer({ min: 1_000, max: 240_000 }),
  entries: fc.array(
    fc.record({ lane: fc.constantFrom('x', 'y', 'z'), refused: fc.boolean(), atMs: fc.nat({ max: 60_000 }) }),
    { minLength: 1, maxLength: 9 },
  ),
  lives: fc.array(fc.record({ steps: fc.integer({ min: 1, max: 60 }), atMs: fc.nat({ max: 60_000 }) }), {
    maxLength: 4,
  }),
  frosts: fc.array(
    fc.record({ atMs: fc.nat({ max: 60_000 }), forMs: fc.integer({ min: 10_000, max: 600_000 }) }),
    { maxLength: 6 },
  ),
})

const hour = 3_600_000

/** Plays a story to its end: chaos, then a network and an executor that work, for as long as it may take. */
async function play(
  { seed, locks, chaosMs, entries, lives, frosts }: Story,
  server: Server,
  kind: 'idempotent' | 'plain',
  heal: () => void,
  app: AppSettings = {},
): Promise<ExecutorWorld> {
  const world = await createExecutorWorld({
    seed,
    locks,
    limits: { failuresMax: 1e6 },
    send: server.send,
    app,
  })
  for (const [i, { lane, refused, atMs }] of entries.entries())
    world.after(atMs, async () => {
      await world.accept([captureFor(`e${i}`, lane, { refused, server: kind })])
      for (const actor of world.actors) if (world.random() < 0.5) actor.poke('capture')
    })
  for (const { steps, atMs } of lives) world.after(atMs, () => world.start({ steps }).poke('signal'))
  for (const { atMs, forMs } of frosts) world.after(atMs, () => freezeOne(world, forMs))
  await world.run(Math.max(chaosMs, 60_001))
  heal()
  for (const actor of world.actors) actor.poke('signal')
  world.start().poke('signal')
  await world.run(4 * hour)
  return world
}

function freezeOne(world: ExecutorWorld, forMs: number): void {
  const awake = world.actors.filter((actor) => actor.isAwake())
  const one = awake[Math.floor(world.random() * awake.length)]
  one?.freeze()
  world.after(forMs, () => one?.thaw())
}

/** A server whose network fails as the dice of the world fall, until it is healed; it counts how it failed. */
function chaotic(kind: 'idempotent' | 'plain', seen: Map<string, number>) {
  let healed = false
  let random = () => 0
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1)
  const fateOf = (): Fate => {
    const fate = healed ? 'ok' : (fates[Math.floor(random() * fates.length)] ?? 'ok')
    count(fate)
    return fate
  }
  const server = createServer(fateOf, { honoursKeys: kind === 'idempotent' })
  const send: typeof server.send = (wire, world) => {
    random = world.random
    return server.send(wire, world)
  }
  const heal = () => {
    healed = true
  }
  return { server: { ...server, send }, heal, count }
}

const inOrder = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id).sort()
const lanes = ['x', 'y', 'z'] as const

describe('an outbox under random failures and deaths', () => {
  it('P2 resolves every doubt by asking, where the server knows what came of each key: one effect each', async () => {
    const seen = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(story, async (given) => {
        const { server, heal, count } = chaotic('idempotent', seen)
        const world = await play(given, server, 'plain', heal, { statusQuery })
        // An actor that died between a doubt and its question leaves the question to the next start.
        world.start().poke('signal')
        await world.run(hour)

        const { entries, letters, journal } = await rowsOf(world)
        const ids = (refused: boolean) =>
          given.entries.flatMap((entry, i) => (entry.refused === refused ? { id: `e${i}` } : []))
        const ended = journal.filter(({ kind }) => kind === 'delivered' || kind === 'confirmed')
        expect(server.faults).toEqual([])
        expect(world.reports).toEqual([])
        expect(entries).toEqual([])
        expect(inOrder(letters)).toEqual(inOrder(ids(true)))
        expect(inOrder(server.ledger)).toEqual(inOrder(ids(false)))
        expect(inOrder(ended.map(({ entryId: id }) => ({ id })))).toEqual(inOrder(ids(false)))
        for (const { kind } of journal) count(kind)
        if (server.questions() > 0) count('asked')
      }),
      { seed: 11, numRuns: 100 },
    )
    for (const what of ['asked', 'doubted', 'confirmed', 'requeued', 'returned'])
      expect(seen.get(what) ?? 0, what).toBeGreaterThan(10)
  })

  it('P1 P2 P3 P4 delivers each entry exactly once, in the order of its lane, or returns it', async () => {
    const seen = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(story, async (given) => {
        const { server, heal, count } = chaotic('idempotent', seen)
        const world = await play(given, server, 'idempotent', heal)

        const { entries, letters, journal } = await rowsOf(world)
        const ids = (refused: boolean) =>
          given.entries.flatMap((entry, i) => (entry.refused === refused ? { id: `e${i}` } : []))
        expect(server.faults).toEqual([])
        expect(world.reports).toEqual([])
        expect(entries).toEqual([])
        expect(inOrder(letters)).toEqual(inOrder(ids(true)))
        expect(inOrder(server.ledger)).toEqual(inOrder(ids(false)))
        expect(inOrder(journal.map(({ entryId: id }) => ({ id })))).toEqual(
          inOrder([...ids(true), ...ids(false)]),
        )
        for (const lane of lanes) {
          const delivered = journal.filter((row) => row.lane === lane && row.kind === 'delivered')
          const accepted = delivered.sort((a, b) => a.seq - b.seq).map(({ entryId }) => entryId)
          expect(server.ledger.filter((one) => one.lane === lane).map(({ id }) => id)).toEqual(accepted)
        }
        for (const actor of world.actors) if (!actor.isAlive()) count('death')
        for (let i = await stealsOf(world); i > 0; i--) count('steal')
      }),
      { seed: 9, numRuns: 150 },
    )
    // A case that never happened proves nothing.
    for (const what of [...fates, 'death', 'steal']) expect(seen.get(what) ?? 0, what).toBeGreaterThan(10)
  })

  it('P2 sends nothing twice to a server that knows no key: in doubt beats duplicate', async () => {
    const seen = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(story, async (given) => {
        const { server, heal, count } = chaotic('plain', seen)
        const world = await play(given, server, 'plain', heal)

        const { entries, letters, journal } = await rowsOf(world)
        const ended = [
          ...letters,
          ...journal.filter(({ kind }) => kind === 'delivered').map(({ entryId: id }) => ({ id })),
        ]
        const effects = server.ledger.map(({ id }) => id)
        expect(server.faults).toEqual([])
        expect(new Set(effects).size).toBe(effects.length)
        expect(inOrder([...entries, ...ended])).toEqual(
          inOrder(given.entries.map((_, i) => ({ id: `e${i}` }))),
        )
        // An entry that has not ended is in doubt, or waits behind one in doubt.
        const doubted = new Set(entries.flatMap(({ state, lane }) => (state === 'inDoubt' ? lane : [])))
        for (const { lane } of entries) expect(doubted).toContain(lane)
        if (doubted.size > 0) count('doubt')
      }),
      { seed: 10, numRuns: 100 },
    )
    expect(seen.get('doubt') ?? 0).toBeGreaterThan(10)
  })
})
