import { describe, expect, it } from 'vitest'
import { effects, entriesOf, minute, worldOf } from '../fixtures/executor.fixture.js'
import { captureFor } from '../fixtures/server.fixture.js'
import { drainMs, leaseMs, leaseRenewalMs } from '../limits.js'
import { activate, deactivate } from '../outbox/partition.js'
import { lockName } from './executor.js'

const many = (n: number, lane: (i: number) => string) =>
  Array.from({ length: n }, (_, i) => captureFor(`e${i}`, lane(i)))

describe('an executor', () => {
  it('P4 takes over from a dead one at once where its lock was freed, without being asked', async () => {
    const { world, server } = await worldOf(['late'])
    const [owner, other] = [world.start(), world.start()]
    await world.accept([captureFor('a', 'x')])
    owner.poke('capture')
    await world.run(3_000)
    expect(server.requests()).toBe(1)

    owner.die()
    await world.run(4_000)

    expect(effects(server)).toEqual(['a'])
    expect(other.isAlive()).toBe(true)
  })

  it('P4 takes over without locks when the lease was watched for its whole time, not before', async () => {
    const { world, server } = await worldOf(['late'], { locks: false })
    const [owner, other] = [world.start(), world.start()]
    await world.accept([captureFor('a', 'x')])
    owner.poke('capture')
    await world.run(1_000)
    owner.die()
    other.poke('signal')

    await world.run(leaseMs - 1_000)
    expect(server.requests()).toBe(1)
    await world.run(10_000)

    expect(effects(server)).toEqual(['a'])
  })

  it('renews the leases of what it sends, so that a watcher sees that it lives', async () => {
    const { world } = await worldOf(['late'])
    await world.accept([captureFor('a', 'x')])
    world.start().poke('capture')

    await world.run(leaseRenewalMs + 1)

    expect(await entriesOf(world)).toMatchObject([{ state: 'sending', lease: { renewals: 1 } }])
  })

  it('sends what is captured while others are in flight, without waiting for them', async () => {
    const { world, server } = await worldOf(['late'])
    const actor = world.start()
    await world.accept([captureFor('slow', 'x')])
    actor.poke('capture')
    await world.run(1_000)
    await world.accept([captureFor('quick', 'y')])
    actor.poke('capture')

    await world.run(4_000)

    expect(effects(server)).toEqual(['quick'])
  })

  it('drains once for wake-ups that come together', async () => {
    const { world } = await worldOf()
    const { executor } = world.start()

    expect(executor.wake('signal')).toBe(executor.wake('timer'))
  })

  it('waits for what is in flight before its drain is over, and sends it once', async () => {
    const { world, server } = await worldOf()
    await world.accept(many(3, (i) => `${i}`))
    let over = false
    const wake = world.start().executor.wake('signal')
    void wake.then(() => {
      over = true
    })
    await world.run(1)
    expect(over).toBe(false)

    await world.run(minute)

    expect(over).toBe(true)
    expect(server.requests()).toBe(3)
    expect(await entriesOf(world)).toEqual([])
  })

  it('P9 has no more requests in flight than allowed', async () => {
    const { world, server } = await worldOf(Array(20).fill('late'), { limits: { concurrencyMax: 4 } })
    await world.accept(many(10, (i) => `${i}`))
    world.start().poke('signal')

    await world.run(20_000)

    expect(server.requests()).toBe(4)
  })

  it('sends each entry once however many wake-ups come at once, to however many executors', async () => {
    const { world, server } = await worldOf()
    await world.accept(many(5, (i) => `${i % 2}`))
    for (const actor of [world.start(), world.start(), world.start()])
      for (const probe of ['signal', 'capture', 'timer', 'signal'] as const) actor.poke(probe)

    await world.run(minute)

    expect(server.requests()).toBe(5)
    expect(effects(server)).toHaveLength(5)
  })

  it('claims nothing once a drain has lasted long enough, and goes on with the next', async () => {
    const { world, server } = await worldOf()
    await world.accept(many(200, () => 'one'))
    const { executor } = world.start()
    const began = world.clock.monotonic()
    let tookMs = 0
    void executor.wake('signal').then(() => {
      tookMs = world.clock.monotonic() - began
    })

    await world.run(drainMs + minute)
    expect(tookMs).toBeGreaterThan(drainMs - 5_000)
    expect(tookMs).toBeLessThan(drainMs + 5_000)
    const first = server.requests()
    expect(first).toBeLessThan(200)
    void executor.wake('none')
    await world.run(10_000)

    expect(server.requests()).toBeGreaterThan(first)
    expect(server.faults).toEqual([])
  })

  it('P6 sends nothing while nobody is signed in, and all of it once somebody is', async () => {
    const { world, server } = await worldOf()
    await world.accept([captureFor('a', 'x')])
    await world.store.transact('readwrite', 'strict', async (tx) => deactivate(tx, 'p', 0))
    const actor = world.start()
    actor.poke('signal')
    await world.run(minute)
    expect(server.requests()).toBe(0)

    await world.store.transact('readwrite', 'strict', (tx) =>
      activate(tx, { partition: 'p', principal: 'ann' }),
    )
    actor.poke('signal')
    await world.run(minute)

    expect(effects(server)).toEqual(['a'])
  })

  it('leaves to others what it cannot send', async () => {
    const { world, server } = await worldOf()
    await world.accept([captureFor('needy', 'x', { channel: 'https://o.example prepareHeaders' })])
    world.start({ serves: (_origin, needs) => needs.length === 0 }).poke('signal')
    await world.run(1_000)
    expect(server.requests()).toBe(0)

    world.start().poke('signal')
    await world.run(5_000)

    expect(effects(server)).toEqual(['needy'])
  })
})

it('one lock for each user of a database', () => {
  expect(lockName('redux-broker', 'p')).toBe('redux-broker:redux-broker:p')
})
