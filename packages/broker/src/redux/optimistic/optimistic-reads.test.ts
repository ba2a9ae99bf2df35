// A wrapped reducer and the answers of reads.

import type { UnknownAction } from 'redux'
import { describe, expect, it } from 'vitest'
import { type OutcomeAction, outcome } from '../actions.js'
import { brokerReducer } from '../broker-reducer.js'
import { base, ends, like, pend, reducer, stateAfterActions } from '../fixtures/posts.fixture.js'

const answered = (payload: unknown, more: { at?: number; later?: readonly OutcomeAction[] } = {}) =>
  ({
    ...outcome({
      kind: 'delivered',
      entryId: 'r1',
      action: { type: 'posts/load' },
      payload,
      lane: '',
      at: 10,
      late: false,
      read: true,
      ...more,
    }),
  }) as unknown as UnknownAction

describe('the answer of a read', () => {
  it('becomes confirmed state below the pending changes', () => {
    const state = stateAfterActions(pend('e1', like('a', 1)), answered({ post: 'a', likes: 50 }))

    expect(state.likes['a']).toBe(51)
  })

  it('ends no entry', () => {
    const state = stateAfterActions(pend('r1', like('a', 1)), answered({ post: 'a', likes: 50 }))

    expect(reducer(state, ends('cancelled', 'r1')).likes['a']).toBe(50)
  })

  it('keeps an unrelated slice as the same object, with and without pending actions', () => {
    const pending = stateAfterActions(pend('e1', like('a', 1)))

    expect(reducer(base, answered({}))).toBe(base)
    expect(reducer(pending, answered({}))).toBe(pending)
  })

  it('has later outcomes on top', () => {
    const later = [
      ends('delivered', 'e9', { payload: { post: 'a', likes: 60 }, at: 20 }) as unknown as OutcomeAction,
    ]

    expect(stateAfterActions(answered({ post: 'a', likes: 50 }, { later })).likes['a']).toBe(60)
  })

  it('includes outcomes from before its request', () => {
    const read = answered({ post: 'a', likes: 50 }, { at: 10 })
    const before = ends('delivered', 'e8', { payload: { post: 'a', likes: 40 }, at: 9, late: true })
    const since = ends('delivered', 'e9', { payload: { post: 'a', likes: 51 }, at: 11, late: true })

    expect(stateAfterActions(read, before).likes['a']).toBe(50)
    expect(stateAfterActions(read, since).likes['a']).toBe(51)
  })

  it('does not change the broker’s own slice', () => {
    const state = brokerReducer(undefined, { type: 'init' })

    expect(brokerReducer(state, answered({}))).toBe(state)
  })
})
