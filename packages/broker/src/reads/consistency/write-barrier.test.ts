import { describe, expect, it } from 'vitest'
import { liked, openBarrier, post } from '../fixtures/held-reads.fixture.js'
import type { TaggedRoute } from './write-tags.js'

describe('P8 a read is held', () => {
  it('while a write to its tags is in flight, and no longer', async () => {
    const { world, hold, view } = await openBarrier()
    view([liked(1), liked(2)])
    const isHeld = await hold([post(1), 'me'])
    expect(isHeld()).toBe(true)

    view([liked(1)])
    await world.settle()
    expect(isHeld()).toBe(true)

    view([liked(2)])
    await world.settle()
    expect(isHeld()).toBe(false)
  })

  it('not for a write to other tags', async () => {
    const { hold, view } = await openBarrier()
    view([liked(1), { type: 'untagged' }, { type: 'unknown' }])

    expect((await hold([post(2)]))()).toBe(false)
    expect((await hold([]))()).toBe(false)
    expect((await hold(['post']))()).toBe(true)
  })

  it('not for a write that waits for its conditions, which may take all day', async () => {
    const { hold, view } = await openBarrier()
    view([{ type: 'uploaded' }])

    expect((await hold(['photos']))()).toBe(false)
  })

  it('not longer than its subscriber waits', async () => {
    const { world, hold, view } = await openBarrier()
    const patience = new AbortController()
    view([liked(1)])
    const isHeld = await hold(['post'], patience.signal)
    expect(isHeld()).toBe(true)

    patience.abort()
    await world.settle()

    expect(isHeld()).toBe(false)
    expect((await hold(['post'], patience.signal))()).toBe(false)
  })

  it('not while the device says offline, and again when it is online', async () => {
    const { world, host, hold, view } = await openBarrier()
    view([liked(1)])
    const isHeld = await hold(['post'])
    expect(isHeld()).toBe(true)

    host.setOnline(false)
    await world.settle()
    expect(isHeld()).toBe(false)
    expect((await hold(['post']))()).toBe(false)

    host.setOnline(true)
    expect((await hold(['post']))()).toBe(true)
  })

  it('until waiting entries are restored in the view', async () => {
    let restore = () => {}
    const restored = new Promise<void>((resolve) => {
      restore = resolve
    })
    const { world, hold } = await openBarrier({ restored })
    const isHeld = await hold([post(1)])
    expect([isHeld(), (await hold([]))()]).toEqual([true, false])

    restore()
    await world.settle()
    expect(isHeld()).toBe(false)
  })

  it('never, and without a look-up, if no write has tags', async () => {
    const given = new Map<string, TaggedRoute>([['untagged', { options: {} }]])
    const { barrier, hold, view, signOut } = await openBarrier({ given, restored: new Promise(() => {}) })
    view([{ type: 'untagged' }])
    signOut()

    expect((await hold(['post']))()).toBe(false)
    expect(await barrier.conflicts(['post'], barrier.snapshot(), 0)).toMatchObject({
      tags: [],
      passes: false,
    })
  })
})

describe('P8 a read is held whose answer could not be trusted', () => {
  const { signal } = new AbortController()

  it('also on a device that says offline, since the answer has come', async () => {
    const { world, host, hold, view } = await openBarrier()
    host.setOnline(false)
    view([liked(1)])

    const isHeld = await hold(['post'], signal, true)
    expect(isHeld()).toBe(true)

    view([])
    await world.settle()
    expect(isHeld()).toBe(false)
  })

  it('for a write with conditions that is in flight', async () => {
    const { world, barrier, put, hold, view } = await openBarrier()
    await put(1, { type: 'uploaded' })
    expect(await barrier.conflicts(['photos'], barrier.snapshot(), 0)).toMatchObject({ passes: true })

    const isHeld = await hold(['photos'], signal, true)
    expect([isHeld(), (await hold(['photos']))()]).toEqual([true, false])

    view([], 'e1')
    await world.settle()
    expect(isHeld()).toBe(false)
  })
})
