import { describe, expect, it } from 'vitest'
import { setUp } from '../../fixtures/scheduler.fixture.js'
import type { ReadEnd } from '../read-types.js'

describe('a read that is shared', () => {
  it('is one request, and all its subscribers are told when it is sent and ends', async () => {
    const { ask, paths, wire, heard, clock, settle } = setUp()
    const ends: ReadEnd[] = []
    const onEnd = (end: ReadEnd) => void ends.push(end)
    ask('me', 5, { onEnd })
    ask('me', 5, { onEnd })
    await settle()
    const sentAt = clock.now()
    await clock.advance(500)
    ask('me', 5, { onEnd, as: 'late' })
    expect(heard).toEqual(['me sent 1', 'me sent 1', 'late sent 1'])
    await wire('me').answer('')
    expect(paths()).toEqual(['me'])
    expect(ends).toHaveLength(3)
    expect(ends.every((end) => end === ends[0])).toBe(true)
    expect(ends[0]).toMatchObject({ kind: 'answer', sentAt })
  })

  it('is sent again for a subscriber that asks after its end', async () => {
    const { ask, paths, wire, settle } = setUp()
    ask('me')
    await settle()
    await wire('me').answer('')
    ask('me')
    await settle()
    expect(paths()).toEqual(['me', 'me'])
  })

  it('is sent again for a subscriber that asks while its end is reported', async () => {
    const { ask, paths, wire, heard, settle } = setUp()
    ask('me', 5, { onEnd: () => void ask('me', 5, { as: 'again' }) })
    await settle()
    await wire('me').answer('old')
    await wire('me').answer('new')
    expect(paths()).toEqual(['me', 'me'])
    expect(heard).toEqual(['me sent 1', 'again sent 2', 'again new'])
  })

  it('names its user and its route', async () => {
    const { ask, wire, settle } = setUp()
    ask('me', 5, { partition: 'q', route: 'me/load' })
    await settle()
    expect(wire('me')).toMatchObject({ partition: 'q', route: 'me/load' })
  })
})

describe('a subscriber that leaves', () => {
  it('does not affect a subscriber that stays', async () => {
    const { ask, wire, heard, settle } = setUp()
    const leaving = ask('me', 5, { as: 'leaving' })
    ask('me')
    await settle()
    leaving.leave()
    expect(wire('me').signal.aborted).toBe(false)
    await wire('me').answer('data')
    expect(heard).toEqual(['leaving sent 1', 'me sent 1', 'me data'])
  })

  it('ends the request if it is the last subscriber, and is told nothing more', async () => {
    const { ask, wire, heard, settle } = setUp()
    const readers = [ask('me'), ask('me')]
    await settle()
    for (const reader of readers) reader.leave()
    expect(wire('me').signal.aborted).toBe(true)
    await wire('me').reply({ kind: 'failed' })
    expect(heard).toEqual(['me sent 1', 'me sent 1'])
  })

  it('removes an unsent read from the queue if it is the last subscriber', async () => {
    const { ask, paths, wire, settle } = setUp({ readsMax: 1 })
    ask('a')
    const readers = [ask('b'), ask('b')]
    ask('c', 9)
    await settle()
    for (const reader of readers) reader.leave()
    await wire('a').answer('')
    expect(paths()).toEqual(['a', 'c'])
  })

  it('counts once, even if it leaves twice', async () => {
    const { ask, wire, settle } = setUp()
    const reader = ask('me')
    ask('me')
    await settle()
    reader.leave()
    reader.leave()
    expect(wire('me').signal.aborted).toBe(false)
  })

  it('frees its connection, and the next subscriber gets its own request and answer', async () => {
    const { ask, paths, wire, heard, settle } = setUp({ readsMax: 1 })
    const leaving = ask('me')
    await settle()
    const old = wire('me')
    leaving.leave()
    ask('me', 5, { as: 'next' })
    await settle()
    expect(paths()).toEqual(['me', 'me'])
    await old.answer('old')
    leaving.leave()
    await wire('me').answer('new')
    expect(heard).toEqual(['me sent 1', 'next sent 2', 'next new'])
  })

  it('is told nothing if another subscriber removes it at the end, and aborts nothing', async () => {
    const { ask, wire, heard, settle } = setUp()
    ask('me', 5, { onEnd: () => other.leave() })
    const other = ask('me', 5, { as: 'other' })
    await settle()
    await wire('me').answer('')
    expect(heard).toEqual(['me sent 1', 'other sent 1'])
    expect(wire('me').signal.aborted).toBe(false)
  })
})
