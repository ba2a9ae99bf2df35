// A request that must not be repeated is never sent a second time, under no schedule of failures. Behind a closed gate
// it is not sent at all.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Character } from '../fixtures/actor.fixture.js'
import { captureFor, createServer, type Fate, fates } from '../fixtures/server.fixture.js'
import { createExecutorWorld, type ExecutorWorld } from '../fixtures/world.fixture.js'
import type { Reply } from '../network/network.js'
import { readPartition } from '../outbox/partition.js'
import { maxKey } from '../rows/key-spans.js'

const hour = 3_600_000
const failed: Reply = { kind: 'failed', timedOut: false }
const rowsOf = ({ store }: ExecutorWorld) =>
  store.transact('readonly', 'relaxed', (tx) =>
    tx.list({ store: 'entries', from: ['p'], to: ['p', maxKey] }, 99),
  )
const waitingOf = async ({ store }: ExecutorWorld) =>
  (await store.transact('readonly', 'relaxed', (tx) => readPartition(tx, 'p'))).waiting

/** A gate that is open and closed for these spans in turn: closed, it lets nothing through and tells nothing. */
function gateOf(spansMs: readonly number[]) {
  const isOpenAt = (at: number) => {
    let left = at
    let isOpen = true
    for (const span of spansMs) {
      if (left < span) return isOpen
      left -= span
      isOpen = !isOpen
    }
    return true
  }
  return (world: ExecutorWorld) => isOpenAt(world.clock.now() - 1_000_000)
}

/** The lanes of its entries are their own, so that all of them could leave at once. */
const post = (i: number) => captureFor(`e${i}`, `lane${i}`, { server: 'plain' })

/** The app's function for the headers, which takes its time. */
const slowly =
  (world: ExecutorWorld, ms = 0): Character['prepare'] =>
  async ({ headers }) => {
    if (ms > 0) await new Promise<void>((done) => void world.after(ms, done))
    return [...headers]
  }

describe('a plain server behind a gate that closes and opens', () => {
  const story = fc.record({
    seed: fc.integer(),
    spansMs: fc.array(fc.integer({ min: 500, max: 90_000 }), { minLength: 1, maxLength: 8 }),
    entriesAtMs: fc.array(fc.nat({ max: 120_000 }), { minLength: 1, maxLength: 12 }),
    believes: fc.boolean(),
    deaths: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 3 }),
    headersMs: fc.option(fc.nat({ max: 25_000 }), { nil: undefined }),
  })

  it('gets no request twice, and what is in doubt was sent or its sender died as it left', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ seed, spansMs, entriesAtMs, believes, deaths, headersMs }) => {
        const server = createServer(() => 'ok', { honoursKeys: false })
        const isOpen = gateOf(spansMs)
        const arrived = new Map<string, number>()
        const left = new Set<string>()
        const world = await createExecutorWorld({
          seed,
          limits: { failuresMax: 1e6 },
          app: headersMs === undefined ? {} : { needs: ['prepareHeaders'] },
          isOnline: () => believes,
          knock: async (_url, w) => (isOpen(w) ? 200 : undefined),
          async send(wire, w) {
            const id = wire.request.url.split('/').at(-1) ?? ''
            left.add(id)
            if (!isOpen(w)) return failed
            arrived.set(id, (arrived.get(id) ?? 0) + 1)
            const reply = await server.send(wire, w)
            return isOpen(w) ? reply : failed
          },
        })
        for (const [i, atMs] of entriesAtMs.entries())
          world.after(atMs, async () => {
            await world.accept([post(i)])
            for (const actor of world.actors) actor.poke('capture')
          })
        const prepare = slowly(world, headersMs)
        for (const steps of deaths) world.start({ steps, prepare }).poke('signal')
        world.start({ prepare }).poke('signal')
        await world.run(2 * hour)

        expect([...arrived.values()].every((times) => times === 1)).toBe(true)
        const doubts = (await rowsOf(world)).filter(({ state }) => state === 'inDoubt')
        // Executors that died between the note that the request leaves and the request itself.
        expect(doubts.filter(({ id }) => !left.has(id)).length).toBeLessThanOrEqual(deaths.length)
        expect(server.ledger.length).toBe(arrived.size)
        expect((await waitingOf(world)) - doubts.length).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  it('closed from the start, gets nothing, has nothing in doubt and no attempt counted; open, gets all of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ seed: fc.integer(), believes: fc.boolean() }),
        async ({ seed, believes }) => {
          const server = createServer(() => 'ok', { honoursKeys: false })
          let isOpen = false
          let sends = 0
          let knocks = 0
          const world = await createExecutorWorld({
            seed,
            isOnline: () => believes,
            async knock() {
              knocks += 1
              return isOpen ? 404 : undefined
            },
            send(wire, w) {
              sends += 1
              return server.send(wire, w)
            },
          })
          const actor = world.start()
          await world.accept(Array.from({ length: 20 }, (_, i) => post(i)))
          actor.poke('signal')
          await world.run(60_000)

          const rows = await rowsOf(world)
          expect(sends).toBe(0)
          expect(knocks).toBeLessThanOrEqual(6)
          expect(
            rows.map(({ state, attempts, failures, effect }) => [state, attempts, failures, effect]),
          ).toEqual(rows.map(() => ['waiting', 0, 0, 'none']))

          isOpen = true
          await world.run(60_000)
          expect(server.ledger).toHaveLength(20)
          expect(await waitingOf(world)).toBe(0)
        },
      ),
      { numRuns: 20 },
    )
  })
})

it('a plain server gets no request twice, whatever becomes of each and whatever the browser believes', async () => {
  // A server that says that it did nothing, or that has answered, may be asked again.
  const silent: readonly Fate[] = fates.filter((fate) =>
    ['ok', 'lost', 'html', 'drop', 'cut', 'late'].includes(fate),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.integer(),
        fates: fc.array(fc.constantFrom(...silent), { minLength: 1, maxLength: 30 }),
        answers: fc.array(fc.constantFrom(200, 404, 502, 0, undefined), { maxLength: 30 }),
        believes: fc.boolean(),
      }),
      async ({ seed, fates: coming, answers, believes }) => {
        const todo = [...coming]
        const knocks = [...answers]
        const server = createServer(() => todo.shift() ?? 'ok', { honoursKeys: false })
        const sent = new Map<string, number>()
        const world = await createExecutorWorld({
          seed,
          isOnline: () => believes,
          knock: async () => (knocks.length > 0 ? knocks.shift() : 200),
          send(wire, w) {
            const { url, method } = wire.request
            if (method !== 'GET') sent.set(url, (sent.get(url) ?? 0) + 1)
            return server.send(wire, w)
          },
        })
        const actor = world.start()
        for (let i = 0; i < 8; i++) {
          await world.accept([captureFor(`e${i}`, `lane${i % 3}`, { server: 'plain' })])
          actor.poke('signal')
          await world.run(20_000)
        }
        await world.run(2 * hour)

        expect([...sent.values()].filter((times) => times > 1)).toEqual([])
      },
    ),
    { numRuns: 100 },
  )
})
