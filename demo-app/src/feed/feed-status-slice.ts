// How old the feed is. It stands beside the posts, since no pending change touches it.
import { createSlice } from '@reduxjs/toolkit'
import { delivered, returned } from 'redux-broker'
import { loadFeed } from '../broker/reads'
import { saysClosed } from '../broker/says-closed'
import { signedOut } from '../session/session-slice'

export interface FeedStatus {
  /**
   * `none` was never read. `fresh` is the server's, and `copy` is the last copy on this device. The other two have
   * nothing to show. With `failed` no answer came, and with `closed` the server knows no session of the user's.
   */
  readonly shows: 'none' | 'fresh' | 'copy' | 'failed' | 'closed'
  /** When what is shown was read, in epoch milliseconds. */
  readonly readAt?: number
}

const initialState = { shows: 'none' } as FeedStatus

export const feedStatus = createSlice({
  name: 'feed',
  initialState,
  reducers: {},
  extraReducers: (builder) => {
    builder
      .addCase(signedOut, () => initialState)
      .addMatcher(delivered(loadFeed), ({ readAt = 0 }, { meta: { stale, fetchedAt = 0 } }) => ({
        shows: stale ? 'copy' : 'fresh',
        readAt: Math.max(readAt, fetchedAt),
      }))
      .addMatcher(returned(loadFeed), (state, { error }) => {
        // The posts stay on the screen, but are no longer fresh.
        if (state.readAt !== undefined) return { ...state, shows: 'copy' }
        return { shows: saysClosed(error) ? 'closed' : 'failed' }
      })
  },
})
