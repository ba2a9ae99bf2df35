import { describe, expect, it } from 'vitest'
import { app, setUp } from '../../fixtures/scheduler.fixture.js'
import { readAgeMs } from '../../limits.js'
import type { ReadEnd } from '../read-types.js'

const never = new AbortController().signal

describe('the ten calls of a start', () => {
  const calls = [
    ['me', 1],
    ['notifs/count', 3],
    ['me', 1],
    ['me/groups', 4],
    ['me', 1],
    ['posts/top', 2],
    ['me', 1],
    ['posts/top', 2],
    ['notifs/count', 3],
    ['me/groups', 4],
  ] as const
  const order = ['me', 'posts/top', 'notifs/count', 'me/groups']

  it('issue 4 line 1: are four requests with a limit of 1, the most urgent first, and all ten get their answer', async () => {
    const { ask, paths, wire, heard, settle } = setUp({ readsMax: 1 })
    for (const [path, priority] of calls) ask(path, priority)
    await settle()
    expect(paths()).toEqual(['me'])
    for (const path of order) await wire(path).answer(`of ${path}`)

    expect(paths()).toEqual(order)
    const answers = heard.filter((line) => line.includes(' of '))
    expect(answers).toEqual(
      calls.map(([path]) => `${path} of ${path}`).sort((a, b) => indexOf(a) - indexOf(b)),
    )
  })

  const indexOf = (line: string) => order.indexOf(line.split(' ')[0] ?? '')

  it('issue 4 line 1: are sent in that order with a limit of 6 too, if they are asked in one turn', async () => {
    const { ask, paths, heard, settle } = setUp({ readsMax: 6 })
    for (const [path, priority] of calls) ask(path, priority)
    await settle()
    expect(paths()).toEqual(order)
    expect(new Set(heard)).toEqual(new Set(order.map((path, i) => `${path} sent ${i + 1}`)))
  })
})

describe('the order', () => {
  it('is that of the asking inside one priority', async () => {
    const { ask, paths, wire, settle } = setUp({ readsMax: 1 })
    for (const path of ['a', 'b', 'c']) ask(path)
    await settle()
    for (const path of ['a', 'b', 'c']) await wire(path).answer('')
    expect(paths()).toEqual(['a', 'b', 'c'])
  })

  it('changes with a reader that raises the read it shares, and with one that joins more urgently', async () => {
    const { ask, paths, wire, settle } = setUp({ readsMax: 1 })
    for (const path of ['a', 'b', 'c']) ask(path, 5)
    await settle()
    ask('d', 5).raise(3)
    ask('c', 2)
    for (const path of ['a', 'c', 'd', 'b']) await wire(path).answer('')
    expect(paths()).toEqual(['a', 'c', 'd', 'b'])
  })

  it('does not go back when somebody asks less urgently, or the most urgent one leaves', async () => {
    const { ask, paths, wire, settle } = setUp({ readsMax: 1 })
    ask('a')
    await settle()
    ask('b', 4)
    ask('c', 5)
    ask('c', 3).leave()
    ask('c', 9)
    ask('c', 9).raise(8)
    await wire('a').answer('')
    await wire('c').answer('')
    expect(paths()).toEqual(['a', 'c', 'b'])
  })

  it('is not changed by one who has left', async () => {
    const { ask, paths, wire, settle } = setUp({ readsMax: 1 })
    for (const path of ['a', 'b', 'c']) ask(path)
    await settle()
    const reader = ask('c')
    reader.leave()
    reader.raise(1)
    await wire('a').answer('')
    expect(paths()).toEqual(['a', 'b'])
  })

  it.each([
    ['goes first until', 8 * readAgeMs - 1, 'urgent'],
    ['has to wait from when', 8 * readAgeMs, 'patient'],
  ])('the most urgent %s the least urgent has waited eight ages', async (_, waitMs, first) => {
    const { ask, paths, clock, connections, settle } = setUp({ concurrencyMax: 1 })
    const letGo = await connections.write(app, never)
    ask('patient', 9)
    await clock.advance(waitMs)
    ask('urgent', 1)
    letGo?.()
    await settle()
    expect(paths()).toEqual([first])
  })

  it('is that of each origin by itself: a busy one holds up no other', async () => {
    const { ask, paths, settle } = setUp({ readsMax: 1 })
    ask('a')
    ask('b')
    ask('https://other.test/c', 9)
    await settle()
    expect(paths()).toEqual(['a', 'https://other.test/c'])
  })
})

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

describe('issue 4 line 3: a reader that leaves', () => {
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

describe('limits', () => {
  it('reads leave a connection, and what they leave to nobody is not theirs', async () => {
    const { ask, paths, settle } = setUp({ readsMax: 9 })
    for (let i = 0; i < 9; i++) ask(`${i}`)
    await settle()
    expect(paths()).toHaveLength(5)
  })

  it('a write that waits goes before the most urgent read', async () => {
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

  it('of reads in flight can be changed: more are sent at once, fewer as those in flight end', async () => {
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

    it('once one of them was asked for: slow reads never hold an urgent one', async () => {
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

    it('not before: a page without urgent reads has all five', async () => {
      const fixture = setUp()
      askMany(fixture, 'abcdefg', 4)
      await fixture.settle()
      expect(sent(fixture)).toHaveLength(5)
    })

    it('for each origin by itself', async () => {
      const fixture = setUp()
      await endOne(fixture)
      for (const name of 'abcdefg') fixture.ask(`https://other.test/${name}`)
      await fixture.settle()
      expect(sent(fixture)).toHaveLength(5)
    })

    it('and goes to a read that a reader makes urgent, before those that have waited long', async () => {
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

    it('urgent ones take the others too, by their rank', async () => {
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
    ])('a limit of %i reads leaves %i to the others', async (readsMax, common) => {
      const fixture = setUp()
      fixture.scheduler.limit(readsMax)
      await endOne(fixture)
      askMany(fixture, 'abcdefg')
      await fixture.settle()
      expect(sent(fixture)).toHaveLength(common)
    })
  })

  it('so many reads wait, and whoever asks for another is told so; what waits already may be shared', async () => {
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

  it('one that leaves the line makes room in it', async () => {
    const { ask, heard, settle } = setUp({ readsMax: 1, waitingReadsMax: 1 })
    ask('a')
    await settle()
    ask('b').leave()
    ask('c')
    await settle()
    expect(heard).toEqual(['a sent 1'])
  })

  it('issue 4 point 6: a request that is longer on the wire than it may be ends as timed out, and frees its place', async () => {
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

  it('the time is for progress: an answer that moves is not cut, one that stands still is', async () => {
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

  it('a part of an answer that has ended gives no time to the next try', async () => {
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

  it('a read whose answer broke off late is still repeated', async () => {
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

  it('the time of one request is not that of the next', async () => {
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

describe('what throws', () => {
  const error = new Error('the app is wrong')
  const faulty = () => {
    throw error
  }

  it('in a callback is reported, and the other readers and requests go on', async () => {
    const { ask, wire, heard, reports, settle } = setUp({ readsMax: 1 })
    ask('me', 5, { onSent: faulty, onEnd: faulty })
    ask('me')
    ask('next')
    await settle()
    await wire('me').answer('data')
    await wire('next').answer('data')
    expect(heard).toEqual(['me sent 1', 'me data', 'next sent 2', 'next data'])
    expect(reports).toEqual([error, error])
  })

  it('in the sending is reported, and the read fails', async () => {
    const { ask, wire, paths, heard, reports, settle } = setUp({ readsMax: 1 })
    ask('me')
    ask('next')
    await settle()
    await wire('me').fail(error)
    expect(heard).toEqual(['me sent 1', 'me failed', 'next sent 2'])
    expect(paths()).toEqual(['me', 'next'])
    expect(reports).toEqual([error])
  })
})

it('stops: nobody hears more, what is in flight is aborted, and nothing is sent any more', async () => {
  const { scheduler, ask, wire, paths, heard, connections, settle } = setUp({ readsMax: 1 })
  ask('a')
  ask('b')
  await settle()
  scheduler.stop()
  ask('c')
  connections.read(app)?.()
  await settle()
  expect(wire('a').signal.aborted).toBe(true)
  expect(paths()).toEqual(['a'])
  expect(heard).toEqual(['a sent 1'])
})
