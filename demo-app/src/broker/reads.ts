// Every read of the app, with its request, its urgency, and the changes that make its answer old. Components dispatch
// it, and equal reads share one answer.
import { createAction } from '@reduxjs/toolkit'
import { read } from 'redux-broker'
import { parseComments, parseCount, parseGroups, parseMe, parsePosts } from '../api/types'
import { commentsOf, feedTag, type OnPost, postType } from './tags'

export const loadMe = read(createAction('me/load'), {
  request: () => '/api/me',
  priority: 1,
  answer: parseMe,
})

export const loadFeed = read(createAction('feed/load'), {
  request: () => '/api/posts/top',
  priority: 2,
  tags: [postType, feedTag],
  cache: 'staleWhileRevalidate',
  answer: parsePosts,
})

export const loadNotifsCount = read(createAction('notifs/load'), {
  request: () => '/api/notifs/count',
  priority: 3,
  answer: parseCount,
})

export const loadGroups = read(createAction('groups/load'), {
  request: () => '/api/me/groups',
  priority: 4,
  answer: parseGroups,
})

export const loadComments = read(createAction<OnPost>('comments/load'), {
  request: ({ postId }) => `/api/posts/${postId}/comments`,
  tags: ({ postId }) => [commentsOf(postId)],
  answer: parseComments,
})

export interface Wish {
  readonly path: string
  readonly priority: number
}

/** The lab's reads. Every click asks, since no copy is given, no age is fresh enough, and no write holds them back. */
export const asked = read(createAction<Wish>('lab/asked'), {
  request: ({ path }) => path,
  priority: ({ priority }) => priority,
  cache: 'networkOnly',
})
