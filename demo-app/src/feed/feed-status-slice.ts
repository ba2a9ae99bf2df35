// How old the feed is and whether it is being read: beside the posts, since no pending change touches it.
import { createSlice, type PayloadAction } from '@reduxjs/toolkit'
import { signedOut } from '../session/session-slice'

export interface FeedStatus {
  /**
   * `none`: never read. `fresh`: the server's. `copy`: the last copy on this device. Nothing to show: `failed`, no
   * answer came; `closed`, the server knows no session of the user's.
   */
  readonly shows: 'none' | 'fresh' | 'copy' | 'failed' | 'closed'
  readonly isReading: boolean
  /** When what is shown was read, in epoch milliseconds. */
  readonly readAt?: number
}

type ReadEnd = { readonly shows: 'fresh' | 'copy'; readonly readAt: number } | 'failed' | 'closed'

const initialState = { shows: 'none', isReading: false } as FeedStatus

export const feedStatus = createSlice({
  name: 'feed',
  initialState,
  reducers: {
    readBegun: (state) => {
      state.isReading = true
    },
    readEnded: (state, { payload }: PayloadAction<ReadEnd>): FeedStatus => {
      if (payload !== 'failed' && payload !== 'closed') return { ...payload, isReading: false }
      // What was shown stays, but is no longer fresh.
      const hasPosts = state.shows === 'fresh' || state.shows === 'copy'
      return { ...state, shows: hasPosts ? 'copy' : payload, isReading: false }
    },
  },
  extraReducers: (builder) => {
    builder.addCase(signedOut, () => initialState)
  },
})

export const { readBegun, readEnded } = feedStatus.actions
