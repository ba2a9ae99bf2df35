import { describe, expect, it } from 'vitest'
import { app, setUp } from '../../fixtures/scheduler.fixture.js'
import { readAgeMs } from '../../limits.js'

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

  it('are four requests with a limit of 1, the most urgent first, and all ten get an answer', async () => {
    const { ask, paths, wire, heard, settle } = setUp({ readsMax: 1 })
    for (const [path, priority] of calls) ask(path, priority)
    await settle()
    expect(paths()).toEqual(['me'])
    for (const path of order) await wire(path).answer(`of ${path}`)

    expect(paths()).toEqual(order)
    const answers = heard.filter((scheduler) => scheduler.includes(' of '))
    expect(answers).toEqual(
      calls.map(([path]) => `${path} of ${path}`).sort((a, b) => indexOf(a) - indexOf(b)),
    )
  })

  const indexOf = (scheduler: string) => order.indexOf(scheduler.split(' ')[0] ?? '')

  it('are sent in that order with a limit of 6 too, if they are made in one turn', async () => {
    const { ask, paths, heard, settle } = setUp({ readsMax: 6 })
    for (const [path, priority] of calls) ask(path, priority)
    await settle()
    expect(paths()).toEqual(order)
    expect(new Set(heard)).toEqual(new Set(order.map((path, i) => `${path} sent ${i + 1}`)))
  })
})

describe('the order', () => {
  it('is first come, first served inside one priority', async () => {
    const { ask, paths, wire, settle } = setUp({ readsMax: 1 })
    for (const path of ['a', 'b', 'c']) ask(path)
    await settle()
    for (const path of ['a', 'b', 'c']) await wire(path).answer('')
    expect(paths()).toEqual(['a', 'b', 'c'])
  })

  it('changes when a subscriber raises a shared read, or joins with a higher priority', async () => {
    const { ask, paths, wire, settle } = setUp({ readsMax: 1 })
    for (const path of ['a', 'b', 'c']) ask(path, 5)
    await settle()
    ask('d', 5).raise(3)
    ask('c', 2)
    for (const path of ['a', 'c', 'd', 'b']) await wire(path).answer('')
    expect(paths()).toEqual(['a', 'c', 'd', 'b'])
  })

  it('does not change back when a less urgent subscriber joins, or the most urgent one leaves', async () => {
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

  it('is not changed by a subscriber that has left', async () => {
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

  it('is separate for each origin: a busy one delays no other', async () => {
    const { ask, paths, settle } = setUp({ readsMax: 1 })
    ask('a')
    ask('b')
    ask('https://other.test/c', 9)
    await settle()
    expect(paths()).toEqual(['a', 'https://other.test/c'])
  })
})

describe('an error', () => {
  const error = new Error('the app is wrong')
  const faulty = () => {
    throw error
  }

  it('in a callback is reported, and the other subscribers and requests go on', async () => {
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

it('after stop() no subscriber is told more, requests in flight are aborted, and nothing is sent', async () => {
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
