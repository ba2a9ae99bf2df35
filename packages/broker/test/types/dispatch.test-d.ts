// The type of dispatch for a routed action, and for any other.
import { createAction, createAsyncThunk, type ThunkAction, type UnknownAction } from '@reduxjs/toolkit'
import { useDispatch } from 'react-redux'
import type { Broker, BrokerState, NotAcceptedReason, Receipt, Settled } from 'redux-broker'
import { type Equal, is } from './is.js'
import type { PostsState } from './quick-start/posts.js'
import { allSeen, type broker, commented, type Like, liked } from './quick-start/requests.js'
import type { SessionState } from './quick-start/session.js'
import { type AppDispatch, makeStore, type RootState, useAppDispatch } from './quick-start/store.js'

const store = makeStore()

// A component infers the answer through a typed useDispatch.
export function Heart({ postId }: { postId: string }) {
  const dispatch = useAppDispatch()
  const receipt = dispatch(liked({ postId }))
  is<Equal<typeof receipt, Receipt<Like>>>()
  return receipt
}

// The answer's type comes from the route.
const receipt = store.dispatch(liked({ postId: '1' }))
is<Equal<typeof receipt, Receipt<Like>>>()
export const likes: Promise<number> = receipt.unwrap().then((answer) => answer.likes)
export const end = receipt.settled.then((outcome) =>
  outcome.status === 'delivered'
    ? outcome.answer.likes
    : outcome.status === 'returned'
      ? outcome.httpStatus
      : undefined,
)
is<Equal<typeof end, Promise<number | undefined>>>()
is<Equal<Awaited<ReturnType<typeof receipt.cancel>>, 'cancelled' | 'tooLate'>>()
is<Equal<Extract<Settled<Like>, { status: 'notAccepted' }>['reason'], NotAcceptedReason>>()
is<Equal<typeof receipt.id, string>>()
is<Equal<ReturnType<typeof receipt.unwrap>, Promise<Like>>>()
is<Equal<typeof receipt.settled, Promise<Settled<Like>>>>()
is<
  Equal<
    Awaited<typeof receipt.settled>['status'],
    'delivered' | 'deliveredWithoutAnswer' | 'returned' | 'notAccepted' | 'cancelled' | 'signedOut'
  >
>()
is<Equal<Extract<Settled<Like>, { status: 'delivered' }>['answer'], Like>>()
is<Equal<Extract<Settled<Like>, { status: 'returned' }>['problem'], unknown>>()
is<Equal<Awaited<typeof receipt.accepted>['status'], 'accepted' | 'notAccepted'>>()

// Without `answer` it is unknown. With no payload the creator takes none.
const comment = store.dispatch(commented('1', 'hello'))
is<Equal<typeof comment, Receipt<unknown>>>()
const seen = store.dispatch(allSeen())
is<Equal<typeof seen, Receipt<{ count: number }>>>()

// A receipt's answer is not there before it is asked for.
// @ts-expect-error the answer is in what `settled` or `unwrap` give
receipt.answer
// @ts-expect-error an outcome must be told apart first, since only `delivered` has an answer
receipt.settled.then((outcome) => outcome.answer)
// @ts-expect-error `accepted` is accepted or notAccepted, never delivered
receipt.accepted.then((accepted) => accepted.status === 'delivered')

// Ordinary actions and thunks are as they were.
const opened = createAction<{ postId: string }>('draft/opened')
const other = store.dispatch(opened({ postId: '1' }))
is<Equal<typeof other.payload, { postId: string }>>()
// @ts-expect-error not routed, so no receipt
other.accepted
const result = store.dispatch((_dispatch: AppDispatch, getState: () => RootState) => getState().posts)
is<Equal<typeof result, PostsState>>()
const createAppThunk = createAsyncThunk.withTypes<{ state: RootState; dispatch: AppDispatch }>()
export const likePost = createAppThunk('posts/like', (arg: { postId: string }, { dispatch }) =>
  dispatch(liked(arg)).unwrap(),
)
export const viaThunk: Promise<number> = store
  .dispatch(likePost({ postId: '1' }))
  .unwrap()
  .then((answer) => answer.likes)

// The creator keeps its parameters and its type.
is<Equal<Parameters<typeof liked>, [payload: { postId: string }]>>()
// @ts-expect-error wrong payload
liked({ id: '1' })
// @ts-expect-error no payload
liked()
// @ts-expect-error a prepared action takes its own arguments
commented({ postId: '1', text: 'hello' })
// @ts-expect-error this one takes none
allSeen(1)

// The state has the slice under its path, and the slices keep their types.
is<Equal<keyof RootState, 'posts' | 'session' | 'broker'>>()
is<Equal<RootState['posts'], PostsState>>()
is<Equal<RootState['broker'], BrokerState>>()
is<Equal<typeof broker, Broker<{ session: SessionState }, 'broker'>>>()

// A routed action is an ordinary action for a dispatch that knows nothing of the broker.
export function Untyped({ postId }: { postId: string }) {
  const dispatch = useDispatch()
  dispatch(liked({ postId }))
  dispatch(postId === '' ? opened({ postId }) : liked({ postId }))
}
export const thunk = (): ThunkAction<void, RootState, unknown, UnknownAction> => (dispatch) => {
  dispatch(liked({ postId: '1' }))
}
