// The store. The broker takes one reducer line and one middleware line.
import { configureStore } from '@reduxjs/toolkit'
import { useDispatch, useSelector } from 'react-redux'
import { account } from '../account/account-slice'
import { broker } from '../broker/broker'
import { comments } from '../feed/comments-slice'
import { feedStatus } from '../feed/feed-status-slice'
import { posts } from '../feed/posts-slice'
import { session } from '../session/session-slice'

export const store = configureStore({
  reducer: {
    posts: broker.optimistic(posts.reducer),
    comments: comments.reducer,
    feed: feedStatus.reducer,
    account: account.reducer,
    session: session.reducer,
    [broker.reducerPath]: broker.reducer,
  },
  middleware: (getDefault) => getDefault().prepend(broker.middleware),
})

export type AppStore = typeof store
export type RootState = ReturnType<AppStore['getState']>
export type AppDispatch = AppStore['dispatch']
export const useAppDispatch = useDispatch.withTypes<AppDispatch>()
export const useAppSelector = useSelector.withTypes<RootState>()
