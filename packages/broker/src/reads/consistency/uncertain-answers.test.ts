import { describe, expect, it } from 'vitest'
import { initialStatus } from '../../redux/actions.js'
import { byPost, liked, openBarrier, post } from '../fixtures/held-reads.fixture.js'
import type { TaggedRoute } from './write-tags.js'

describe('P8 an answer can be trusted', () => {
  const sure = { tags: [], passes: false }

  it('if no write to its tags was in flight', async () => {
    const { barrier, put, journal, shows } = await openBarrier()
    await put(1, liked(7))
    await journal(3, liked(1))
    shows(3)

    expect(await barrier.conflicts([post(1)], barrier.snapshot(), 0)).toMatchObject(sure)
    expect(await barrier.conflicts([], barrier.snapshot(), 0)).toMatchObject(sure)
  })

  it('not if an entry is in flight: the read is held, although the view does not know the entry', async () => {
    const { world, barrier, put, hold, view } = await openBarrier()
    await put(1, liked(1))

    expect(await barrier.conflicts(['post'], barrier.snapshot(), 0)).toMatchObject({
      tags: ['post'],
      passes: true,
    })
    const isHeld = await hold([post(1)])
    expect(isHeld()).toBe(true)

    view([], 'e1')
    await world.settle()
    expect(isHeld()).toBe(false)
  })

  it.each([
    ['is in doubt', { type: 'redux-broker/doubted', payload: 'e1' }],
    ['was given up', { type: 'redux-broker/emptied', payload: ['e0', 'e1'] }],
    ['is paused', { type: 'redux-broker/status', payload: { ...initialStatus, paused: 'auth' } }],
  ] as const)('and the read is held only until that entry %s', async (_, action) => {
    const { world, barrier, put, hold } = await openBarrier()
    await put(1, liked(1))
    await barrier.conflicts(['post'], barrier.snapshot(), 0)
    const isHeld = await hold(['post'])
    expect(isHeld()).toBe(true)

    barrier.hear(action)
    await world.settle()

    expect(isHeld()).toBe(false)
  })

  it('not if an entry has ended since: the read is held until the view shows the outcome', async () => {
    const { world, barrier, journal, hold, shows } = await openBarrier()
    shows(2)
    const mark = barrier.snapshot()
    await journal(3, liked(1))

    expect(await barrier.conflicts(['post'], mark, 0)).toMatchObject({ tags: ['post'], passes: true })
    const isHeld = await hold(['post'])
    expect(isHeld()).toBe(true)

    shows(3)
    await world.settle()
    expect(isHeld()).toBe(false)
    expect(await barrier.conflicts(['post'], barrier.snapshot(), world.clock.now())).toMatchObject(sure)
  })

  it('not if its shared request was sent before an outcome that the view shows', async () => {
    const { world, barrier, shows, ended } = await openBarrier()
    const sentAt = world.clock.now()
    await world.clock.advance(100)
    shows(1, ended('e1', liked(1), world.clock.now()))
    await world.clock.advance(100)

    expect(await barrier.conflicts(['post'], barrier.snapshot(), sentAt)).toMatchObject({
      tags: ['post'],
      passes: true,
    })
    expect(await barrier.conflicts(['post'], barrier.snapshot(), sentAt + 100)).toMatchObject({
      tags: ['post'],
      passes: true,
    })
    expect(await barrier.conflicts(['post'], barrier.snapshot(), sentAt + 101)).toMatchObject(sure)
  })

  it('and a read at the very moment of an outcome is not repeated', async () => {
    const { world, barrier, shows, ended } = await openBarrier()
    shows(1, ended('e1', liked(1), world.clock.now()))

    expect(await barrier.conflicts(['post'], barrier.snapshot(), world.clock.now())).toMatchObject(sure)
  })

  it('while nobody is signed in, since then there are no writes', async () => {
    const { barrier, hold, signOut } = await openBarrier({ principal: '', restored: new Promise(() => {}) })
    signOut()

    expect((await hold(['post']))()).toBe(false)
    expect(await barrier.conflicts(['post'], barrier.snapshot(), 0)).toMatchObject(sure)
  })

  it('not if the state of its writes is unknown', async () => {
    const { world, barrier, put, signOut } = await openBarrier()
    await put(1, liked(1), 'inDoubt')
    const uncertain = { tags: ['post'], passes: false }
    expect(await barrier.conflicts(['post'], barrier.snapshot(), 0)).toMatchObject(uncertain)

    world.store.transact = () => Promise.reject(new Error('the storage fails'))
    expect(await barrier.conflicts(['post'], barrier.snapshot(), 0)).toMatchObject(uncertain)

    signOut()
    expect(await barrier.conflicts(['post'], barrier.snapshot(), 0)).toMatchObject(uncertain)
  })
})

describe('a route’s tags that throw', () => {
  it('are reported, and count as none', async () => {
    const { world, hold, view } = await openBarrier({
      given: new Map<string, TaggedRoute>([
        [
          'liked',
          {
            options: {
              tags: byPost,
              invalidates: () => {
                throw new Error('mine')
              },
            },
          },
        ],
      ]),
    })
    view([liked(1)])

    expect((await hold([post(1)]))()).toBe(true)
    expect((await hold([post(2)]))()).toBe(false)
    expect(world.reports).toEqual([new Error('mine')])
  })
})
