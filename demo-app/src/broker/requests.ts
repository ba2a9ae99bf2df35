// Every write of the app, as an action and its request. Components dispatch the actions and know nothing of requests.
import { createAction } from '@reduxjs/toolkit'
import { write } from 'redux-broker'
import { parseClaps, parseComment, parseLike, parsePost } from '../api/types'
import { commentsOf, feedTag, newPostTag, type OnPost, postTag } from './tags'

/** All changes of one post keep their order. Posts do not wait for each other. */
export const postLane = (postId: string): string => `post:${postId}`
/** New posts appear in the order in which they were written. */
const newPostsLane = 'posts'

const lane = ({ postId }: OnPost) => postLane(postId)
const tags = ({ postId }: OnPost) => [postTag(postId)]
/** Others have tapped meanwhile. However many changes arrive, the feed is read once after them. */
const invalidates = [feedTag]

export const liked = write(createAction<OnPost>('posts/liked'), {
  request: ({ postId }) => ({ method: 'PUT', url: `/api/posts/${postId}/like` }),
  lane,
  tags,
  invalidates,
  answer: parseLike,
})

export const unliked = write(createAction<OnPost>('posts/unliked'), {
  request: ({ postId }) => ({ method: 'DELETE', url: `/api/posts/${postId}/like` }),
  lane,
  tags,
  invalidates,
  answer: parseLike,
})

export const clapped = write(createAction<OnPost>('posts/clapped'), {
  request: ({ postId }) => ({ method: 'POST', url: `/api/posts/${postId}/claps`, body: { by: 1 } }),
  lane,
  tags,
  invalidates,
  answer: parseClaps,
})

export const commented = write(createAction<OnPost & { readonly text: string }>('posts/commented'), {
  request: ({ postId, text }) => ({ method: 'POST', url: `/api/posts/${postId}/comments`, body: { text } }),
  lane,
  tags,
  invalidates: ({ postId }) => [...invalidates, commentsOf(postId)],
  answer: parseComment,
})

export const posted = write(
  createAction<{ readonly text: string; readonly author: string }>('posts/posted'),
  {
    request: ({ text }) => ({ method: 'POST', url: '/api/posts', body: { text } }),
    lane: () => newPostsLane,
    tags: [newPostTag],
    invalidates,
    answer: parsePost,
  },
)
