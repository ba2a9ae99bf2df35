import { describe, expect, it } from 'vitest'
import type { BrokerAction } from '../../redux/actions.js'
import { createPendingEntries, type PendingEntries } from './pending-entries.js'

const entry = (entryId: string, lane: string, inDoubt = false) => ({
  entryId,
  lane,
  action: { type: entryId },
  inDoubt,
})

const restored = (...entries: ReturnType<typeof entry>[]): BrokerAction => ({
  type: 'redux-broker/restored',
  payload: { entries, letters: [] },
  meta: { first: false },
})
const doubted = (payload: string): BrokerAction => ({ type: 'redux-broker/doubted', payload })

const known = (...entries: ReturnType<typeof entry>[]) => {
  const all = createPendingEntries()
  all.hear(restored(...entries))
  return all
}
const prompt = (all: PendingEntries) => all.prompt().map(({ type }) => type)

describe('prompt entries of a view', () => {
  it('are entries that do not wait for a person', () => {
    expect(prompt(known(entry('a', '1'), entry('b', '2')))).toEqual(['a', 'b'])
  })

  it('are no entries in doubt, nor those in their lane', () => {
    const all = known(entry('a', '1', true), entry('b', '1'), entry('c', '2'), entry('d', '2'))
    expect(prompt(all)).toEqual(['c', 'd'])

    all.hear(doubted('c'))
    all.hear(doubted('unknown'))
    expect(prompt(all)).toEqual([])
    expect(all.entries.size).toBe(4)
  })

  it('are retried entries', () => {
    const all = known(entry('a', '1', true))

    all.hear(restored(entry('a', '1')))

    expect(prompt(all)).toEqual(['a'])
  })

  it('are no entries whose lane a dead letter or an unreadable entry blocks', () => {
    const all = known(entry('a', '1'), entry('b', '2'), entry('c', '3'))

    all.held([], ['1'], ['2'])
    expect(prompt(all)).toEqual(['c'])

    all.held(['1', '3'], [])
    expect(prompt(all)).toEqual(['a', 'b', 'c'])
  })
})
