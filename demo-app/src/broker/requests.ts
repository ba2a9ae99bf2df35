// Every write of the app: which action becomes which request. Components dispatch the actions and know nothing of it.
import { createAction } from '@reduxjs/toolkit'
import { write } from 'redux-broker'
import { parseClaps, parseComment, parseLike, parsePost } from '../api/types'

interface OnPost {
  readonly postId: string
}

/** All that changes one post keeps its order; posts do not wait for each other. */
export const postLane = (postId: string): string => `post:${postId}`
/** New posts appear in the order in which they were written. */
export const newPostsLane = 'posts'

const lane = ({ postId }: OnPost) => postLane(postId)

export const liked = write(createAction<OnPost>('posts/liked'), {
  request: ({ postId }) => ({ method: 'PUT', url: `/api/posts/${postId}/like` }),
  lane,
  answer: parseLike,
})

export const unliked = write(createAction<OnPost>('posts/unliked'), {
  request: ({ postId }) => ({ method: 'DELETE', url: `/api/posts/${postId}/like` }),
  lane,
  answer: parseLike,
})

export const clapped = write(createAction<OnPost>('posts/clapped'), {
  request: ({ postId }) => ({ method: 'POST', url: `/api/posts/${postId}/claps`, body: { by: 1 } }),
  lane,
  answer: parseClaps,
})

export const commented = write(createAction<OnPost & { readonly text: string }>('posts/commented'), {
  request: ({ postId, text }) => ({ method: 'POST', url: `/api/posts/${postId}/comments`, body: { text } }),
  lane,
  answer: parseComment,
})

export const posted = write(
  createAction<{ readonly text: string; readonly author: string }>('posts/posted'),
  {
    request: ({ text }) => ({ method: 'POST', url: '/api/posts', body: { text } }),
    lane: () => newPostsLane,
    answer: parsePost,
  },
)
