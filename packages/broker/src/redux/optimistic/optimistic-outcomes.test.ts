import { describe, expect, it } from 'vitest'
import { withMark } from '../actions.js'
import {
  base,
  doubled,
  emptied,
  ends,
  like,
  loaded,
  noted,
  pend,
  reducer,
  stateAfterActions,
  userChanged,
} from '../fixtures/posts.fixture.js'
import { optimistic } from './optimistic.js'

describe('an entry that settled before the page began', () => {
  const late = (at: number) =>
    ends('delivered', 'gone', { payload: { post: 'a', likes: 99 }, late: true, at })
  const readAt = (action: object, at: number, later: readonly object[] = []) =>
    ({ ...withMark(action, { later }), ...{ meta: { broker: { later }, readAt: at } } }) as never

  it('updates a state that was saved before it', () => {
    expect(stateAfterActions(late(5)).likes['a']).toBe(99)
  })

  it('is not applied to a newer read, which includes it', () => {
    expect(stateAfterActions(loaded({ a: 10 }), late(5)).likes['a']).toBe(10)
    expect(stateAfterActions(loaded({ ...base.likes }), pend('1', like('b')), late(5)).likes['a']).toBe(10)
  })

  it('is not applied after a newer read that changed nothing', () => {
    const same = optimistic(
      (state: { n: number } = { n: 0 }, { type }: { type: string }) =>
        type.endsWith('/delivered') ? { n: state.n + 1 } : state,
      { fromServer: ({ type }: never) => type === 'same' },
      { produce: undefined, report: () => {} },
    )

    expect(same(same({ n: 1 }, { type: 'same' }), late(5))).toEqual({ n: 1 })
    expect(same({ n: 1 }, late(5))).toEqual({ n: 2 })
  })

  it('is not applied to a newer dated read, and is applied to an older one', () => {
    expect(stateAfterActions(readAt(loaded({ a: 10 }), 6), late(5)).likes['a']).toBe(10)
    expect(stateAfterActions(readAt(loaded({ a: 10 }), 4), late(5)).likes['a']).toBe(99)
  })

  it('differs from an entry that settles while the page is open', () => {
    const delivered = ends('delivered', '1', { payload: { post: 'a', likes: 99 }, at: 5 })

    expect(stateAfterActions(loaded({ a: 10 }), delivered).likes['a']).toBe(99)
  })

  it('counts again for the next user', () => {
    expect(stateAfterActions(loaded({ a: 10 }), userChanged, late(5)).likes['a']).toBe(99)
  })

  it('is applied again over a read that may be older', () => {
    const later = [
      ends('delivered', 'x', { payload: { post: 'a', likes: 12 } }),
      ends('delivered', 'y', { payload: { post: 'a', likes: 13 } }),
    ]

    expect(stateAfterActions(pend('1', like()), readAt(loaded({ a: 10 }), 0, later)).likes['a']).toBe(14)
  })
})

describe('outcomes of one frame', () => {
  const more = true

  it('change the view at the last one', () => {
    const pending = stateAfterActions(pend('1', like()), pend('2', like()), pend('3', like('b')))
    const first = reducer(pending, ends('returned', '1', { more }))

    expect(first.likes).toBe(pending.likes)
    expect(reducer(first, ends('returned', '2')).likes).toEqual({ a: 10, b: 21 })
  })

  it('change the view at the last one, even if that one is not of this slice', () => {
    const first = reducer(
      stateAfterActions(pend('1', like()), pend('2', like('b'))),
      ends('returned', '1', { more }),
    )

    expect(reducer(first, ends('delivered', 'elsewhere', { payload: {} })).likes).toEqual({ a: 10, b: 21 })
  })

  it.each([
    ['an ordinary action', noted('n')],
    ['a pending one', pend('3', noted('n'))],
    ['news of the broker', { type: 'redux-broker/accepted', payload: [] }],
  ])('have changed the view when %s comes in between', (_name, action) => {
    const first = reducer(
      stateAfterActions(pend('1', like()), pend('2', like('b'))),
      ends('returned', '1', { more }),
    )

    expect(reducer(first, action).likes).toEqual({ a: 10, b: 21 })
  })

  it('do not wait if nothing is pending', () => {
    expect(stateAfterActions(pend('1', like()), ends('returned', '1', { more }))).toBe(base)
  })
})

describe('a change in doubt that did happen', () => {
  const withoutAnswer = (id: string, action = like(), more = {}) =>
    ends('deliveredWithoutAnswer', id, { action, ...more })

  it('becomes confirmed state without a flicker: the view is the same before and after', () => {
    const pending = stateAfterActions(
      pend('1', like('a', 5)),
      pend('2', doubled({ post: 'a' })),
      pend('3', like('b')),
    )
    const state = reducer(pending, withoutAnswer('1', like('a', 5)))

    expect(state.likes).toEqual(pending.likes)
    expect(reducer(reducer(state, ends('returned', '2')), ends('returned', '3')).likes).toEqual({
      a: 15,
      b: 20,
    })
  })

  it('is not counted twice with a newer read', () => {
    expect(stateAfterActions(pend('1', like()), withoutAnswer('1'), loaded({ a: 11 })).likes).toEqual({
      a: 11,
    })
  })

  it('is applied to a state saved before it, and not twice to a newer read', () => {
    const late = withoutAnswer('gone', like('a', 5), { late: true, at: 5 })

    expect(stateAfterActions(late).likes['a']).toBe(15)
    expect(stateAfterActions(loaded({ a: 10 }), late).likes['a']).toBe(10)
  })

  it('is applied over an older read', () => {
    const cached = (readAt: number, later: readonly object[]) =>
      ({ ...loaded({ a: 10 }), meta: { readAt, broker: { later } } }) as never

    expect(stateAfterActions(cached(4, [withoutAnswer('1', like(), { at: 5 })])).likes['a']).toBe(11)
  })

  it('reaches the reducer as its action and then as `deliveredWithoutAnswer`', () => {
    const told: string[] = []
    const listening = optimistic(
      (state: { n: number } = { n: 0 }, action: { type: string }) => {
        told.push(action.type)
        return state
      },
      {},
      { produce: undefined, report: () => {} },
    )
    listening({ n: 1 }, withoutAnswer('1'))

    expect(told).toEqual(['posts/liked', 'posts/liked/deliveredWithoutAnswer'])
  })
})

describe('entries that were discarded together', () => {
  it('leave the view at once, and nothing else does', () => {
    const pending = stateAfterActions(pend('1', like()), noted('n'), pend('2', like('b')), pend('3', like()))

    expect(reducer(pending, emptied('1', '2')).likes).toEqual({ a: 11, b: 20 })
    expect(reducer(pending, emptied('1', '2', '3'))).toEqual({ likes: base.likes, notes: ['n'] })
    expect(reducer(pending, emptied('9'))).toBe(pending)
  })
})
