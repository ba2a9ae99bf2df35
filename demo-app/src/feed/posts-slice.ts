// The posts, as the server last told them and as pending changes have them. The reducers of the user's actions are
// ordinary ones, which the broker replays over confirmed state.
import { createSlice } from '@reduxjs/toolkit'
import { delivered } from 'redux-broker'
import type { ServerPost } from '../api/types'
import { loadFeed } from '../broker/reads'
import { clapped, commented, liked, posted, unliked } from '../broker/requests'
import { uncertainPosts } from '../broker/tags'
import { signedOut } from '../session/session-slice'

export interface Post extends ServerPost {
  /** The name that the post had before the server named it, from its entry. React keeps its element by this name. */
  readonly draftId?: string
  /** Entries whose comment is in `comments` already. An outcome may be applied over a server state that has it. */
  readonly counted: readonly string[]
}

export interface PostsState {
  /** The newest first. */
  readonly order: readonly string[]
  readonly byId: Readonly<Record<string, Post>>
}

export const posts = createSlice({
  name: 'posts',
  initialState: { order: [], byId: {} } as PostsState,
  reducers: {},
  extraReducers: (builder) => {
    builder
      .addCase(signedOut, () => ({ order: [], byId: {} }))
      .addCase(liked, ({ byId }, { payload }) => setLiked(byId[payload.postId], true))
      .addCase(unliked, ({ byId }, { payload }) => setLiked(byId[payload.postId], false))
      .addCase(clapped, ({ byId }, { payload }) => {
        const post = byId[payload.postId]
        if (post !== undefined) post.claps += 1
      })
      .addCase(commented, ({ byId }, { payload }) => {
        const post = byId[payload.postId]
        if (post !== undefined) post.comments += 1
      })
      .addCase(posted, (state, { payload, meta }) => {
        // The broker marks what it captured, also where it brings it back after a reload.
        const id = meta?.broker?.entryId ?? ''
        const draft = { ...payload, id, likes: 0, likedByMe: false, claps: 0, comments: 0 }
        addOnTop(state, { ...draft, draftId: id, counted: [] })
      })
      .addMatcher(delivered(loadFeed), (state, { payload, meta }) =>
        // A copy is older than what is shown, unless nothing is.
        meta.stale && hasServerPosts(state) ? state : merged(state, payload, uncertainPosts(meta.uncertain)),
      )
      // Confirmed state takes the server's numbers, and the broker applies pending changes on top of them.
      .addMatcher(delivered(liked, unliked), ({ byId }, { payload, meta }) => {
        const post = byId[meta.arg.postId]
        if (post === undefined) return
        post.likes = payload.likes
        post.likedByMe = payload.likedByMe
      })
      .addMatcher(delivered(clapped), ({ byId }, { payload, meta }) => {
        const post = byId[meta.arg.postId]
        if (post !== undefined) post.claps = payload.claps
      })
      .addMatcher(delivered(commented), ({ byId }, { meta }) => {
        const post = byId[meta.arg.postId]
        if (post === undefined || post.counted.includes(meta.entryId)) return
        post.comments += 1
        post.counted.push(meta.entryId)
      })
      .addMatcher(delivered(posted), (state, { payload, meta }) => {
        addOnTop(state, { ...payload, draftId: meta.entryId, counted: [] })
      })
  },
})

/** Mutable while a reducer has it as a draft. */
type Draft<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K] }

function setLiked(post: Draft<Post> | undefined, isLiked: boolean): void {
  if (post === undefined || post.likedByMe === isLiked) return
  post.likedByMe = isLiked
  post.likes += isLiked ? 1 : -1
}

function addOnTop(state: { order: string[]; byId: Record<string, Draft<Post>> }, post: Draft<Post>): void {
  if (state.byId[post.id] !== undefined) return
  state.order.unshift(post.id)
  state.byId[post.id] = post
}

/** The posts that the server has named. A draft has no name yet. */
const hasServerPosts = ({ byId }: PostsState): boolean =>
  Object.values(byId).some(({ id, draftId }) => id !== draftId)

/** The answer's posts, but for those that it may have wrong. */
function merged(
  state: PostsState,
  read: readonly ServerPost[],
  { ids, isNews }: ReturnType<typeof uncertainPosts>,
): PostsState {
  // While a new post is on its way, an unknown post in the answer may be that post. It would stand there twice.
  const isNewsDoubtful = isNews && hasServerPosts(state)
  const chosen = read.flatMap((post): readonly Post[] => {
    const known = state.byId[post.id]
    if (known === undefined) return isNewsDoubtful ? [] : [{ ...post, counted: [] }]
    if (ids.has(post.id)) return [known]
    return [{ ...post, ...(known.draftId !== undefined && { draftId: known.draftId }), counted: [] }]
  })
  const isListed = new Set(chosen.map(({ id }) => id))
  const missing = isNewsDoubtful ? state.order.filter((id) => !isListed.has(id)) : []
  const kept = missing.flatMap((id) => state.byId[id] ?? [])
  const all = [...kept, ...chosen]
  return { order: all.map(({ id }) => id), byId: Object.fromEntries(all.map((post) => [post.id, post])) }
}
