import { describe, expect, it } from 'vitest'
import { setUp } from '../../fixtures/scheduler.fixture.js'
import type { ReadEnd } from '../read-types.js'

describe('a read that is shared', () => {
  it('is one request, whose end all its readers hear, and when it was sent', async () => {
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

  it('is sent anew for one who asks after its end', async () => {
    const { ask, paths, wire, settle } = setUp()
    ask('me')
    await settle()
    await wire('me').answer('')
    ask('me')
    await settle()
    expect(paths()).toEqual(['me', 'me'])
  })

  it('is sent anew for one who asks while its end is being told', async () => {
    const { ask, paths, wire, heard, settle } = setUp()
    ask('me', 5, { onEnd: () => void ask('me', 5, { as: 'again' }) })
    await settle()
    await wire('me').answer('old')
    await wire('me').answer('new')
    expect(paths()).toEqual(['me', 'me'])
    expect(heard).toEqual(['me sent 1', 'again sent 2', 'again new'])
  })

  it('says whose it is and what asked for it', async () => {
    const { ask, wire, settle } = setUp()
    ask('me', 5, { partition: 'q', route: 'me/load' })
    await settle()
    expect(wire('me')).toMatchObject({ partition: 'q', route: 'me/load' })
  })
})

describe('a reader that leaves', () => {
  it('takes nothing from the one that stays', async () => {
    const { ask, wire, heard, settle } = setUp()
    const leaving = ask('me', 5, { as: 'leaving' })
    ask('me')
    await settle()
    leaving.leave()
    expect(wire('me').signal.aborted).toBe(false)
    await wire('me').answer('data')
    expect(heard).toEqual(['leaving sent 1', 'me sent 1', 'me data'])
  })

  it('ends the request if it is the last, and hears no more of it', async () => {
    const { ask, wire, heard, settle } = setUp()
    const readers = [ask('me'), ask('me')]
    await settle()
    for (const reader of readers) reader.leave()
    expect(wire('me').signal.aborted).toBe(true)
    await wire('me').reply({ kind: 'failed' })
    expect(heard).toEqual(['me sent 1', 'me sent 1'])
  })

  it('takes the read out of the line if it is the last and nothing was sent', async () => {
    const { ask, paths, wire, settle } = setUp({ readsMax: 1 })
    ask('a')
    const readers = [ask('b'), ask('b')]
    ask('c', 9)
    await settle()
    for (const reader of readers) reader.leave()
    await wire('a').answer('')
    expect(paths()).toEqual(['a', 'c'])
  })

  it('leaves once: the request of those who stay goes on', async () => {
    const { ask, wire, settle } = setUp()
    const reader = ask('me')
    ask('me')
    await settle()
    reader.leave()
    reader.leave()
    expect(wire('me').signal.aborted).toBe(false)
  })

  it('frees its connection, and whoever asks next gets a request and an answer of its own', async () => {
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

  it('hears nothing where another leaves for it as the end is told, and aborts nothing', async () => {
    const { ask, wire, heard, settle } = setUp()
    ask('me', 5, { onEnd: () => other.leave() })
    const other = ask('me', 5, { as: 'other' })
    await settle()
    await wire('me').answer('')
    expect(heard).toEqual(['me sent 1', 'other sent 1'])
    expect(wire('me').signal.aborted).toBe(false)
  })
})
