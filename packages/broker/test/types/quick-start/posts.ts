import { createSlice, type PayloadAction } from '@reduxjs/toolkit'
import { delivered, notAccepted, returned } from 'redux-broker'
import { liked } from './requests.js'

export interface Post {
  likes: number
  likedByMe: boolean
  problem?: string
}
export interface PostsState {
  byId: Record<string, Post>
}
const like = (state: PostsState, { payload }: PayloadAction<{ postId: string }>) => {
  const post = state.byId[payload.postId]
  if (post && !post.likedByMe) {
    post.likedByMe = true
    post.likes += 1
  }
}
export const posts = createSlice({
  name: 'posts',
  initialState: { byId: {} } as PostsState,
  reducers: {},
  extraReducers: (builder) => {
    builder
      .addCase(liked, like)
      .addMatcher(delivered(liked), (state, { payload, meta }) => {
        const post = state.byId[meta.arg.postId]
        if (post) post.likes = payload.likes
      })
      .addMatcher(returned(liked), (state, { error, meta }) => {
        const post = state.byId[meta.arg.postId]
        if (post) post.problem = error.reason
      })
      .addMatcher(notAccepted(liked), (state, { error, meta }) => {
        const post = state.byId[meta.arg.postId]
        if (post && error.reason === 'outboxFull') post.problem = 'full'
      })
  },
})
