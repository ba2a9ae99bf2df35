// The types that matchers give a reducer or a listener.
import { createAction, createListenerMiddleware, createReducer } from '@reduxjs/toolkit'
import {
  delivered,
  deliveredWithoutAnswer,
  failed,
  type NotAcceptedReason,
  notAccepted,
  returned,
} from 'redux-broker'
import { type Equal, is } from './is.js'
import { allSeen, commented, type Like, liked } from './quick-start/requests.js'

const plain = createAction<{ id: string }>('plain')

createReducer({ n: 0 }, (builder) => {
  builder
    .addCase(liked, (_state, { payload, meta }) => {
      is<Equal<typeof payload, { postId: string }>>()
      const entryId = meta?.broker?.entryId
      is<Equal<typeof entryId, string | undefined>>()
    })
    .addMatcher(delivered(liked), (_state, { payload, meta }) => {
      is<Equal<typeof payload, Like>>()
      is<Equal<typeof meta.arg, { postId: string }>>()
      is<Equal<typeof meta.entryId, string>>()
      is<Equal<typeof meta.action.payload, { postId: string }>>()
      // @ts-expect-error a delivered entry has no error
      meta.error
    })
    .addMatcher(returned(liked), (_state, { payload, error, meta }) => {
      is<Equal<typeof payload, undefined>>()
      is<Equal<typeof error.reason, string>>()
      is<Equal<typeof error.httpStatus, number | undefined>>()
      is<Equal<typeof error.problem, unknown>>()
      is<Equal<typeof meta.arg, { postId: string }>>()
    })
    .addMatcher(deliveredWithoutAnswer(liked), (_state, { payload, meta }) => {
      is<Equal<typeof payload, undefined>>()
      is<Equal<typeof meta.arg, { postId: string }>>()
    })
    .addMatcher(notAccepted(liked), (_state, { error }) => {
      is<Equal<typeof error.reason, NotAcceptedReason>>()
      // @ts-expect-error nothing was sent, so there is no status
      error.httpStatus
    })
    .addMatcher(failed(liked), (_state, { error, meta }) => {
      is<Equal<typeof error.reason, string>>()
      is<Equal<typeof meta.arg, { postId: string }>>()
    })
    .addMatcher(delivered(commented), (_state, { payload }) => {
      is<Equal<typeof payload, unknown>>()
    })
    // A plain creator is accepted, and its answer is unknown.
    .addMatcher(delivered(plain), (_state, { payload, meta }) => {
      is<Equal<typeof payload, unknown>>()
      is<Equal<typeof meta.arg, { id: string }>>()
    })
    // An action without a payload has no argument.
    .addMatcher(delivered(allSeen), (_state, { meta }) => {
      is<Equal<typeof meta.arg, undefined>>()
    })
})

// Matchers are variadic, so the union has to be told apart.
const anyDelivered = delivered(liked, allSeen)
createListenerMiddleware().startListening({
  matcher: anyDelivered,
  effect: ({ payload }) => {
    if ('likes' in payload) payload.likes.toFixed()
    else payload.count.toFixed()
  },
})
createListenerMiddleware().startListening({
  matcher: anyDelivered,
  // @ts-expect-error it may be the other one
  effect: ({ payload }) => payload.likes,
})

// @ts-expect-error not an action creator
delivered('posts/liked')

declare const action: unknown
if (returned(liked, commented)(action)) is<Equal<typeof action.error.reason, string>>()
