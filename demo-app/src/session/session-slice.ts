// The user of the app. `user` decides whose outbox is open.
import { createSlice, type PayloadAction } from '@reduxjs/toolkit'
import { delivered, returned } from 'redux-broker'
import type { Me } from '../api/types'
import { loadFeed, loadMe } from '../broker/reads'
import { saysClosed } from '../broker/says-closed'

export interface SessionState {
  /**
   * `starting` is not known yet. With `unreachable` the server did not say, and there is no copy of its last word.
   * With `signedIn` the user's pending changes are being brought back, and with `ready` they are in the view.
   */
  readonly phase: 'starting' | 'unreachable' | 'signedOut' | 'signedIn' | 'ready'
  readonly user?: Me
  /** The last user of this device, while starting. Nothing of them is shown. */
  readonly recalled?: Me
  /** The server's session has ended, or is another user's, while this page still shows `user`. */
  readonly lost: boolean
  /** Signed out here while the server could not be told. */
  readonly serverMustBeTold: boolean
}

const initialState = { phase: 'starting', lost: false, serverMustBeTold: false } as SessionState

export const session = createSlice({
  name: 'session',
  initialState,
  reducers: {
    startFailed: (): SessionState => ({ ...initialState, phase: 'unreachable' }),
    startTriedAgain: (_state, { payload }: PayloadAction<Me | undefined>): SessionState => ({
      ...initialState,
      ...(payload && { recalled: payload }),
    }),
    signedIn: (_state, { payload }: PayloadAction<Me>): SessionState => ({
      ...initialState,
      phase: 'signedIn',
      user: payload,
    }),
    restored: (state) => {
      if (state.phase === 'signedIn') state.phase = 'ready'
    },
    sessionFound: (state) => {
      state.lost = false
    },
    signedOut: (
      _state,
      { payload }: PayloadAction<{ readonly serverMustBeTold: boolean }>,
    ): SessionState => ({
      ...initialState,
      phase: 'signedOut',
      serverMustBeTold: payload.serverMustBeTold,
    }),
  },
  extraReducers: (builder) => {
    builder
      .addMatcher(delivered(loadMe, loadFeed), (state, { meta }) => {
        if (!meta.stale) state.lost = false
      })
      .addMatcher(returned(loadMe, loadFeed), (state, { error }) => {
        if (state.user !== undefined && saysClosed(error)) state.lost = true
      })
  },
})

export const { startFailed, startTriedAgain, signedIn, restored, sessionFound, signedOut } = session.actions
