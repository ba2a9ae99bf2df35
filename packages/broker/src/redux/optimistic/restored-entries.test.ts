import type { Action } from 'redux'
import { describe, expect, it } from 'vitest'
import { pendingMark } from '../actions.js'
import {
  base,
  doubled,
  ends,
  like,
  liked,
  noted,
  pend,
  reducer,
  restoredEntries,
  stateAfterActions,
  userChanged,
} from '../fixtures/posts.fixture.js'
import { optimistic } from './optimistic.js'

describe('entries that were there before the page', () => {
  it('stand before all later actions, in their order', () => {
    const state = stateAfterActions(
      pend('3', like('a', 1)),
      restoredEntries({ 1: doubled({ post: 'a' }), 2: like('a', 5) }),
    )

    expect(state.likes['a']).toBe(26)
    expect(reducer(state, ends('returned', '1')).likes['a']).toBe(16)
  })

  it('stand behind them if another tab made the entries meanwhile', () => {
    expect(
      stateAfterActions(pend('1', like('a', 1)), restoredEntries({ 2: doubled({ post: 'a' }) }, false)).likes[
        'a'
      ],
    ).toBe(22)
  })

  it('stand in the view once, however often they are restored', () => {
    const again = stateAfterActions(
      restoredEntries({ 1: like() }),
      restoredEntries({ 1: like() }),
      restoredEntries({ 1: like(), 2: like() }, false),
    )

    expect(again.likes['a']).toBe(12)
    expect(reducer(reducer(again, ends('returned', '1')), ends('returned', '2'))).toBe(base)
  })

  it('have the mark of their entry, as at their capture', () => {
    const ids = (state: { ids: readonly unknown[] } = { ids: [] }, action: Action) =>
      liked.match(action) ? { ids: [...state.ids, pendingMark(action)?.entryId] } : state
    const named = optimistic(ids, {}, { produce: undefined, report: () => {} })

    expect(named({ ids: [] }, restoredEntries({ 7: like() }))).toEqual({ ids: ['7'] })
  })

  it('P6 leave with their user, also those of this page, and ordinary actions stay', () => {
    const state = stateAfterActions(
      restoredEntries({ 1: like() }),
      pend('2', like()),
      noted('kept'),
      userChanged,
    )

    expect(state).toEqual({ likes: { a: 10, b: 20 }, notes: ['kept'] })
    expect(stateAfterActions(userChanged)).toBe(base)
  })
})
