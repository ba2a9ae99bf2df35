import { configureStore } from '@reduxjs/toolkit'
import { useDispatch } from 'react-redux'
import { posts } from './posts.js'
import { broker } from './requests.js'
import { session } from './session.js'

export const makeStore = () =>
  configureStore({
    reducer: {
      posts: broker.optimistic(posts.reducer),
      session: session.reducer,
      [broker.reducerPath]: broker.reducer,
    },
    middleware: (getDefault) => getDefault().prepend(broker.middleware),
  })
export type AppStore = ReturnType<typeof makeStore>
export type RootState = ReturnType<AppStore['getState']>
export type AppDispatch = AppStore['dispatch']
export const useAppDispatch = useDispatch.withTypes<AppDispatch>()
