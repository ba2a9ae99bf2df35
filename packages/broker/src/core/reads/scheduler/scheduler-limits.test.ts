import { describe, expect, it } from 'vitest'
import { app, setUp } from '../../fixtures/scheduler.fixture.js'

const never = new AbortController().signal

describe('limits', () => {
  it('reads leave one connection free, even if no write uses it', async () => {
    const { ask, paths, settle } = setUp({ readsMax: 9 })
    for (let i = 0; i < 9; i++) ask(`${i}`)
    await settle()
    expect(paths()).toHaveLength(5)
  })

  it('a waiting write goes before the most urgent read', async () => {
    const { ask, paths, wire, connections, settle } = setUp({ concurrencyMax: 2 })
    ask('a')
    await settle()
    const first = await connections.write(app, never)
    const second = connections.write(app, never)
    ask('b', 1)
    await wire('a').answer('')
    expect(paths()).toEqual(['a'])
    first?.()
    const letGo = await second
    await settle()
    expect(paths()).toEqual(['a', 'b'])
    letGo?.()
  })

  it('of reads in flight can be changed: a higher one at once, a lower one as reads end', async () => {
    const { scheduler, ask, paths, wire, settle } = setUp({ readsMax: 1 })
    for (let i = 0; i < 6; i++) ask(`${i}`)
    await settle()
    expect(paths()).toEqual(['0'])
    scheduler.limit(3)
    await settle()
    expect(paths()).toEqual(['0', '1', '2'])
    scheduler.limit(2)
    await wire('0').answer('')
    expect(paths()).toHaveLength(3)
    await wire('1').answer('')
    expect(paths()).toHaveLength(4)
  })

  describe('one connection is kept for priorities 1 to 3', () => {
    const askMany = ({ ask }: ReturnType<typeof setUp>, names: string, priority?: number) => {
      for (const name of names) ask(name, priority)
    }
    const endOne = async (fixture: ReturnType<typeof setUp>) => {
      const reader = fixture.ask('first', 3)
      await fixture.settle()
      reader.leave()
    }
    const sent = ({ paths }: ReturnType<typeof setUp>) => paths().filter((path) => path !== 'first')

    it('after the first urgent read: slow reads never delay an urgent one', async () => {
      const fixture = setUp()
      await endOne(fixture)
      askMany(fixture, 'abcdefg')
      await fixture.settle()
      expect(sent(fixture)).toEqual(['a', 'b', 'c', 'd'])

      fixture.ask('urgent', 3)
      await fixture.settle()
      expect(sent(fixture).at(-1)).toBe('urgent')
      await fixture.wire('urgent').answer('now')
      expect(sent(fixture)).toHaveLength(5)
    })

    it('but not before the first urgent read: other reads have all five', async () => {
      const fixture = setUp()
      askMany(fixture, 'abcdefg', 4)
      await fixture.settle()
      expect(sent(fixture)).toHaveLength(5)
    })

    it('for each origin separately', async () => {
      const fixture = setUp()
      await endOne(fixture)
      for (const name of 'abcdefg') fixture.ask(`https://other.test/${name}`)
      await fixture.settle()
      expect(sent(fixture)).toHaveLength(5)
    })

    it('and is used by a read whose priority is raised, before reads that have waited long', async () => {
      const fixture = setUp()
      await endOne(fixture)
      askMany(fixture, 'abcdef')
      const late = fixture.ask('late', 9)
      await fixture.clock.advance(20_000)
      expect(sent(fixture)).toHaveLength(4)

      late.raise(2)
      await fixture.settle()
      expect(sent(fixture).at(-1)).toBe('late')
    })

    it('urgent reads use the other connections too, by their rank', async () => {
      const fixture = setUp()
      await endOne(fixture)
      askMany(fixture, 'abcdefg', 1)
      fixture.ask('common')
      await fixture.settle()
      expect(sent(fixture)).toEqual(['a', 'b', 'c', 'd', 'e'])
      for (const name of 'abc') await fixture.wire(name).answer('')
      expect(sent(fixture).slice(5)).toEqual(['f', 'g', 'common'])
    })

    it.each([
      [1, 1],
      [2, 1],
      [3, 2],
      [6, 4],
      [99, 4],
    ])('a limit of %i reads leaves %i to other priorities', async (readsMax, common) => {
      const fixture = setUp()
      fixture.scheduler.limit(readsMax)
      await endOne(fixture)
      askMany(fixture, 'abcdefg')
      await fixture.settle()
      expect(sent(fixture)).toHaveLength(common)
    })
  })

  it('refuse a further read above the limit of waiting reads, unless it shares a waiting one', async () => {
    const { ask, wire, paths, heard, settle } = setUp({ readsMax: 1, waitingReadsMax: 2 })
    ask('a')
    await settle()
    ask('b')
    ask('c')
    ask('d')
    ask('c', 5, { as: 'C' })
    ask('e').leave()
    expect(heard).toEqual(['a sent 1'])
    await settle()
    expect(heard).toEqual(['a sent 1', 'd tooMany'])
    await wire('a').answer('')
    ask('f')
    for (const path of ['b', 'c', 'f']) await wire(path).answer('')
    expect(paths()).toEqual(['a', 'b', 'c', 'f'])
  })

  it('a read that leaves the queue makes room in it', async () => {
    const { ask, heard, settle } = setUp({ readsMax: 1, waitingReadsMax: 1 })
    ask('a')
    await settle()
    ask('b').leave()
    ask('c')
    await settle()
    expect(heard).toEqual(['a sent 1'])
  })

  it('a request that exceeds its time limit ends as timed out, and frees its connection', async () => {
    const { ask, wire, paths, heard, clock, settle } = setUp({ readsMax: 1 })
    ask('slow')
    ask('next')
    await settle()
    await clock.advance(29_999)
    expect(heard).toEqual(['slow sent 1'])
    await clock.advance(1)
    expect(wire('slow').signal.aborted).toBe(true)
    expect(paths()).toEqual(['slow', 'next'])
    await wire('slow').reply({ kind: 'failed' })
    expect(heard).toEqual(['slow sent 1', 'slow timedOut', 'next sent 2'])
  })

  it('the time limit is for progress: an answer is cut only if it stops', async () => {
    const { ask, settle, clock, wire, heard } = setUp()
    for (const path of ['moves', 'stands']) ask(path)
    await settle()
    wire('stands').moved()
    for (let i = 0; i < 5; i++) {
      await clock.advance(29_000)
      wire('moves').moved()
    }
    expect(heard.slice(2)).toEqual(['stands timedOut'])
    expect(wire('stands').signal.aborted).toBe(true)
    await clock.advance(29_999)
    expect(wire('moves').signal.aborted).toBe(false)
    await clock.advance(1)
    expect(heard.slice(3)).toEqual(['moves timedOut'])
  })

  it('late progress of an ended answer does not extend the next attempt', async () => {
    const { ask, settle, clock, wire, heard } = setUp()
    ask('a', 5, { retries: 1 })
    await settle()
    const first = wire('a')
    await first.reply({ kind: 'failed' })
    await clock.advance(20_000)
    first.moved()
    await clock.advance(10_000)
    expect(heard).toEqual(['a sent 1', 'a failed'])
  })

  it('a read whose answer broke off late is repeated', async () => {
    const { ask, settle, clock, wire, heard, paths } = setUp()
    ask('a', 5, { retries: 1 })
    await settle()
    for (let i = 0; i < 3; i++) {
      await clock.advance(25_000)
      wire('a').moved()
    }
    await wire('a').reply({ kind: 'failed' })
    await clock.advance(1_000)
    expect(paths()).toEqual(['a', 'a'])
    await wire('a').answer('whole')
    expect(heard).toEqual(['a sent 1', 'a whole'])
  })

  it('the time limit begins again with each request', async () => {
    const { ask, wire, heard, clock, settle } = setUp()
    ask('me')
    await settle()
    await clock.advance(20_000)
    const first = wire('me')
    await first.answer('')
    ask('me', 5, { as: 'again' })
    await clock.advance(20_000)
    await wire('me').answer('in time')
    expect(heard.at(-1)).toBe('again in time')
    expect(first.signal.aborted).toBe(false)
  })
})
