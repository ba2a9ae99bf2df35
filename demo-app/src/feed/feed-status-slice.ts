// How old the feed is and whether it is being read: beside the posts, since no pending change touches it.
import { createSlice, type PayloadAction } from '@reduxjs/toolkit'
import { signedOut } from '../session/session-slice'

export interface FeedStatus {
  /** `none`: never read. `fresh`: the server's. `copy`: the last copy on this device. `failed`: nothing to show. */
  readonly shows: 'none' | 'fresh' | 'copy' | 'failed'
  readonly isReading: boolean
  /** When what is shown was read, in epoch milliseconds. */
  readonly readAt?: number
}

const initialState = { shows: 'none', isReading: false } as FeedStatus

export const feedStatus = createSlice({
  name: 'feed',
  initialState,
  reducers: {
    readBegun: (state) => {
      state.isReading = true
    },
    readEnded: (
      state,
      { payload }: PayloadAction<{ readonly shows: 'fresh' | 'copy'; readonly readAt: number } | 'failed'>,
    ): FeedStatus => {
      if (payload !== 'failed') return { ...payload, isReading: false }
      if (state.shows === 'none' || state.shows === 'failed') return { shows: 'failed', isReading: false }
      // What was shown stays, but is no longer fresh.
      return { ...state, shows: 'copy', isReading: false }
    },
  },
  extraReducers: (builder) => {
    builder.addCase(signedOut, () => initialState)
  },
})

export const { readBegun, readEnded } = feedStatus.actions
