import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import {
  isBrokerAction,
  isOutcome,
  laterOutcomes,
  outcome,
  outcomeMark,
  pendingMark,
  readAtOf,
  withMark,
} from './actions.js'
import { delivered, deliveredWithoutAnswer, failed, notAccepted, returned } from './matchers.js'
import { write } from './write.js'

const request = () => ({ url: '/x' })
const liked = write(createAction<{ postId: string }>('posts/liked'), { request })
const clapped = write(createAction('posts/clapped'), { request })
const matchers = { delivered, deliveredWithoutAnswer, returned, notAccepted }
const kinds = ['delivered', 'deliveredWithoutAnswer', 'returned', 'notAccepted', 'cancelled'] as const

const made = (kind: (typeof kinds)[number], type = 'posts/liked') =>
  outcome({ kind, entryId: 'e', action: { type, payload: { postId: '1' } }, lane: 'l', at: 5, late: false })

describe('an outcome', () => {
  it('is an action that is readable in DevTools: its cause and its result', () => {
    const action = { type: 'posts/liked', payload: { postId: '1' } }
    const error = { reason: 'refused', httpStatus: 422, problem: 'no' }

    expect(outcome({ kind: 'returned', entryId: 'e', action, lane: 'l', error, at: 5, late: true })).toEqual({
      type: 'posts/liked/returned',
      payload: undefined,
      error,
      meta: {
        entryId: 'e',
        arg: { postId: '1' },
        action,
        broker: { outcome: 'returned', lane: 'l', at: 5, late: true, more: false },
      },
    })
  })

  it('has no `error` field without an error', () => {
    expect(made('delivered')).not.toHaveProperty('error')
  })

  it.each(kinds)('that is %s is matched by the matcher of its kind and route, and by no other', (kind) => {
    for (const [name, matcher] of Object.entries(matchers)) {
      expect(matcher(liked)(made(kind))).toBe(name === kind)
      expect(matcher(clapped)(made(kind))).toBe(false)
      expect(matcher(clapped, liked)(made(kind))).toBe(name === kind)
    }
  })

  it.each(kinds)('that is %s is a failure if it ended without success', (kind) => {
    expect(failed(liked)(made(kind))).toBe(kind === 'returned' || kind === 'notAccepted')
    expect(failed(clapped)(made(kind))).toBe(false)
  })

  it.each(Object.entries({ ...matchers, failed }))(
    'that is matched by %s() without a creator is a mistake, which the error helps to mend',
    (name, matcher) => {
      const untyped = matcher as (...creators: unknown[]) => unknown
      const expected = `${name}() expects action creators, made by write() or read(); got `

      expect(() => untyped()).toThrow(TypeError)
      expect(() => untyped()).toThrow(`${expected}none. Name one at least, as in ${name}(liked).`)
      expect(() => untyped(liked, undefined)).toThrow(TypeError)
      expect(() => untyped(liked, undefined)).toThrow(`${expected}undefined. It is undefined where`)
      expect(() => untyped('posts/liked')).toThrow(`${expected}'posts/liked'. It is undefined where`)
      expect(() => untyped({ liked })).toThrow(`${expected}an object with liked.`)
    },
  )

  it('does not match another action with the same name', () => {
    const impostor = { type: 'posts/liked/delivered', payload: {}, meta: { entryId: 'e' } }

    expect(delivered(liked)(impostor)).toBe(false)
    expect(outcomeMark(impostor)).toBeUndefined()
  })
})

describe('marks', () => {
  it("stand beside the app's own meta, on a copy", () => {
    const action = { ...liked({ postId: '1' }), meta: { from: 'a button' } }
    const marked = withMark(action, { entryId: 'e', lane: 'l' })

    expect(marked.meta).toEqual({ from: 'a button', broker: { entryId: 'e', lane: 'l' } })
    expect(action.meta).toEqual({ from: 'a button' })
  })

  it('of pending actions, outcomes and reads are not confused', () => {
    const pending = withMark(liked({ postId: '1' }), { entryId: 'e', lane: 'l' })
    const truth = withMark({ type: 'loaded' }, { later: [made('delivered')] })
    const all = [pending, made('delivered'), truth]

    expect(all.map((action) => pendingMark(action) !== undefined)).toEqual([true, false, false])
    expect(all.map((action) => outcomeMark(action) !== undefined)).toEqual([false, true, false])
    expect(all.map((action) => laterOutcomes(action) !== undefined)).toEqual([false, false, true])
  })

  it.each([
    undefined,
    null,
    1,
    'text',
    {},
    { meta: null },
    { meta: 1 },
    { meta: { broker: null } },
    { meta: { broker: 1 } },
    () => {},
  ])('are not found on %s, and looking for them does no harm', (action) => {
    for (const look of [pendingMark, outcomeMark, laterOutcomes, readAtOf])
      expect(look(action)).toBeUndefined()
    expect(isBrokerAction(action)).toBe(false)
    expect(delivered(liked)(action)).toBe(false)
  })

  it('have the time of a read, if it is a number', () => {
    expect(readAtOf({ type: 'loaded', meta: { readAt: 5 } })).toBe(5)
    expect(readAtOf({ type: 'loaded', meta: { readAt: '5' } })).toBeUndefined()
  })
})

describe("the broker's own actions", () => {
  it('are recognised by their names, and differ from outcomes', () => {
    expect(isBrokerAction({ type: 'redux-broker/accepted', payload: [] })).toBe(true)
    expect(isBrokerAction({ type: 'redux-brokers/x' })).toBe(false)
    expect(isBrokerAction(made('delivered'))).toBe(false)
    expect(isOutcome(made('cancelled'))).toBe(true)
    expect(isOutcome({ type: 'redux-broker/userChanged' })).toBe(false)
  })
})
