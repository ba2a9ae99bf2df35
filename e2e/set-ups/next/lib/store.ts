import { configureStore } from '@reduxjs/toolkit'
import { broker } from './broker'
import { likes } from './likes'

export const makeStore = () => {
  return configureStore({
    reducer: {
      likes: broker.optimistic(likes.reducer),
      [broker.reducerPath]: broker.reducer,
    },
    middleware: (getDefault) => getDefault().prepend(broker.middleware),
  })
}

export type AppStore = ReturnType<typeof makeStore>
export type RootState = ReturnType<AppStore['getState']>
export type AppDispatch = AppStore['dispatch']
