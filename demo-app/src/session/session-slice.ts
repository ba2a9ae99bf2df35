// Who uses the app. `user` decides whose outbox is open.
import { createSlice, type PayloadAction } from '@reduxjs/toolkit'
import type { Me } from '../api/types'

export interface SessionState {
  /**
   * `starting`: not known yet. `unreachable`: the server did not say and there is no copy of its last word.
   * `signedIn`: the user's pending changes are being brought back. `ready`: they are in the view.
   */
  readonly phase: 'starting' | 'unreachable' | 'signedOut' | 'signedIn' | 'ready'
  readonly user?: Me
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
    startTriedAgain: (): SessionState => initialState,
    signedIn: (_state, { payload }: PayloadAction<Me>): SessionState => ({
      ...initialState,
      phase: 'signedIn',
      user: payload,
    }),
    restored: (state) => {
      if (state.phase === 'signedIn') state.phase = 'ready'
    },
    sessionLost: (state) => {
      if (state.user !== undefined) state.lost = true
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
})

export const { startFailed, startTriedAgain, signedIn, restored, sessionLost, sessionFound, signedOut } =
  session.actions
