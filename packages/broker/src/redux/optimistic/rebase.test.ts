import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Layers, type Logged, replayLog, settleEntries } from './rebase.js'

type Log = readonly Logged<string>[]
/** A state that remembers in which order actions were applied to it. */
const apply = (state: string, action: string) => state + action
const layers = (confirmed: string, log: Log): Layers<string, string> => ({ confirmed, log })
const pending = (action: string): Logged<string> => ({ action, entryId: action })
const ordinary = (action: string): Logged<string> => ({ action })

const ended = (...ids: readonly string[]) => new Set(ids)

describe('settleEntries', () => {
  it('removes an entry from the log and keeps the order of the rest', () => {
    const before = layers('', [pending('a'), ordinary('1'), pending('b'), ordinary('2')])

    expect(settleEntries(before, ended('b'), apply)).toEqual(
      layers('', [pending('a'), ordinary('1'), ordinary('2')]),
    )
  })

  it('moves actions into the confirmed state only if no pending action stands before them', () => {
    const before = layers('', [pending('a'), ordinary('1'), pending('b'), ordinary('2')])

    expect(settleEntries(before, ended('a'), apply)).toEqual(layers('1', [pending('b'), ordinary('2')]))
    expect(settleEntries(before, ended('a', 'b'), apply)).toEqual(layers('12', []))
  })

  it('changes nothing for entries that it does not know', () => {
    const before = layers('s', [pending('a'), ordinary('1')])

    expect(settleEntries(before, ended('x'), apply)).toEqual(before)
  })
})

describe('the view', () => {
  const log = fc
    .array(fc.boolean(), { maxLength: 12 })
    .map((kinds): Log => kinds.map((isPending, i) => (isPending ? pending(`<${i}>`) : ordinary(`${i}`))))
  const chosen = (of: Log, which: readonly boolean[]) =>
    ended(...of.flatMap(({ entryId }, i) => (which[i] ? (entryId ?? []) : [])))
  const runs = { seed: 7, numRuns: 300 }

  it('after removing changes is as if they had never been made', () => {
    fc.assert(
      fc.property(log, fc.array(fc.boolean(), { minLength: 12 }), (all, which) => {
        const gone = chosen(all, which)
        const without = all.filter(({ entryId }) => entryId === undefined || !gone.has(entryId))

        expect(replayLog(settleEntries(layers('', all), gone, apply), apply)).toBe(
          replayLog(layers('', without), apply),
        )
      }),
      runs,
    )
  })

  it('does not depend on whether changes are removed together or one by one, in whatever order', () => {
    fc.assert(
      fc.property(log, fc.array(fc.boolean(), { minLength: 12 }), fc.boolean(), (all, which, backwards) => {
        const gone = chosen(all, which)
        const order = backwards ? [...gone].reverse() : [...gone]
        const oneByOne = order.reduce((now, id) => settleEntries(now, ended(id), apply), layers('', all))

        expect(replayLog(oneByOne, apply)).toBe(replayLog(settleEntries(layers('', all), gone, apply), apply))
      }),
      runs,
    )
  })

  it('is the confirmed state itself when nothing waits', () => {
    const state = { likes: 1 }

    expect(replayLog({ confirmed: state, log: [] }, () => ({ likes: 2 }))).toBe(state)
  })
})
