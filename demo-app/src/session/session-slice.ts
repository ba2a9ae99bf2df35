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
  /**
   * The read that found the server's session ended, or another user's, while this page still shows `user`. Only a later
   * answer to that read proves otherwise. An answer to another read may have been given before the session ended.
   */
  readonly lost?: 'me' | 'feed'
  /** Signed out here while the server could not be told. */
  readonly serverMustBeTold: boolean
}

type Draft = { -readonly [K in keyof SessionState]: SessionState[K] }
type Read = NonNullable<SessionState['lost']>

function foundBy(state: Draft, read: Read, { stale = false }: { readonly stale?: boolean }): void {
  if (!stale && state.lost === read) delete state.lost
}

function lostBy(state: Draft, read: Read, error: Parameters<typeof saysClosed>[0]): void {
  if (state.user !== undefined && saysClosed(error)) state.lost = read
}

const initialState = { phase: 'starting', serverMustBeTold: false } as SessionState

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
      delete state.lost
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
      .addMatcher(delivered(loadMe), (state, { meta }) => foundBy(state, 'me', meta))
      .addMatcher(delivered(loadFeed), (state, { meta }) => foundBy(state, 'feed', meta))
      .addMatcher(returned(loadMe), (state, { error }) => lostBy(state, 'me', error))
      .addMatcher(returned(loadFeed), (state, { error }) => lostBy(state, 'feed', error))
  },
})

export const { startFailed, startTriedAgain, signedIn, restored, sessionFound, signedOut } = session.actions
