import { createAction } from '@reduxjs/toolkit'
import { createBroker, write } from 'redux-broker'
import type { SessionState } from './session.js'

export interface Like {
  id: string
  likes: number
  likedByMe: boolean
}
export interface Comment {
  text: string
}

export const liked = write(createAction<{ postId: string }>('posts/liked'), {
  request: ({ postId }) => ({ method: 'PUT', url: `/api/posts/${postId}/like` }),
  lane: ({ postId }) => `post:${postId}`,
  answer: (body) => body as Like,
})

/** With a prepared action and no answer of its own. */
export const commented = write(
  createAction('posts/commented', (postId: string, text: string) => ({ payload: { postId, text } })),
  { request: ({ postId, text }) => ({ url: `/api/posts/${postId}/comments`, body: { text } }) },
)

/** Without a payload. */
export const allSeen = write(createAction('posts/allSeen'), {
  request: () => ({ url: '/api/seen' }),
  answer: (body) => body as { count: number },
  server: 'idempotent',
  onReturned: 'block',
})

export const broker = createBroker({
  user: (state: { session: SessionState }) => state.session.userId,
  prepareHeaders: (headers, { getState }) => {
    headers.set('x-user', getState().session.userId ?? '')
  },
  routes: [liked, commented, allSeen],
})
