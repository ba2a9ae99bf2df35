import { createAction, createNextState } from '@reduxjs/toolkit'
import { createBroker, write } from 'redux-broker'

export const liked = write(createAction('liked'), {
  request: () => ({ method: 'POST', url: '/api/likes' }),
  answer: (body) => body as { likes: number },
})

export const broker = createBroker({
  user: () => 'ada',
  routes: [liked],
  server: 'idempotent',
  produce: createNextState,
})

void broker.register(() => navigator.serviceWorker.ready)
