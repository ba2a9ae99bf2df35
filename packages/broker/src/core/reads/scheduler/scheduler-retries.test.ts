import { describe, expect, it } from 'vitest'
import { setUp } from '../../fixtures/scheduler.fixture.js'
import type { ReadReply } from '../read-types.js'

const failed: ReadReply = { kind: 'failed' }
const busy = (retryAfter?: string): ReadReply => ({
  kind: 'answer',
  answer: {
    status: 503,
    headers: retryAfter === undefined ? [] : [['retry-after', retryAfter]],
    body: new ArrayBuffer(0),
  },
})
const counted = (paths: readonly string[], path: string) => paths.filter((one) => one === path).length
const twice = { retries: 2 }

describe('a read that fails', () => {
  it('is repeated for all subscribers, who are told once that it was sent, and only of its final answer', async () => {
    const { ask, wire, clock, heard, paths } = setUp()
    ask('me', 5, { ...twice, as: 'one' })
    ask('me', 5, { ...twice, as: 'other' })
    await clock.advance(0)

    await wire('me').reply(failed)
    await clock.advance(1_000)
    await wire('me').reply(busy())
    ask('me', 5, { ...twice, as: 'late' })
    await clock.advance(2_000)
    await wire('me').answer('hello')

    expect(paths()).toEqual(['me', 'me', 'me'])
    expect(heard).toEqual([
      'one sent 1',
      'other sent 1',
      'late sent 1',
      'one hello',
      'other hello',
      'late hello',
    ])
  })

  it('ends with the result of its last attempt', async () => {
    const { ask, wire, clock, heard, paths } = setUp()
    ask('me', 5, twice)
    await clock.advance(0)
    for (let i = 0; i < 3; i++) {
      await wire('me').reply(failed)
      await clock.advance(5_000)
    }

    expect(paths()).toHaveLength(3)
    expect(heard).toEqual(['me sent 1', 'me failed'])
  })

  it('is repeated as often as its most patient subscriber allows, and twice by default', async () => {
    const { ask, wire, clock, paths } = setUp()
    ask('once', 5, { retries: 0 })
    ask('once', 5, { retries: 1 })
    ask('default', 5, { retries: undefined })
    await clock.advance(0)
    for (let i = 0; i < 4; i++) {
      for (const path of ['once', 'default']) await wire(path).reply(failed)
      await clock.advance(5_000)
    }

    expect([counted(paths(), 'once'), counted(paths(), 'default')]).toEqual([2, 3])
  })

  it('holds no connection while it waits', async () => {
    const { ask, wire, clock, paths } = setUp({ readsMax: 1 })
    ask('busy', 5, twice)
    ask('other', 5)
    await clock.advance(0)
    expect(paths()).toEqual(['busy'])

    await wire('busy').reply(busy('10'))

    expect(paths()).toEqual(['busy', 'other'])
  })

  it('is not repeated before the time that the server asked for', async () => {
    const { ask, wire, clock, paths } = setUp()
    ask('me', 5, twice)
    await clock.advance(0)
    await wire('me').reply(busy('10'))

    await clock.advance(9_999)
    expect(paths()).toHaveLength(1)
    await clock.advance(1_001)
    expect(paths()).toHaveLength(2)
  })

  it('ends at once if its time limit comes before that time', async () => {
    const { ask, wire, clock, heard } = setUp()
    ask('me', 5, twice)
    await clock.advance(1_000)

    await wire('me').reply(busy('30'))

    expect(heard).toEqual(['me sent 1', 'me '])
  })

  it('has one time limit for all attempts, and ends with the result of the last one', async () => {
    const { ask, wire, clock, heard } = setUp()
    ask('me', 5, twice)
    await clock.advance(20_000)
    await wire('me').reply(failed)
    await clock.advance(9_999)
    expect(wire('me').signal.aborted).toBe(false)

    await clock.advance(1)

    expect(heard).toEqual(['me sent 1', 'me failed'])
    expect(wire('me').signal.aborted).toBe(true)
  })

  it('ends at once when its last subscriber leaves, in flight and between attempts', async () => {
    const { ask, wire, clock, paths, heard } = setUp({ readsMax: 1 })
    const waiting = ask('between', 5, twice)
    await clock.advance(0)
    await wire('between').reply(failed)
    waiting.leave()
    const again = ask('again', 5, twice)
    await clock.advance(0)
    await wire('again').reply(failed)
    await clock.advance(2_000)
    again.leave()
    ask('last', 5)
    await clock.advance(60_000)

    expect(paths()).toEqual(['between', 'again', 'again', 'last'])
    expect(wire('again').signal.aborted).toBe(true)
    expect(heard.at(-1)).toBe('last timedOut')
  })

  it('counts as waiting between two attempts', async () => {
    const { ask, wire, clock, heard, settle } = setUp({ waitingReadsMax: 1 })
    ask('me', 5, twice)
    await settle()
    await wire('me').reply(busy('20'))

    ask('other')
    await settle()
    expect(heard).toContain('other tooMany')

    await clock.advance(21_000)
    await wire('me').answer('hello')
    ask('third')
    await settle()
    expect(heard.at(-1)).toMatch(/^third sent/)
  })

  it('is not repeated while the device says offline, until an answer arrives', async () => {
    const { ask, wire, setOnline, settle, clock, heard, paths } = setUp()
    setOnline(false)
    ask('lost', 5, twice)
    ask('busy', 5, twice)
    await settle()

    await wire('lost').reply(failed)
    await wire('busy').reply(busy())
    await clock.advance(2_000)

    expect(heard).toContain('lost failed')
    expect(paths()).toEqual(['lost', 'busy', 'busy'])
  })

  it('is not repeated after ten failures in a row, until a read is answered', async () => {
    const { ask, wire, settle, clock, paths } = setUp()
    for (let i = 0; i < 12; i++) {
      ask(`x${i}`, 5, { retries: 1 })
      await settle()
      await wire(`x${i}`).reply(failed)
    }
    await clock.advance(1_000)
    const repeated = paths().length - 12
    ask('good', 5)
    await settle()
    for (const path of paths().slice(12)) await wire(path).reply(failed)
    await wire('good').answer('')
    ask('after', 5, { retries: 1 })
    await settle()
    await wire('after').reply(failed)
    await clock.advance(1_000)

    expect(repeated).toBeLessThan(10)
    expect(counted(paths(), 'after')).toBe(2)
  })

  it('can be raised, and is sent again by its new priority', async () => {
    const { ask, wire, clock, paths } = setUp({ readsMax: 1 })
    const reader = ask('a', 5, twice)
    await clock.advance(0)
    await wire('a').reply(failed)
    ask('b', 5)
    await clock.advance(0)
    ask('c', 4)
    reader.raise(1)
    await clock.advance(1_000)
    await wire('b').answer('')

    expect(paths()).toEqual(['a', 'b', 'a'])
  })
})
