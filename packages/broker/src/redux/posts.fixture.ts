// A slice as an app writes it, and the broker's actions for it, for the tests of the optimistic reducer.
import { createNextState, createSlice, type PayloadAction, type UnknownAction } from '@reduxjs/toolkit'
import {
  type BrokerAction,
  mark,
  type OutcomeAction,
  type OutcomeKind,
  outcome,
  outcomeMark,
} from './actions.js'
import { type OptimisticOptions, optimistic } from './optimistic.js'

export interface PostsState {
  /** Likes of each post: what the server knows too. */
  readonly likes: Readonly<Record<string, number>>
  /** What only this page knows. */
  readonly notes: readonly string[]
}

export const slice = createSlice({
  name: 'posts',
  initialState: { likes: {}, notes: [] } as PostsState,
  reducers: {
    liked: (state, { payload: { post, by } }: PayloadAction<{ post: string; by: number }>) => {
      state.likes[post] = (state.likes[post] ?? 0) + by
    },
    doubled: (state, { payload: { post } }: PayloadAction<{ post: string }>) => {
      state.likes[post] = (state.likes[post] ?? 0) * 2
    },
    noted: (state, { payload }: PayloadAction<string>) => {
      state.notes.push(payload)
    },
    loaded: (state, { payload }: PayloadAction<Record<string, number>>) => {
      state.likes = payload
    },
    touched: () => {},
  },
  extraReducers: (builder) => {
    builder.addMatcher(
      (action: unknown): action is OutcomeAction => outcomeMark(action)?.outcome === 'delivered',
      (state, { payload }) => {
        const { post, likes } = payload as { post?: string; likes: number }
        if (post !== undefined) state.likes[post] = likes
      },
    )
  },
})

export const { liked, doubled, noted, loaded, touched } = slice.actions
export type Plain = { readonly type: string; readonly payload?: unknown }

const isTruth = (action: unknown) => loaded.match(action)

export function wrapped(
  options: { produce?: boolean; report?: (error: unknown) => void } & OptimisticOptions = {},
) {
  const { produce = true, report = () => {}, truth = isTruth } = options
  return optimistic(slice.reducer, { truth }, { produce: produce ? createNextState : undefined, report })
}

/** What the tests begin with, the reducer that they share, and what it makes of some actions. */
export const base: PostsState = { likes: { a: 10, b: 20 }, notes: [] }
export const reducer = wrapped()
export const after = (...actions: Parameters<typeof reducer>[1][]): PostsState =>
  actions.reduce<PostsState>((state, action) => reducer(state, action), base)
export const like = (post = 'a', by = 1): Plain => liked({ post, by })

export const pend = (entryId: string, action: Plain): UnknownAction => mark(action, { entryId, lane: 'lane' })

export const ends = (
  kind: OutcomeKind,
  entryId: string,
  {
    action: stored = { type: 'posts/liked' },
    payload,
    at = 0,
    late = false,
    more = false,
  }: { action?: Plain; payload?: unknown; at?: number; late?: boolean; more?: boolean } = {},
): UnknownAction => {
  const action = outcome({ kind, entryId, action: stored, lane: 'lane', payload, at, late })
  return { ...action, meta: { ...action.meta, broker: { ...action.meta.broker, more } } }
}

export const restored = (entries: Readonly<Record<string, Plain>>, first = true): UnknownAction => ({
  type: 'redux-broker/restored',
  payload: {
    entries: Object.entries(entries).map(([entryId, action]) => ({
      entryId,
      action,
      lane: 'lane',
      inDoubt: false,
    })),
    letters: [],
  },
  meta: { first },
})

export const emptied = (...payload: string[]): UnknownAction => ({ type: 'redux-broker/emptied', payload })

export const partitionChanged: UnknownAction = {
  type: 'redux-broker/partitionChanged',
} satisfies BrokerAction
