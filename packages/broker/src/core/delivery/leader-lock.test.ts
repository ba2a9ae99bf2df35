import { describe, expect, it } from 'vitest'
import type { Actor, Character } from '../fixtures/actor.fixture.js'
import { captureFor, createServer, type Fate } from '../fixtures/server.fixture.js'
import { createExecutorWorld, rowsOf, stealsOf } from '../fixtures/world.fixture.js'
import { leaseMs, lookMs } from '../limits.js'
import { changePartition } from '../outbox/partition.js'

const minute = 60_000
/** From the first look of who waits to the last. */
const takeoverMs = leaseMs + 2 * lookMs

/** A world with a server whose requests fare as listed, and well from then on. */
async function worldOf(fates: readonly Fate[]) {
  let requests = 0
  const server = createServer(() => fates[requests++] ?? 'ok')
  const world = await createExecutorWorld({ send: server.send })
  return { world, server }
}
const ledgerOf = ({ ledger }: { readonly ledger: readonly { readonly id: string }[] }) =>
  ledger.map(({ id }) => id)

/** An owner that freezes while it sends the first entry of lane x, and others that wait for its lock. */
async function frozenOwner({
  others = [{}] as readonly Partial<Character>[],
  fates = ['lost'] as readonly Fate[],
} = {}) {
  const { world, server } = await worldOf(fates)
  const owner = world.start()
  await world.accept([captureFor('a', 'x'), captureFor('b', 'x'), captureFor('c', 'y')])
  owner.poke('capture')
  await world.run(1)
  owner.freeze()
  for (const other of others) world.start(other).poke('signal')
  return { world, server, owner }
}

describe('one who waits for its turn', () => {
  it('P4 takes it from a frozen owner once it was watched for a lease’s time, and not before', async () => {
    const { world, server } = await frozenOwner()
    await world.run(leaseMs)
    expect(server.requests()).toBe(2)

    await world.run(takeoverMs - leaseMs + 10_000)

    expect(ledgerOf(server).toSorted()).toEqual(['a', 'b', 'c'])
    expect((await rowsOf(world)).entries).toEqual([])
    expect(server.faults).toEqual([])
  })

  it('is not disturbed by an owner that thaws late: it sends and writes nothing more of its turn', async () => {
    const { world, server, owner } = await frozenOwner()
    await world.run(takeoverMs + 10_000)
    const requests = server.requests()

    owner.thaw()
    await world.run(minute)
    await world.accept([captureFor('d', 'x')])
    owner.poke('capture')
    await world.run(minute)

    expect(server.requests()).toBe(requests + 1)
    expect(ledgerOf(server).toSorted()).toEqual(['a', 'b', 'c', 'd'])
    expect(world.reports).toEqual([])
    expect(server.faults).toEqual([])
  })

  it('counts no failure for what the frozen owner was sending', async () => {
    const { world } = await frozenOwner({ fates: ['lost', 'lost', 'late', 'late'] })

    await world.run(takeoverMs)

    expect((await rowsOf(world)).entries.filter(({ state }) => state === 'sending')).toMatchObject([
      { attempts: 2, failures: 0, fence: 2, trouble: { reason: 'interrupted' } },
      { attempts: 2, failures: 0, fence: 2, trouble: { reason: 'interrupted' } },
    ])
  })

  it('aborts what an owner still has in flight, as soon as it thaws', async () => {
    const aborted: Actor[] = []
    const world = await createExecutorWorld({
      send: ({ signal, actor }) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => {
            aborted.push(actor)
            resolve({ kind: 'failed', timedOut: false })
          }),
        ),
    })
    const owner = world.start()
    await world.accept([captureFor('a', 'x')])
    owner.poke('capture')
    await world.run(1)
    owner.freeze()
    world.start().poke('signal')
    await world.run(takeoverMs)
    expect(aborted).toEqual([])

    owner.thaw()
    await world.run(1)

    expect(aborted).toEqual([owner])
  })

  it('takes it once, however many have watched', async () => {
    // Each of them looks before the first of them has taken it.
    const others = [{ storeMs: 5 }, { storeMs: 5 }, { storeMs: 5 }]
    const { world, server } = await frozenOwner({ others })

    await world.run(10 * minute)

    expect(await stealsOf(world)).toBe(1)
    expect(server.faults).toEqual([])
    expect(ledgerOf(server).toSorted()).toEqual(['a', 'b', 'c'])
  })

  it('takes it also from one that was granted it while frozen; which then touches nothing of the living', async () => {
    const { world, server } = await worldOf(['ok', 'late'])
    const [first, frozen, taker] = [world.start(), world.start(), world.start()]
    await world.accept([captureFor('a', 'x')])
    for (const actor of [first, frozen, taker]) actor.poke('signal')
    await world.run(1)
    frozen.freeze()
    await world.run(5_000)
    await world.accept([captureFor('b', 'x')])
    first.poke('capture')
    await world.run(takeoverMs)
    const whileFrozen = server.requests()

    frozen.thaw()
    await world.run(1_000)

    expect(whileFrozen).toBe(2)
    expect(server.requests()).toBe(2)
    expect((await rowsOf(world)).entries).toMatchObject([{ id: 'b', state: 'sending', attempts: 1 }])
    expect(server.faults).toEqual([])
  })

  it.each<[string, Partial<Character>]>([
    ['sends slowly', {}],
    ['has a slow storage', { storeMs: 20_000 }],
    ['is hidden, so that its timers fire once a minute', { timersEveryMs: minute }],
  ])('P4 never takes it from an owner that lives, though it %s', async (_name, character) => {
    const fates: Fate[] = Array(40).fill('late')
    const { world, server } = await worldOf(fates)
    await world.accept(Array.from({ length: 5 }, (_, i) => captureFor(`e${i}`, `${i % 2}`)))
    world.start(character).poke('signal')
    await world.run(1)
    world.start().poke('signal')
    world.start({ timersEveryMs: minute }).poke('signal')

    await world.run(20 * minute)

    expect(await stealsOf(world)).toBe(0)
    expect(server.faults).toEqual([])
  })
})

it('P4 one whose turn was taken claims nothing more, also before it hears of it', async () => {
  const { world, server } = await worldOf(['late'])
  const owner = world.start()
  await world.accept([captureFor('a', 'x')])
  owner.poke('capture')
  await world.run(1)

  await world.store.transact('readwrite', 'strict', (tx) =>
    changePartition(tx, 'p', 0, (row) => {
      row.steals = 1
    }),
  )
  await world.accept([captureFor('b', 'y')])
  owner.poke('capture')
  await world.run(20_000)

  expect(server.requests()).toBe(1)
})
