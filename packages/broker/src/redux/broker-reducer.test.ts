import type { Action, UnknownAction } from 'redux'
import { describe, expect, it } from 'vitest'
import { indexMax } from '../core/limits.js'
import { type BrokerAction, type OutcomeAction, outcome, withMark } from './actions.js'
import { type BrokerState, brokerReducer } from './broker-reducer.js'

const pend = (entryId: string) =>
  withMark({ type: 'posts/liked', payload: { text: 'secret' } }, { entryId, lane: 'l' })
const ended = (
  kind: 'delivered' | 'returned' | 'notAccepted' | 'cancelled',
  entryId: string,
  error?: OutcomeAction['error'],
) =>
  outcome({
    kind,
    entryId,
    action: { type: 'posts/liked' },
    lane: 'l',
    at: 0,
    late: false,
    ...(error && { error }),
  })
const of = (action: BrokerAction) => action

const next = (state: BrokerState, action: Action) => brokerReducer(state, action as UnknownAction)
const initial = brokerReducer(undefined, { type: 'init' })
const after = (...actions: Action[]): BrokerState => actions.reduce<BrokerState>(next, initial)
const entry = (id: string) => ({ id, type: 'posts/liked', lane: 'l' })
const status = {
  lost: { upTo: 1, restored: 2, at: 3 },
  waiting: 7,
  notInView: 3,
  deadLetters: 2,
  connectivity: 'degraded',
  paused: 'auth',
  updateReady: true,
  trouble: [],
} as const

const restored = (live: readonly (readonly [string, boolean])[], dead: readonly string[] = []) =>
  of({
    type: 'redux-broker/restored',
    payload: {
      entries: live.map(([entryId, inDoubt]) => ({
        entryId,
        lane: 'l',
        inDoubt,
        action: { type: 'posts/liked' },
        tried: { id: entryId, attempts: 0 },
      })),
      letters: dead.map((entryId) => ({
        entryId,
        lane: 'l',
        type: 'posts/liked',
        reason: 'refused',
        httpStatus: 422,
        attempts: 1,
      })),
    },
    meta: { first: true },
  })

describe('brokerReducer', () => {
  it('begins with nothing waiting and online', () => {
    expect(initial).toEqual({
      waiting: 0,
      notInView: 0,
      deadLetters: 0,
      connectivity: 'online',
      paused: undefined,
      updateReady: false,
      trouble: [],
      entries: {},
    })
  })

  it('follows an entry from the tap to the disk to its delivery', () => {
    const captured = after(pend('1'))
    const accepted = next(captured, of({ type: 'redux-broker/accepted', payload: ['1'] }))

    expect(captured).toMatchObject({ waiting: 1, entries: { 1: { ...entry('1'), state: 'capturing' } } })
    expect(accepted.entries).toEqual({ 1: { ...entry('1'), state: 'accepted' } })
    expect(next(accepted, ended('delivered', '1')).entries).toEqual({})
    expect(next(accepted, ended('cancelled', '1')).entries).toEqual({})
  })

  it('keeps entries that were returned or not accepted with their reasons until they are handled', () => {
    const state = after(
      pend('1'),
      pend('2'),
      ended('returned', '1', { reason: 'refused', httpStatus: 422, problem: 'long' }),
      ended('notAccepted', '2', { reason: 'outboxFull' }),
    )

    expect(state.entries).toEqual({
      1: { ...entry('1'), state: 'returned', reason: 'refused', httpStatus: 422 },
      2: { ...entry('2'), state: 'notAccepted', reason: 'outboxFull' },
    })
    expect(next(state, of({ type: 'redux-broker/discarded', payload: '2' })).entries).not.toHaveProperty('2')
  })

  it('marks entries in doubt, and adds no unknown ones', () => {
    expect(after(pend('1'), of({ type: 'redux-broker/doubted', payload: '1' })).entries['1']?.state).toBe(
      'inDoubt',
    )
    expect(after(of({ type: 'redux-broker/doubted', payload: '9' })).entries).toEqual({})
    expect(after(of({ type: 'redux-broker/accepted', payload: ['9'] })).entries).toEqual({})
  })

  it('lists restored entries: waiting, in doubt, returned', () => {
    expect(
      after(
        restored(
          [
            ['1', false],
            ['2', true],
          ],
          ['3'],
        ),
      ).entries,
    ).toEqual({
      1: { ...entry('1'), state: 'accepted', attempts: 0 },
      2: { ...entry('2'), state: 'inDoubt', attempts: 0 },
      3: { ...entry('3'), state: 'returned', reason: 'refused', httpStatus: 422, attempts: 1 },
    })
  })

  it('forgets why an entry came back once it is retried', () => {
    const state = after(pend('1'), ended('returned', '1', { reason: 'refused' }), restored([['1', false]]))

    expect(state.entries).toEqual({ 1: { ...entry('1'), state: 'accepted', attempts: 0 } })
  })

  it('takes over the reported counts', () => {
    expect(after(of({ type: 'redux-broker/status', payload: status }))).toMatchObject(status)
  })

  it('P6 keeps nothing of one user for the next, except state that does not belong to users', () => {
    const state = after(
      pend('1'),
      of({ type: 'redux-broker/status', payload: status }),
      of({ type: 'redux-broker/userChanged' }),
    )

    expect(state).toEqual({ ...initial, connectivity: 'degraded', updateReady: true })
  })

  it('P10 lists the newest entries only, however many there are', () => {
    const ids = Array.from({ length: indexMax + 2 }, (_, i) => `e${i}`)
    const state = after(...ids.map(pend))

    expect(Object.keys(state.entries)).toEqual(ids.slice(2))
    expect(state.waiting).toBe(indexMax + 2)
    expect(Object.keys(after(restored(ids.map((id) => [id, false]))).entries)).toEqual(ids.slice(2))
  })

  it('holds no payload, no answer and no problem', () => {
    const secret = { reason: 'refused', problem: 'secret' }
    const state = after(pend('1'), pend('2'), ended('returned', '1', secret))

    expect(JSON.stringify(state)).not.toContain('secret')
  })

  it.each([
    { type: 'other' },
    ended('delivered', 'unknown'),
    of({ type: 'redux-broker/discarded', payload: 'unknown' }),
  ])('is the same state after an action without a change: $type', (action) => {
    const before = after(pend('1'))

    expect(next(before, action).entries).toBe(before.entries)
  })
})
