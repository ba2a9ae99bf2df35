import { describe, expect, it } from 'vitest'
import { effects, entriesOf, minute, worldOf } from '../fixtures/executor.fixture.js'
import { captureFor } from '../fixtures/server.fixture.js'

describe('an executor that dies between any two of its steps', () => {
  it.each([
    ['with locks', true, []],
    ['without locks', false, []],
    ['with locks, its answers lost', true, ['drop', 'cut']],
    ['without locks, its answers lost', false, ['drop', 'cut']],
  ] as const)(
    'leaves work that another ends, each effect once and in order: %s',
    async (_name, locks, fates) => {
      for (let steps = 0; ; steps++) {
        const { world, server } = await worldOf(fates, { locks })
        await world.accept([captureFor('a', 'x'), captureFor('b', 'x'), captureFor('c', 'y')])
        const mortal = world.start({ steps })
        mortal.poke('signal')
        await world.run(10 * minute)
        const survived = mortal.isAlive()
        world.start().poke('signal')
        await world.run(10 * minute)

        expect(effects(server).toSorted()).toEqual(['a', 'b', 'c'])
        expect(effects(server).filter((id) => id !== 'c')).toEqual(['a', 'b'])
        expect(await entriesOf(world)).toEqual([])
        expect(server.faults).toEqual([])
        if (survived) return expect(steps).toBeGreaterThan(5)
      }
    },
  )
})

describe('an executor', () => {
  describe('that is halted', () => {
    it('aborts what is in flight, lets its lock go at once and is silent about it; another ends the work', async () => {
      const { world, server } = await worldOf(['late'])
      const [owner, other] = [world.start(), world.start()]
      await world.accept([captureFor('a', 'x')])
      owner.poke('capture')
      await world.run(3_000)

      owner.executor.halt()
      other.poke('signal')
      await world.run(5_000)

      expect(effects(server)).toEqual(['a'])
      expect(world.reports).toEqual([])
    })

    it('lets its lock go also while a callback of the app keeps it waiting', async () => {
      const { world, server } = await worldOf()
      await world.accept([captureFor('a', 'x')])
      const stuck = world.start({ prepare: () => new Promise(() => {}) })
      stuck.poke('signal')
      await world.run(10)

      stuck.executor.halt()
      world.start().poke('signal')
      await world.run(5_000)

      expect(effects(server)).toEqual(['a'])
    })

    it('starts anew at the next wake-up, one that comes at the same moment included', async () => {
      const { world, server } = await worldOf(['late'])
      await world.accept([captureFor('a', 'x')])
      const { executor } = world.start()
      void executor.wake('signal')
      await world.run(10)

      executor.halt()
      void executor.wake('signal')
      await world.run(10)
      expect(server.requests()).toBe(2)
      await world.run(5_000)

      expect(effects(server)).toEqual(['a'])
    })
  })

  it('reports a storage that fails, aborts what is in flight, and ends the work once it is mended', async () => {
    const { world, server } = await worldOf(['ok', 'late'])
    await world.accept([captureFor('a', 'x'), captureFor('b', 'y')])
    const actor = world.start()
    actor.poke('signal')
    await world.run(10)
    world.breakStore(true)
    await world.run(10_000)
    expect(world.reports).toContainEqual(new Error('the disk is full'))
    expect(effects(server)).toEqual(['a'])

    world.breakStore(false)
    actor.poke('signal')
    await world.run(10_000)

    expect(await entriesOf(world)).toEqual([])
    expect(effects(server)).toEqual(['a', 'b'])
    expect(server.faults).toEqual([])
  })
})
