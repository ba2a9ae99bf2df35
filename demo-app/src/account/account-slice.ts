// The server's facts about the user, each with its time.
import { createSlice } from '@reduxjs/toolkit'
import { delivered } from 'redux-broker'
import type { Group, Me } from '../api/types'
import { loadGroups, loadMe, loadNotifsCount } from '../broker/reads'
import { signedOut } from '../session/session-slice'

/** An answer and its age. */
export interface Dated<T> {
  readonly value: T
  /** When the server gave it, in epoch milliseconds. */
  readonly fetchedAt: number
  /** The last copy, since no newer answer can be had. */
  readonly isStale: boolean
}

export interface AccountState {
  readonly me?: Dated<Me>
  readonly notifs?: Dated<number>
  readonly groups?: Dated<readonly Group[]>
}

interface ReadMeta {
  readonly fetchedAt?: number
  readonly stale?: boolean
}

export const dated = <T>(value: T, { fetchedAt = 0, stale = false }: ReadMeta): Dated<T> => ({
  value,
  fetchedAt,
  isStale: stale,
})

export const account = createSlice({
  name: 'account',
  initialState: {} as AccountState,
  reducers: {},
  extraReducers: (builder) => {
    builder
      .addCase(signedOut, (): AccountState => ({}))
      .addMatcher(delivered(loadMe), (state, { payload, meta }) => ({ ...state, me: dated(payload, meta) }))
      .addMatcher(delivered(loadNotifsCount), (state, { payload, meta }) => ({
        ...state,
        notifs: dated(payload.count, meta),
      }))
      .addMatcher(delivered(loadGroups), (state, { payload, meta }) => ({
        ...state,
        groups: dated(payload, meta),
      }))
  },
})
