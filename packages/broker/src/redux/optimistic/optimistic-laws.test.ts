// The laws of the view over random histories: of pending changes, ordinary actions, truths and outcomes in any order.
import type { UnknownAction } from '@reduxjs/toolkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  base,
  doubled,
  ends,
  liked,
  loaded,
  noted,
  type Plain,
  type PostsState,
  pend,
  restoredEntries,
  wrapped,
} from '../fixtures/posts.fixture.js'

const posts = ['a', 'b'] as const
type Post = (typeof posts)[number]
type Kind = 'delivered' | 'deliveredWithoutAnswer' | 'returned' | 'cancelled'

type Step =
  | { readonly do: 'change'; readonly action: Plain }
  | { readonly do: 'ordinary' }
  | { readonly do: 'truth'; readonly likes: Readonly<Record<Post, number>> }
  | { readonly do: 'settle'; readonly which: number; readonly kind: Kind; readonly likes: number }
  | { readonly do: 'restore'; readonly action: Plain; readonly first: boolean }

const post = fc.constantFrom(...posts)
const likes = fc.integer({ min: 0, max: 50 })
const change: fc.Arbitrary<Plain> = fc.oneof(
  fc.record({ post, by: fc.integer({ min: 1, max: 9 }) }).map((payload) => liked(payload)),
  post.map((one) => doubled({ post: one })),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('change' as const), action: change }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('ordinary' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('truth' as const), likes: fc.record({ a: likes, b: likes }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      which: fc.nat({ max: 9 }),
      kind: fc.constantFrom<Kind>('delivered', 'deliveredWithoutAnswer', 'returned', 'cancelled'),
      likes,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('restore' as const), action: change, first: fc.boolean() }),
  },
)
const history = fc.array(step, { maxLength: 25 })
const runs = { seed: 8, numRuns: 300 }

interface Told {
  readonly action: UnknownAction
  readonly entryId?: string
}

/** The actions of a history, each with the entry that it is about; what is settled is chosen among what is pending. */
function actionsOf(steps: readonly Step[]): readonly Told[] {
  const open: { readonly id: string; readonly action: Plain }[] = []
  const told = (one: Step, entryId: string): Told | readonly Told[] => {
    switch (one.do) {
      case 'ordinary':
        return { action: noted(entryId) }
      case 'truth':
        return { action: loaded(one.likes) }
      case 'change':
        open.push({ id: entryId, action: one.action })
        return { action: pend(entryId, one.action), entryId }
      case 'restore':
        open.push({ id: entryId, action: one.action })
        return { action: restoredEntries({ [entryId]: one.action }, one.first), entryId }
      case 'settle': {
        const [gone] = open.splice(one.which % Math.max(open.length, 1), 1)
        if (gone === undefined) return []
        const payload =
          one.kind === 'delivered' ? { post: posts[one.which % 2], likes: one.likes } : undefined
        return { action: ends(one.kind, gone.id, { payload, action: gone.action }), entryId: gone.id }
      }
    }
  }
  return steps.flatMap((one, i) => told(one, `e${i}`))
}

const run = (reducer: ReturnType<typeof wrapped>, actions: readonly { readonly action: UnknownAction }[]) => {
  const states = [base]
  for (const { action } of actions) states.push(reducer(states.at(-1), action))
  return states
}
const seen = (states: readonly PostsState[]) => states.map(({ likes, notes }) => ({ likes, notes }))
const lastOf = (states: readonly PostsState[]) => states.at(-1) ?? base

describe('the view', () => {
  it('after an undone change is as if it had never been made, in every order with other actions', () => {
    fc.assert(
      fc.property(history, fc.nat({ max: 24 }), (steps, which) => {
        const actions = actionsOf(steps)
        const returned = actions.flatMap(({ action, entryId }) =>
          String(action['type']).endsWith('/returned') ? (entryId ?? []) : [],
        )
        const gone = returned[which % Math.max(returned.length, 1)]
        const without = actions.filter(({ entryId }) => gone === undefined || entryId !== gone)

        expect(seen([lastOf(run(wrapped(), actions))])).toEqual(seen([lastOf(run(wrapped(), without))]))
      }),
      runs,
    )
  })

  it('is the same with and without one draft for a whole replay', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const actions = actionsOf(steps)

        expect(run(wrapped({ produce: true }), actions)).toEqual(run(wrapped({ produce: false }), actions))
      }),
      runs,
    )
  })

  it('is the same at the end of each frame, whether its outcomes are shown together or one by one', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const actions = actionsOf(steps)
        const isOutcome = (i: number) =>
          /\/(delivered|confirmed|returned|cancelled)$/.test(String(actions[i]?.action['type']))
        const together = actions.map(({ action }, i) => {
          if (!isOutcome(i) || !isOutcome(i + 1)) return { action }
          const { meta } = action as unknown as { readonly meta: { readonly broker: object } }
          return { action: { ...action, meta: { ...meta, broker: { ...meta.broker, more: true } } } }
        })
        const ends = actions.flatMap((_, i) => (isOutcome(i) && isOutcome(i + 1) ? [] : i + 1))
        const at = (states: readonly PostsState[]) => seen(ends.map((i) => states[i] ?? base))

        expect(at(run(wrapped(), together))).toEqual(at(run(wrapped(), actions)))
      }),
      runs,
    )
  })

  it('depends only on the state and the action, so that time travel works', () => {
    fc.assert(
      fc.property(history, fc.nat({ max: 25 }), (steps, from) => {
        const actions = actionsOf(steps)
        const reducer = wrapped()
        const states = run(reducer, actions)
        const start = Math.min(from, actions.length)
        const again = actions
          .slice(start)
          .reduce((state, { action }) => reducer(state, action), states[start])

        expect(again).toEqual(lastOf(states))
      }),
      runs,
    )
  })

  it('is the identical earlier state when all pending changes are undone', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), fc.boolean(), (changes, backwards) => {
        const ids = changes.map((_, i) => `e${i}`)
        const order = backwards ? [...ids].reverse() : ids
        const pending = changes.map((action, i) => ({ action: pend(`e${i}`, action) }))
        const states = run(wrapped(), [...pending, ...order.map((id) => ({ action: ends('returned', id) }))])

        expect(lastOf(states)).toBe(base)
      }),
      runs,
    )
  })
})

describe('P8 the view of changes that were delivered, with or without an answer, in the order of their lanes', () => {
  const apply = (value: number, { type, payload }: Plain) =>
    type === doubled.type ? value * 2 : value + (payload as { by: number }).by
  const about = (action: Plain) => (action.payload as { post: Post }).post

  it("is always the server's state with pending changes on top, and finally the server's state", () => {
    const moves = fc.array(
      fc.oneof(change, fc.constantFrom('deliver a', 'deliver b', 'confirm a', 'confirm b', 'read')),
      {
        maxLength: 30,
      },
    )
    fc.assert(
      fc.property(moves, (all) => {
        const reducer = wrapped()
        const server: Record<Post, number> = { a: 10, b: 20 }
        const waiting: { readonly id: string; readonly action: Plain }[] = []
        let state = base
        const end = (one: Post, kind: 'delivered' | 'deliveredWithoutAnswer') => {
          const at = waiting.findIndex(({ action }) => about(action) === one)
          const [first] = at < 0 ? [] : waiting.splice(at, 1)
          if (first === undefined) return
          server[one] = apply(server[one], first.action)
          const before = state.likes
          const payload = { post: one, likes: server[one] }
          state = reducer(state, ends(kind, first.id, { payload, action: first.action }))
          expect(state.likes).toEqual(before)
        }
        const expectTruth = () => {
          for (const one of posts) {
            const mine = waiting.filter(({ action }) => about(action) === one)
            expect(state.likes[one]).toBe(
              mine.reduce((value, { action }) => apply(value, action), server[one]),
            )
          }
        }
        for (const [i, move] of all.entries()) {
          if (move === 'read') state = reducer(state, loaded({ ...server }))
          else if (typeof move === 'string')
            end(
              move.endsWith('a') ? 'a' : 'b',
              move.startsWith('deliver') ? 'delivered' : 'deliveredWithoutAnswer',
            )
          else {
            waiting.push({ id: `e${i}`, action: move })
            state = reducer(state, pend(`e${i}`, move))
          }
          expectTruth()
        }
        while (waiting[0] !== undefined) end(about(waiting[0].action), 'delivered')

        expect(state.likes).toEqual(server)
      }),
      runs,
    )
  })
})
