import type { BrokerState, EntryStatus } from 'redux-broker'
import { expect, it } from 'vitest'
import { leftOut } from './left-out'

const entries = (...states: EntryStatus['state'][]): BrokerState['entries'] =>
  Object.fromEntries(states.map((state, i) => [i, { id: `${i}`, type: 'posts/liked', lane: 'a', state }]))

it.each([
  ['all is shown', 0, entries('accepted')],
  ['a change that cannot be read has its own notice', 1, entries('quarantined', 'accepted')],
])('nothing is said where %s', (_, notInView, all) => {
  expect(leftOut({ notInView, entries: all })).toBeUndefined()
})

it.each([
  [1, entries('accepted'), '1 change waits'],
  [2_345, {}, '2345 changes wait'],
  [3, entries('quarantined'), '2 changes wait'],
])('with %i entries outside the view, the page says how many', (notInView, all, words) => {
  expect(leftOut({ notInView, entries: all })).toContain(words)
})
