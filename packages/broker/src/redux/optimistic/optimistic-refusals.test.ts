// A capture that the outbox refuses costs a slice no replay.
import type { UnknownAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { withMark } from '../actions.js'
import { ends, type Plain, pend } from '../fixtures/posts.fixture.js'
import { optimistic } from './optimistic.js'
import { confirmedState } from './persisted-state.js'

describe('a capture that is refused', () => {
  const counted = (handled: readonly string[]) => {
    const calls: string[] = []
    const reducer = optimistic(
      (state: { list: readonly string[] } = { list: [] }, action: { type: string; payload?: unknown }) => {
        calls.push(action.type)
        return handled.includes(action.type) ? { list: [...state.list, String(action.payload)] } : state
      },
      {},
      { produce: undefined, report: () => {} },
    )
    const run = (...actions: UnknownAction[]) =>
      actions.reduce((state, action) => reducer(state, action as never), { list: [] as readonly string[] })
    return { run, calls }
  }
  const add = (payload: string): Plain => ({ type: 'add', payload })
  const refused = (id: string, unseen = false, kind: 'notAccepted' | 'cancelled' = 'notAccepted') =>
    withMark(ends(kind, id, { action: add(id), payload: `no ${id}` }), {
      outcome: kind,
      lane: 'lane',
      at: 0,
      late: false,
      more: false,
      ...(unseen && { unseen }),
    })
  const handled = ['add', 'add/notAccepted', 'add/cancelled', 'ordinary']
  const ordinary = { type: 'ordinary', payload: 'o' }

  it.each([
    ['shows its outcome where it was asked', [pend('1', add('1')), refused('x', true)], ['1', 'no x']],
    [
      'is told in the order of dispatch',
      [pend('1', add('1')), refused('x', true), pend('2', add('2'))],
      ['1', 'no x', '2'],
    ],
    ['with nothing pending is as an ordinary action', [refused('x', true), ordinary], ['no x', 'o']],
    [
      'as the newest of the view leaves it as it was',
      [pend('1', add('1')), pend('2', add('2')), refused('2')],
      ['1', 'no 2'],
    ],
    [
      'as the only one of the view leaves it as it was',
      [ordinary, pend('1', add('1')), refused('1', false, 'cancelled'), ordinary],
      ['o', 'no 1', 'o'],
    ],
  ])('%s, and nothing is replayed', (_how, actions, expected) => {
    const { run, calls } = counted(handled)

    expect(run(...actions).list).toEqual(expected)
    expect(calls.filter((type) => type === 'add')).toHaveLength(
      actions.filter(({ type }) => type === 'add').length,
    )
  })

  it.each([
    [
      [pend('1', add('1')), pend('2', add('2')), refused('1')],
      ['no 1', '2'],
    ],
    [
      [pend('1', add('1')), ordinary, refused('1')],
      ['no 1', 'o'],
    ],
    [
      [pend('1', add('1')), pend('2', add('2')), refused('2'), refused('1')],
      ['no 2', 'no 1'],
    ],
  ])('below another change is removed from below it: %#', (actions, expected) => {
    expect(
      counted(handled)
        .run(...actions)
        .list.toSorted(),
    ).toEqual([...expected].sort())
  })

  it('is kept with the confirmed state', () => {
    const state = counted(handled).run(pend('1', add('1')), refused('x', true), ends('returned', '1'))

    expect(confirmedState(state)).toEqual({ list: ['no x'] })
  })

  it.each([
    ['the root', (slice: unknown) => ({ slice })],
    ['a group', (slice: unknown) => ({ group: { slice } })],
    ['a group in a group', (slice: unknown) => ({ group: { group: { slice } } })],
    ['a group of the third level', (slice: unknown) => ({ group: { group: { group: { slice } } } })],
  ])('is saved with the confirmed state in %s, without pending changes', (_, within) => {
    const state = counted(handled).run(refused('x', true), pend('1', add('1')))

    expect(confirmedState(within(state))).toEqual(within({ list: ['no x'] }))
  })

  it('keeps the identical state of a slice that ignores it', () => {
    const slice = optimistic(
      (state: object = {}, { type }: { type: string }) => (type === 'add' ? { ...state } : state),
      {},
      { produce: undefined, report: () => {} },
    )
    const pending = slice(slice({}, pend('1', add('1')) as never), pend('2', add('2')) as never)

    expect(slice(pending, refused('x', true) as never)).toBe(pending)
  })
})
